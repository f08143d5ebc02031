// An expression that means the same under every search_path. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace freshet::query {

// `expression` with the schema pg_catalog at every operator and type that it leaves without one; that must be the
// schema they were found in, as it is in what PostgreSQL writes with an empty search_path. nullopt if something stays
// that may mean another thing elsewhere: a function, for what it calls; an operator of another schema, likewise; IN,
// BETWEEN, LIKE, NULLIF, IS DISTINCT FROM, CASE with an operand and sub-selects, whose operator has no place for a
// schema; a type that is a name of objects (regclass); what we cannot read or write.
std::optional<std::string> qualify(std::string_view expression);

}  // namespace freshet::query
