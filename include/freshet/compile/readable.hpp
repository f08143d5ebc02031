// A view as other views read it: one SELECT over its state tables. Pure.
#pragma once

#include <string>
#include <vector>

#include "freshet/compile/program.hpp"

namespace freshet::compile {

// What the public relation gives, for a sub-select in FROM. Throws core::Error with reason and hint for a view whose
// rows are more than a projection, a filter or an inner join of its groups: changes of the state do not tell its
// changes.
std::string readable_select(const Program& program);

// The same for any view, WITH queries and all: for who reads it anew as a whole whenever a state below it changes. The
// moment at which a total over nothing was written is NULL.
std::string expanded_select(const Program& program);

// The tables that either reads.
std::vector<sql::QualifiedName> state_tables(const Program& program);

}  // namespace freshet::compile
