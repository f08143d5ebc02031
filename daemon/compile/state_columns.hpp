// The columns of a state table that are added up or computed anew: what each is made of, from signed rows and from
// plain ones. Those of multisets are in multiset.hpp. Private to compile/.
#pragma once

#include <string>
#include <vector>

#include "freshet/compile/program.hpp"

namespace freshet::compile {

// A number the state keeps per group and adds deltas to.
struct Counter {
    std::string name;  // n, c<i>, s<i>, sc<i>
    std::string type;
    std::string delta;    // aggregate over signed rows
    std::string fresh;    // aggregate over plain rows
    bool finite = false;  // whatever its type

    std::string zero() const;
    // Whether a change of `value` is one. Not by equality where that takes '1 day' for '24 hours'.
    std::string not_zero(const std::string& value) const;
    bool can_be_infinite() const { return !finite && (type == "numeric" || type == "interval"); }
    // Whether `value` is something that cannot be subtracted again.
    std::string infinite(const std::string& value) const;
};
std::vector<Counter> counters(const Level& level);

// 0, as a literal of a type to which no integer is converted by itself.
std::string zero_of(const std::string& type);

// Sum of `value` over rows for which `added` holds, less the sum over those for which `removed` does.
std::string difference_of_sums(const std::string& value, const std::string& added, const std::string& removed,
                               const std::string& zero);

// What sum(x<input>) shows: all digits that its rows show and no more. Of numerics without a declared scale s<input>
// may have kept digits of rows that are gone, and its quotients would have as many.
std::string shown_sum(const Level& level, std::size_t input);

// An aggregate that cannot be folded, computed anew for each group with a changed row.
struct Recomputed {
    TypedColumn column;  // r<aggregate>
    std::string call;
};
std::vector<Recomputed> recomputed(const Level& level);

}  // namespace freshet::compile
