// WITH queries that give rows, put where they are read: as sub-selects they flatten. Private to query/.
#pragma once

#include "freshet/query/tree.hpp"
#include "roles.hpp"

namespace freshet::query {

// Rewrites the tree's SELECT in place. What remains in WITH clauses are queries that group, or that are computed above
// groups. MATERIALIZED is advice for a planner and means nothing here. Throws Rejected for WITH queries that cannot be
// read.
void inline_with(Tree& tree, const AggregateNames& others);

}  // namespace freshet::query
