// Views that a query reads, while the server is asked about it. Private to catalog/.
#pragma once

#include <string>
#include <vector>

#include "freshet/catalog/resolve.hpp"

namespace freshet::catalog {

// Makes temporary views under the names of `stand_ins`, over tables that are created where they do not exist. Inside
// the transaction that the caller rolls back.
asio::awaitable<void> put_up(pg::Connection& connection, std::vector<StandIn> stand_ins);

// The server's rendering of a text, with the state tables of `stand_ins` in place of their views.
asio::awaitable<std::string> take_down(pg::Connection& connection, std::string normalised,
                                       std::vector<StandIn> stand_ins);

}  // namespace freshet::catalog
