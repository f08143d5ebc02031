// Errors of the server that a user cannot make sense of, told in the words of the view. Private to refresh/.
#pragma once

#include <exception>

namespace freshet::refresh {

// The same failure, or one that says what to do about it.
std::exception_ptr explain_failure(std::exception_ptr failure);

}  // namespace freshet::refresh
