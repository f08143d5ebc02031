// Views named in a text, replaced by what they are. Pure: text in, text out. Positions are byte offsets.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/sql/identifier.hpp"

namespace freshet::query {

// A relation that a FROM clause names.
struct NamedRelation {
    sql::QualifiedName name;  // the schema is empty where the text has none
    std::size_t offset = 0;   // of the first part of the name
};

// In the order of the text, as often as it names them. A name without a schema that any WITH query of the text has is
// none of them. Throws SyntaxError.
std::vector<NamedRelation> named_relations(std::string_view select);

// The SELECT behind a relation; nullopt for one that stays as it is.
using Definition = std::function<std::optional<std::string>(const sql::QualifiedName&)>;

// `select` with each relation that has a definition as a sub-select under the name it had. Definitions are not looked
// into. Throws SyntaxError.
std::string expand_views(std::string_view select, const Definition& definition);

// `select` with blanks in place of the schema of each of `relations`, in FROM as in column names: every other position
// stays. Throws SyntaxError.
std::string without_schema(std::string_view select, const std::set<sql::QualifiedName>& relations);

}  // namespace freshet::query
