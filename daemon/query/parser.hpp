// libpg_query's parser behind an exception and an arena; the bounds that protect it from its missing stack guard.
#pragma once

#include <pg_query.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "arena.hpp"
#include "freshet/query/tree.hpp"

namespace freshet::query {

// Throws SyntaxError if `sql` is longer than 256 KiB, contains a zero byte, or nests deeper than 400 levels.
void check_bounds(std::string_view sql);

// Every statement of `sql`, owned by `arena`, without bounds. Throws SyntaxError.
PgQuery__ParseResult& parse_statements(Arena& arena, const std::string& sql);

// The library's error about `sql`; its cursor counts characters.
SyntaxError syntax_error(std::string_view sql, const PgQueryError& error);

}  // namespace freshet::query
