// What becomes of a level's columns in the text above: which columns of the query show a key or the moment at which a
// row was written. Reads a tree whose levels were lifted. Private to query/.
#pragma once

#include <string>
#include <vector>

#include "freshet/query/normal_form.hpp"
#include "freshet/query/tree.hpp"
#include "with_scope.hpp"

namespace freshet::query {

// The column of a level's relation that tells when a group was written.
inline constexpr const char* written_column = "freshet_written_at";

// Replaces CURRENT_TIMESTAMP in the select list of a SELECT over one level by when its group was written. Throws
// Rejected where a row has no single such moment.
void pass_moment_through(Tree& tree, PgQuery__SelectStmt& select, const WithScope& scope);

// The columns of the query. Throws Rejected where a value is computed from the moment of writing.
std::vector<Output> columns_above(const PgQuery__SelectStmt& root);

// See NormalForm::rows_are_groups.
bool rows_are_groups(const PgQuery__SelectStmt& root);

}  // namespace freshet::query
