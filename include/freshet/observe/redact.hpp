// Keeps passwords out of logs and messages.
#pragma once

#include <string>
#include <string_view>

namespace freshet::observe {

// The text with every password replaced by ***: `password=...` and `sslpassword=...` of a libpq conninfo (plain or
// quoted), the password of a postgresql:// URI and of its parameters. Works on a conninfo and on prose that quotes one.
// Where the text is malformed it hides too much rather than too little.
std::string redact(std::string_view text);

}  // namespace freshet::observe
