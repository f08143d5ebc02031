// "Did you mean": the known name closest to a mistyped one. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::core {

// The candidate with the fewest edits (insert, delete, replace, swap of neighbours) to `name`, ignoring ASCII case;
// nothing if even that one needs more than a third of the characters. Among equals the first wins.
// Source: optimal string alignment distance, https://en.wikipedia.org/wiki/Damerau-Levenshtein_distance
std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace freshet::core
