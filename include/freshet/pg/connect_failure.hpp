// Why a connection could not be made, from libpq's text: it offers no SQLSTATE for a failed connect, but writes it into
// the message when asked to be verbose. Pure, and never quotes a password.
#pragma once

#include <string>
#include <string_view>

#include "freshet/pg/error.hpp"

namespace freshet::pg {

// The error for what PQerrorMessage says, with PQERRORS_VERBOSE, after a failed connect.
Error::Fields connect_failure(std::string_view libpq_text);

// The error for a conninfo that does not parse. Not a lost connection: trying again is no use. libpq's text is left out
// if `conninfo` may hold a password, because that text quotes from it.
Error::Fields conninfo_failure(std::string_view conninfo, std::string_view libpq_text);

}  // namespace freshet::pg
