// The one operator that brings a view to a new position, in one REPEATABLE READ transaction: fold the pending changes,
// or recompute a scope; write only differences; move the position; log. Whatever interrupts it, the view and its position
// are as before or as after, never between.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "freshet/catalog/store.hpp"
#include "freshet/pg/connection.hpp"
#include "freshet/refresh/outcome.hpp"

namespace freshet::refresh {

namespace asio = boost::asio;

// Throws pg::Error; with in_doubt() the position's generation tells whether it happened (see generation_of).
asio::awaitable<Outcome> refresh(pg::Connection& connection, const catalog::StoredView& view, Request request);

// The payload of freshet_refreshed. `as_of` in seconds since the epoch, the database's clock.
std::string announcement(const std::string& view, double as_of, const std::map<std::string, std::int64_t>& events);

// How often the view's position has moved; nullopt if the view is gone.
asio::awaitable<std::optional<std::int64_t>> generation_of(pg::Connection& connection, int view_id);

// Writes a failed refresh into the log and the view's status; returns the failures in a row.
asio::awaitable<int> record_failure(pg::Connection& connection, const catalog::StoredView& view, Request request,
                                    std::string error);

// Gives a view that has none its first position, so that refresh() with Work::recompute can fill it. Call after the
// capture of all its sources is committed.
asio::awaitable<void> create_position(pg::Connection& connection, int view_id);

}  // namespace freshet::refresh
