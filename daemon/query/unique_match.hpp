// Whether conditions find at most one row of a relation (docs/decisions/0005). Private to query/.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "scope.hpp"

namespace freshet::query {

struct UniqueMatch {
    // The columns of the unique index that decides it; empty: several rows may be found.
    std::vector<std::string> key;
    // All columns of the relation that are compared by their own equality with what does not read the relation.
    std::set<std::string> compared;
};

// `conditions` are in the names of the arm, and AND-ed. "Several" is always right. At most one row is found because the
// index lets no two rows be equal in its columns, and because equality is transitive. It is not between a moment
// without a zone and one with it: where clocks are set forward, two of the former are one of the latter.
UniqueMatch unique_match(const std::vector<Node*>& conditions, const Relation& relation, const Flattened& arm,
                         const Facts& facts);

// Whether an unadorned "=" between two expressions of an arm compares them by the equality that both their types have,
// with no cast that is not written and could make different values equal. "No" is always right.
bool same_equality(const Node& left, const Node& right, const Flattened& arm, const Facts& facts);

}  // namespace freshet::query
