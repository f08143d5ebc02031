// The columns of a state table besides its keys: what each is made of, from signed rows and from plain ones. Private to
// compile/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "freshet/compile/program.hpp"

namespace freshet::compile {

// A number the state keeps per group and adds deltas to.
struct Counter {
    std::string name;  // n, c<i>, s<i>, sc<i>, d<i>, sd<i>
    std::string type;
    std::string delta;  // aggregate over signed rows; over an input's values that came and went if it has `values`
    std::string fresh;  // aggregate over plain rows
    std::optional<std::size_t> values{};  // the input from whose values table its changes come
    bool finite = false;                  // whatever its type

    std::string zero() const;
    // Whether a change of `value` is one. Not by equality where that takes '1 day' for '24 hours'.
    std::string not_zero(const std::string& value) const;
    bool can_be_infinite() const { return !finite && (type == "numeric" || type == "interval"); }
    // Whether `value` is something that cannot be subtracted again.
    std::string infinite(const std::string& value) const;
};
std::vector<Counter> counters(const Level& level);

// What sum(x<input>) shows: all digits that its rows show and no more. Of numerics without a declared scale s<input>
// may have kept digits of rows that are gone, and its quotients would have as many.
std::string shown_sum(const Level& level, std::size_t input);

// A minimum or maximum the state copies from a values table.
struct Extreme {
    std::string name;  // lo<i>, hi<i>
    std::string type;
    std::string function;  // min, max
    std::size_t input = 0;
};
std::vector<Extreme> extremes(const Level& level);

// An aggregate that cannot be folded, computed anew for each group with a changed row.
struct Recomputed {
    TypedColumn column;  // r<aggregate>
    std::string call;
};
std::vector<Recomputed> recomputed(const Level& level);

// The inputs with a values table.
std::vector<std::size_t> inputs_with_values(const Level& level);

}  // namespace freshet::compile
