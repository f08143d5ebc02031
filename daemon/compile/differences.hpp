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

// What is compared: the columns, and both sides as SELECTs of them.
struct Compared {
    std::vector<ComparedColumn> columns;
    std::string published;
    std::string expected;
};

// Of a program whose rows are kept whole.
Compared compared_whole(const Program& program, const std::string& published, const std::string& defining_query,
                        const Scope& scope, const std::map<std::string, Comparison>& comparisons);

// A SELECT of the digest of a relation or a SELECT (emit.hpp, Digests); the seeds are parameters `first` and the next.
std::string digest(const std::string& rows, std::size_t first);

// How many parameters a scope has.
std::size_t parameters_of(const Program& program, const Scope& scope);

}  // namespace freshet::compile
