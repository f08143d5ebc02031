// A view as other views read it: one SELECT over its state tables, without WITH. Pure.
#pragma once

#include <string>

#include "freshet/compile/program.hpp"

namespace freshet::compile {

// What the public relation gives, for a sub-select in FROM. Throws core::Error with reason and hint for a view whose
// rows are more than a projection, a filter or an inner join of its groups: changes of the state do not tell its
// changes.
std::string readable_select(const Program& program);

}  // namespace freshet::compile
