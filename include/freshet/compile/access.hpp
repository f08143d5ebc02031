// By which columns the apply of changes looks for rows of the sources: what an index could serve. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "freshet/compile/program.hpp"

namespace freshet::compile {

struct Access {
    sql::QualifiedName table;
    std::set<std::string> columns;  // equal to known values; an index that begins with any of them finds the rows
    std::string when;               // "changes of public.parent", "recomputing groups"

    bool operator==(const Access&) const = default;
};

// Each once. What is not found by columns alone (an expression, an inequality, a cross join) is left out: there is no
// plain index to advise.
std::vector<Access> accesses(const Program& program);

}  // namespace freshet::compile
