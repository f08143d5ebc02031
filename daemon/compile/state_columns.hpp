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
    std::string delta;      // aggregate over signed rows
    std::string fresh;      // aggregate over plain rows
    bool finite = false;    // whatever its type
    const Input* summed{};  // of s<i>

    std::string zero() const;
    // Whether a change of `value` is one. Not by equality where that takes '1 day' for '24 hours'.
    std::string not_zero(const std::string& value) const;
    bool can_be_infinite() const { return !finite && (type == "numeric" || type == "interval"); }
    // Whether `value` is something that cannot be subtracted again.
    std::string infinite(const std::string& value) const;

    // A sum is stored as the query shows it, so that reading it costs nothing: NULL if it has no summands, and with the
    // digits they show, no more. What a batch adds up to is no sum of anything.
    bool nullable() const { return summed != nullptr && summed->count; }
    // What the row of a new group gets, from the columns of a batch.
    std::string inserted() const;
    // What the row t gets, from its own columns and those of the batch as inserted.
    std::string updated() const;
};
// They point into the level.
std::vector<Counter> counters(const Level& level);

// 0, as a literal of a type to which no integer is converted by itself.
std::string zero_of(const std::string& type);

// Sum of `value` over rows for which `added` holds, less the sum over those for which `removed` does.
std::string difference_of_sums(const std::string& value, const std::string& added, const std::string& removed,
                               const std::string& zero);

// An aggregate that cannot be folded, computed anew for each group with a changed row.
struct Recomputed {
    TypedColumn column;  // r<aggregate>
    std::string call;
};
std::vector<Recomputed> recomputed(const Level& level);

}  // namespace freshet::compile
