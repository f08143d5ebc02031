// The rows below the grouping: of the current sources, or the signed rows of a batch. Private to compile/.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "freshet/compile/program.hpp"

namespace freshet::compile {

// "(alias.k IS NULL OR alias.k >= $parameter)" on the retention key.
std::string within_horizon(const Level& level, const std::string& alias, int parameter);

// One SELECT of an arm. Relations whose index is in `changed` read the delta d<source>; with any of them the first
// column is `sign`, with none there is no sign.
std::string arm_select(const Level& level, const query::Arm& arm, const std::set<std::size_t>& changed);

// Every non-empty subset of the arm's relations whose source changed.
std::vector<std::set<std::size_t>> changed_subsets(const Level& level, const query::Arm& arm,
                                                   const std::set<int>& changed_sources);

}  // namespace freshet::compile
