// Errors of the server that a user cannot make sense of, told in the words of the view. Private to refresh/.
#pragma once

#include <exception>

#include "freshet/pg/connection.hpp"

namespace freshet::refresh {

// The same failure, or one that says what to do about it.
std::exception_ptr explain_failure(std::exception_ptr failure);

// A lost connection or a COMMIT in doubt is no view's failure. `failure`: a core::Error.
bool blames_nobody(const pg::Connection& connection, const std::exception_ptr& failure);

}  // namespace freshet::refresh
