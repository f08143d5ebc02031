// Session-level advisory locks: held until unlocked or until the session ends, so a lost connection gives them back.
//
// They do not survive behind a transaction pooler, where statements of one session run on many.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "freshet/pg/connection.hpp"

namespace freshet::pg {

// Whether this session holds the lock now. Does not wait. Locks stack: each success needs an unlock of its own.
asio::awaitable<bool> try_advisory_lock(Connection& connection, std::int64_t key);

// Whether this session had held it.
asio::awaitable<bool> advisory_unlock(Connection& connection, std::int64_t key);

}  // namespace freshet::pg
