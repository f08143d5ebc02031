// What can be said about a defining query without a database: is it one SELECT, and which of its clauses lie outside
// the incremental class, each with position, reason and hint. Names and types are the catalog's business.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::query {

// Why a query, or a clause of it, cannot be maintained incrementally. `offset` is a byte offset into the query text.
struct Rejection {
    std::size_t offset = 0;
    std::string reason;
    std::string hint;

    bool operator==(const Rejection&) const = default;
};

struct Shape {
    bool parses = false;                 // false: `rejections` holds the one syntax error
    std::vector<Rejection> rejections;   // empty: the delta strategy fits as far as the text tells; in text order
    std::vector<std::string> relations;  // every relation named in FROM, as written: name or schema.name
};

Shape check_shape(std::string_view sql);

}  // namespace freshet::query
