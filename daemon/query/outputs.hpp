// The select list of a normalised query, split into keys, aggregate inputs and outputs. Private to query/.
#pragma once

#include <vector>

#include "freshet/query/normal_form.hpp"
#include "freshet/query/tree.hpp"

namespace freshet::query {

// Keys and inputs are still in the names of the query's own FROM clause; each arm rewrites them for itself.
struct Grouping {
    std::vector<Node*> keys;
    std::vector<Node*> inputs;
    std::vector<Aggregate> aggregates;
    std::vector<Output> outputs;
};

Grouping split_select_list(Tree& tree, const PgQuery__SelectStmt& select);

}  // namespace freshet::query
