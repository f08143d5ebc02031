// PostgreSQL's text form of one-dimensional arrays. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::pg {

// The elements of `text`, e.g. {a,"b c",NULL}. Throws std::logic_error if it is no one-dimensional array.
std::vector<std::optional<std::string>> parse_array(std::string_view text);

}  // namespace freshet::pg
