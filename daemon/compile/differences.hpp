// How two relations that should be equal are compared, both ways. Private to compile/.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "freshet/compile/emit.hpp"

namespace freshet::compile {

struct ComparedColumn {
    std::string name;  // quoted
    Comparison how = Comparison::exact;
};

// "q.name", or the text of it under its name.
std::string compared(const std::string& alias, const ComparedColumn& column);

// A SELECT of side ('missing', 'unexpected') and difference (jsonb of the row). `expected` and `published` are
// relations or sub-selects with these columns, as compared() gives them.
std::string differences(const std::vector<ComparedColumn>& columns, const std::string& expected,
                        const std::string& published);

}  // namespace freshet::compile
