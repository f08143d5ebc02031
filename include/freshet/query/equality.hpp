// Conditions that find rows by an index. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace freshet::query {

struct QualifiedColumn {
    std::string relation;  // the alias
    std::string column;

    bool operator==(const QualifiedColumn&) const = default;
};

struct Equality {
    QualifiedColumn left;
    QualifiedColumn right;
};

// The two columns of `a.x = b.y`; nullopt for every other expression, and for what cannot be read.
std::optional<Equality> column_equality(std::string_view condition);

// The column of `a.x`; likewise.
std::optional<QualifiedColumn> plain_column(std::string_view expression);

}  // namespace freshet::query
