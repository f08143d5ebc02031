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

// A number the state keeps per group and adds deltas to.
struct Counter {
    std::string name;  // n, c<i>, s<i>, d<i>
    std::string type;
    std::string delta;  // aggregate over signed rows; empty for d<i>, whose changes come from its values table
    std::string fresh;  // aggregate over plain rows
    bool can_be_non_finite = false;
};
std::vector<Counter> counters(const Level& level);

// A minimum or maximum the state copies from a values table.
struct Extreme {
    std::string name;  // lo<i>, hi<i>
    std::string type;
    std::string function;  // min, max
    std::size_t input = 0;
};
std::vector<Extreme> extremes(const Level& level);

// The inputs with a values table.
std::vector<std::size_t> inputs_with_values(const Level& level);

// SELECT k.., x.. of every arm over the current sources.
std::string rows_sql(const Level& level);

// Conditions of a scope and the retention horizon over `alias`, as "... AND ..." or "TRUE".
std::string scope_condition(const Level& level, const std::string& alias, bool tenant);

}  // namespace freshet::compile
