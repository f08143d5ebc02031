// What proofs ask: the user's own text of a view's query, so that a proof shares nothing with what the engine made of
// it, and how its columns are compared. Private to refresh/.
#pragma once

#include <map>
#include <string>

#include "freshet/catalog/store.hpp"
#include "freshet/compile/emit.hpp"
#include "freshet/pg/connection.hpp"

namespace freshet::refresh {

namespace asio = boost::asio;

std::string definition_without_terminator(const catalog::StoredView& view);

// For this transaction.
asio::awaitable<void> name_resolution_as_user(pg::Connection& connection, const catalog::StoredView& view);

// Of the published columns, those whose type rules out an exact comparison.
asio::awaitable<std::map<std::string, compile::Comparison>> comparisons(pg::Connection& connection,
                                                                        sql::QualifiedName published);

}  // namespace freshet::refresh
