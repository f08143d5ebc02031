// What each SELECT of a query is: rows of tables, a level that groups them, or something computed above levels
// (docs/decisions/0004). Works on a user's text as well as on the server's rendering. Private to query/.
#pragma once

#include <set>
#include <string>

#include "freshet/query/tree.hpp"
#include "with_scope.hpp"

namespace freshet::query {

enum class Role {
    rows,   // flattens into arms: joins of tables, UNION ALL of such
    level,  // groups rows
    above   // reads at least one level
};

// The names of aggregates besides PostgreSQL's own, as display_name() of a call gives them.
using AggregateNames = std::set<std::string>;

// A call of an aggregate that is not used as a window function.
bool is_aggregate(const Node& node, const AggregateNames& others);

// Whether the SELECT itself groups: by GROUP BY, HAVING, an aggregate, or DISTINCT.
bool groups(const PgQuery__SelectStmt& select, const AggregateNames& others);

// Whether DISTINCT is what groups.
bool groups_by_distinct(const PgQuery__SelectStmt& select, const AggregateNames& others);

// Whether what stands in FROM is, or contains, a level.
bool bears_level(const Node& from_item, const WithScope& scope, const AggregateNames& others);

// `scope` is what stands around the SELECT.
Role role_of(const PgQuery__SelectStmt& select, const WithScope& scope, const AggregateNames& others);

// Whether anything of the SELECT is computed over its groups: windows, DISTINCT of groups, ORDER BY, LIMIT,
// sub-queries that group.
bool computes_over_groups(const PgQuery__SelectStmt& select, const WithScope& around, const AggregateNames& others);

bool has_window(const PgQuery__SelectStmt& select);
// No table is read anywhere in it: VALUES, SELECT 0.
bool is_constant(const PgQuery__SelectStmt& select);

}  // namespace freshet::query
