// The columns of a state table in the order in which its rows hold them. Private to compile/.
#pragma once

#include <string>
#include <vector>

#include "freshet/compile/program.hpp"

namespace freshet::compile {

// "name type COLLATE collation"
std::string typed(const std::string& name, const TypedColumn& column);

// As CREATE TABLE has them. To read a column PostgreSQL goes through those before it, and goes fastest where these are
// of fixed width: so what readers read comes first, and of that what is of fixed width, without gaps.
std::vector<std::string> state_layout(const Level& level);

}  // namespace freshet::compile
