// The uniqueness that a view relies on: it was there when the view was compiled, and must stay. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "freshet/compile/program.hpp"

namespace freshet::compile {

// The columns of a unique index, in its order.
struct UniqueKey {
    sql::QualifiedName table;
    std::vector<std::string> columns;

    auto operator<=>(const UniqueKey&) const = default;
};

// Each once. As long as all of them hold (query::UniqueIndex says what that means), the folds of the program are exact.
std::set<UniqueKey> unique_keys(const Program& program);

}  // namespace freshet::compile
