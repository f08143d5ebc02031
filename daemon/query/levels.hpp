// Takes the levels out of a query's tree and leaves in it what stands above them. Private to query/.
#pragma once

#include <string>
#include <vector>

#include "freshet/query/normal_form.hpp"
#include "freshet/query/tree.hpp"
#include "outputs.hpp"
#include "roles.hpp"
#include "with_scope.hpp"

namespace freshet::query {

// A grouped SELECT that was found, with what flattening it needs.
struct FoundLevel {
    const PgQuery__SelectStmt* select = nullptr;  // its FROM and WHERE
    WithScope scope;                              // what they see
    Grouping grouping;
    std::vector<Output> outputs;
    std::string having;
    bool total = false;
};

struct Lifted {
    std::vector<FoundLevel> levels;
    std::string above;  // as NormalForm has it
    std::vector<std::string> with;
    std::vector<Output> columns;
    bool rows_are_groups = false;
};

// Rewrites the tree's SELECT in place. Throws Rejected for what can be neither maintained nor computed above levels.
Lifted lift_levels(Tree& tree, const AggregateNames& others);

}  // namespace freshet::query
