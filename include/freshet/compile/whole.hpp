// SQL of a view whose rows are kept as its query gives them and replaced by key (strategy partial): any query that
// PostgreSQL can run, as long as somebody says which keys a change concerns. Pure.
//
// Rows are replaced for a *superset* of the dirty keys: all rows whose first key is among the dirty first keys, and so
// on for each key. Both sides, what is kept and what the query gives now, are cut by that same condition, so that
// replacing is right however large the superset is; and as it is made of one comparison per column with a list of
// values, PostgreSQL can push it into the query and find the rows by index.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "freshet/compile/emit.hpp"

namespace freshet::compile {

// Whether a change of one of these sources concerns every row, by the user's own word.
bool concerns_all(const Program& program, const std::set<int>& changed_sources);

// The dirty keys of a batch. $1: the position (pg_snapshot). One row: dirty (bigint, how many keys), kept (bigint, rows
// of the view, as estimated), then for each key values_<i> (text, an array of what is not NULL) and null_<i> (boolean).
std::string dirty_keys(const Program& program, const std::set<int>& changed_sources);

enum class Replaced {
    all,     // every row
    tenant,  // the rows of a tenant
    dirty    // the rows of dirty keys
};

// Makes those rows what the query gives now, writing only what differs. Parameters: for `tenant` the tenant, for
// `dirty` values_<i> and null_<i> of each key; then the retention horizon, if the view has one. One row: deleted,
// inserted.
std::string replace_rows(const Program& program, Replaced which);

// The parts of emit.hpp for such a program; see there.
std::vector<std::string> create_whole(const Program& program, const std::vector<std::vector<std::string>>& indexes);
std::vector<std::string> drop_whole(const Program& program);
std::string whole_select(const Program& program);
std::optional<StateColumn> whole_column(const Program& program, const std::string& name);
std::string cut_whole(const Program& program);
std::string whole_table(const Program& program);

}  // namespace freshet::compile
