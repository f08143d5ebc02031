// What can be said about a defining query without a database: is it one SELECT, and which of its clauses lie outside
// the incremental class, each with position, reason and hint. Names and types are the catalog's business.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::query {

// Why a query, or a clause of it, cannot be maintained incrementally. `offset` is a byte offset into the query text.
struct Rejection {
    std::size_t offset = 0;
    std::string reason;
    std::string hint;
    // Instead of an offset, for a reason found in the server's rendering: what FROM reads there, and its alias.
    std::string relation{};
    std::string alias{};

    bool operator==(const Rejection&) const = default;
};

struct Shape {
    bool parses = false;                 // false: `rejections` holds the one syntax error
    std::vector<Rejection> rejections;   // empty: the delta strategy fits as far as the text tells; in text order
    std::vector<std::string> relations;  // every relation named in FROM, as written: name or schema.name
};

// Without a database: a function that may be somebody's own aggregate is taken for one where that makes the query fit.
Shape check_shape(std::string_view sql);
// Knowing the aggregates behind the query besides PostgreSQL's own, as name or schema.name.
Shape check_shape(std::string_view sql, const std::set<std::string>& aggregates);

// Byte offset of the first place of the query that reads a relation of this name (without schema) under this alias;
// npos if there is none, or the text is no SELECT.
std::size_t find_relation(std::string_view sql, const std::string& relation, const std::string& alias);

}  // namespace freshet::query
