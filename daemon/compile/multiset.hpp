// The multiset of an input's values that the state keeps for each group: in the group's own row, or, of a large group,
// in the rows of a values table. Private to compile/.
#pragma once

#include <string>
#include <vector>

#include "freshet/compile/program.hpp"

namespace freshet::compile {

// A row of the state holds at most this many values of an input. A change of its group costs reading and writing all of
// them, so it must not be many. A group with more is *spilled*: its row has a number, spill, by which the values table
// knows its values. Programs that were installed with another limit need another format (program_json.cpp).
constexpr int most_values_in_row = 128;
// Nor a value more often: m<i> are integers, as most groups are small, and what a batch adds has to fit as well.
constexpr int most_of_a_value_in_row = 1'000'000'000;

// A column of the state that follows from the multiset: v<i> and m<i> are the values and how often each occurs, the
// others what readers want of it. Of a spilled group v<i> and m<i> are NULL, but within a fold.
struct ValuesColumn {
    TypedColumn column;  // v<i>, m<i>, d<i>, sd<i>, lo<i>, hi<i>
    // Over rows (v, m). A value with a multiplicity below zero is kept, but is not there.
    std::string aggregate;
    bool in_spilled = true;              // a spilled group has it, too
    std::string of_ordered = aggregate;  // the same over rows that come in the order of v

    std::string null() const;     // of its type and collation
    std::string nothing() const;  // what it is of no values
};
// v<i> and m<i> first.
std::vector<ValuesColumn> values_columns(const Level& level, std::size_t input);

// The inputs of which a multiset is kept.
std::vector<std::size_t> inputs_with_values(const Level& level);

// A number for a row that is to be spilled. A view has one refresher at a time, so that nobody else takes it.
std::string next_spill(const Level& level);

// Whether the row `alias` of the state has values that belong into the values tables.
std::string overflows(const Level& level, const std::string& alias);

// DELETE of the groups whose row `t` of the state satisfies the condition, with their spilled values. `first`: a CTE
// that the condition reads; empty for none.
std::string delete_groups(const Level& level, const std::string& condition, const std::string& first = "");

// Moves values of rows of the state into the values tables. $1: tid[] of the rows.
// One row: moved_state (tid[], the rows as they are now), then emptied_<input> (tid[]) for every values table. These are
// the parameters of settle_spilled, in order. Both are empty for a level without multisets.
std::string spill(const Level& level);

// What follows from the values tables for those rows. `dirty`: see Fold. One row: dirty_state (tid[]).
std::string settle_spilled(const Level& level, const std::string& dirty);

}  // namespace freshet::compile
