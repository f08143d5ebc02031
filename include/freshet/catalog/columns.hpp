// Names and types of what a relation or a query gives, in order: what views on top of it rely on.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "freshet/catalog/resolve.hpp"
#include "freshet/pg/connection.hpp"

namespace freshet::catalog {

struct Column {
    std::string name;
    std::string type;       // with its modifier, as SQL
    std::string collation;  // quoted and qualified; empty for the type's own

    bool operator==(const Column&) const = default;
};

asio::awaitable<std::vector<Column>> relation_columns(pg::Connection& connection, std::int64_t relation);

// The same of a query, which is not run. Leaves nothing behind. Throws pg::Error if the server refuses it.
asio::awaitable<std::vector<Column>> query_columns(pg::Connection& connection, QueryText text);

}  // namespace freshet::catalog
