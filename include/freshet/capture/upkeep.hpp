// Upkeep of the change log: rotation and trimming.
//
// Writers use one of two slots (log tables). When theirs has grown, they are sent to the other; the one left behind is
// emptied by TRUNCATE once every position has passed all its rows. That is checked while ACCESS EXCLUSIVE is held: no
// writer can have uncommitted rows in the table then, so nothing can be lost whatever a writer remembers of the slot.
// As PgQ does (Kreen: PgQ, Skytools), but without a wait for old transactions.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "freshet/pg/connection.hpp"

namespace freshet::capture {

namespace asio = boost::asio;

struct LogSize {
    std::string source;
    std::int64_t bytes = 0;
};

struct Upkeep {
    std::vector<LogSize> sizes;  // per source, both slots together
    bool rotated = false;
    int trimmed = 0;  // tables emptied
};

// Waits for no lock longer than `lock_timeout`; what cannot be trimmed now is trimmed another time.
asio::awaitable<Upkeep> keep_log_small(pg::Connection& connection, std::int64_t rotate_bytes,
                                       std::chrono::milliseconds lock_timeout);

}  // namespace freshet::capture
