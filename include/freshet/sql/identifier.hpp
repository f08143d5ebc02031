// SQL names and literals. The one place that quotes.
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace freshet::sql {

// `name` as an identifier, always in double quotes.
std::string quote(std::string_view name);

// `value` as a string literal that is right under any standard_conforming_strings.
std::string literal(std::string_view value);

// A schema-qualified relation name, unquoted inside.
struct QualifiedName {
    std::string schema;
    std::string name;

    // "schema"."name"
    std::string quoted() const;
    // schema.name, for people
    std::string display() const { return schema + "." + name; }

    auto operator<=>(const QualifiedName&) const = default;
};

// Parses `name` or `schema.name`, parts optionally in double quotes; unquoted parts fold to lower case as in SQL.
// Throws std::invalid_argument with the reason.
QualifiedName parse_qualified_name(std::string_view text, std::string_view default_schema);

}  // namespace freshet::sql
