// Small text helpers of the emitters. Private to compile/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "freshet/compile/program.hpp"

namespace freshet::compile {

std::string join(const std::vector<std::string>& parts, std::string_view separator);
// Appends with the separator when `text` is not empty and `part` is not.
void append(std::string& text, std::string_view separator, std::string_view part);

std::string key_name(std::size_t index);  // k<i>
// "k0, k1, ...", each with `prefix` in front.
std::string key_list(const Level& level, std::string_view prefix = "");

// "left operator right" over values of `type`, for =, < and >=. A type outside pg_catalog may bring operators of its
// own, which the pinned search_path hides; arrays compare their elements by them whatever the path says.
std::string comparison(const std::string& left, std::string_view op, const std::string& right, const std::string& type);
// Whether that comparison takes NULL and NULL for equal, as elements of arrays are.
bool finds_nulls_equal(const std::string& type);

// Conditions of a scope and the retention horizon over `alias`, as "... AND ..." or "TRUE".
std::string scope_condition(const Level& level, const std::string& alias, bool tenant);

}  // namespace freshet::compile
