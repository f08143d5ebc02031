// The columns of a join as a name over it sees them: those of USING once, then those of either side. Private to query/.
#pragma once

#include <string>
#include <vector>

#include "scope.hpp"

namespace freshet::query {

// A table of the arm, `relation_alias`, under the column names that the query gives it.
Binding renamed_table(Tree& tree, const std::string& relation_alias, const std::vector<std::string>& columns,
                      const std::vector<std::string>& names);

// Adds to the scope of an arm that holds the tables of `join` and nothing else what the join's columns may be called:
// a column of USING without a table, or of the alias that USING has. An alias of the join itself hides its tables.
// Throws Rejected for a column of USING that has two types, under a name of the join.
void name_columns(Tree& tree, const Facts& facts, const PgQuery__JoinExpr& join, Flattened& arm);

// The names of the columns: those of the alias, and where it gives none those of before.
std::vector<std::string> renamed(std::vector<std::string> columns, const PgQuery__Alias* alias);

}  // namespace freshet::query
