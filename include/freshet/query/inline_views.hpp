// Plain SQL views in FROM, replaced by the SELECTs that define them, so that a query over views is the query over the
// tables behind them. Pure: text in, text out.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/sql/identifier.hpp"

namespace freshet::query {

// The defining SELECT of each view, as pg_get_viewdef writes it under an empty search_path, without a semicolon.
using ViewDefinitions = std::map<sql::QualifiedName, std::string>;

// The relations of the database that a SELECT reads anywhere, each once, in the order of its text. `sql`: in the
// server's rendering under an empty search_path, where a name without a schema is a system catalog or a temporary
// relation. Throws SyntaxError.
std::vector<sql::QualifiedName> relations_read(std::string_view sql);

struct Inlined {
    // Where the text of a view stands that the query itself names; views below it are inside.
    struct Part {
        std::size_t begin = 0;
        std::size_t end = 0;
        sql::QualifiedName view;
    };

    std::string sql;
    std::vector<Part> parts;  // in text order

    // The view in whose text `offset` lies; null if the query itself wrote what stands there.
    const sql::QualifiedName* view_at(std::size_t offset) const;
};

// `sql`, in the same rendering, with each of `views` replaced by its definition, and so on below. Relations that are
// not among `views` stay. Throws SyntaxError for a definition that our parser cannot read, or if the text grows too
// large.
Inlined inline_views(std::string_view sql, const ViewDefinitions& views);

// The relation whose name begins at `offset`, in the server's rendering. Throws SyntaxError.
std::optional<sql::QualifiedName> relation_at(std::string_view sql, std::size_t offset);

// Where the user's text names the relation, with its schema or without; npos if nowhere. Throws SyntaxError.
std::size_t position_of_relation(std::string_view user_sql, const sql::QualifiedName& relation);

}  // namespace freshet::query
