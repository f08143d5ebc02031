// Which views read which. Pure. Only a view that is folded can be read by another: the state table behind it is a
// source like any other table. Views connected in this way are a chain, and are refreshed as one (docs/decisions/0007).
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "freshet/catalog/store.hpp"

namespace freshet::catalog {

// The generation (freshet.view.id) whose state `table` is; nullopt for any other table.
std::optional<int> view_of_state(const sql::QualifiedName& table);

// The views that `view` reads itself, by id.
std::set<int> views_below(const StoredView& view);

// All that are connected with view `id`, itself included, in dependency order. Half-built generations are in no chain.
std::vector<StoredView> chain_of(const std::vector<StoredView>& stored, int id);

// The members of `chain` (in dependency order) that read, through however many others, one of `below`; these included.
std::set<int> with_all_above(const std::vector<StoredView>& chain, std::set<int> below);

}  // namespace freshet::catalog
