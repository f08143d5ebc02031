// What writers put into the change logs since the last count, for the metrics. Reading only; costs writers nothing.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "freshet/pg/connection.hpp"

namespace freshet::capture {

namespace asio = boost::asio;

struct CapturedCount {
    std::string source;
    std::string op;  // insert, update, delete, truncate, touch
    std::int64_t rows = 0;
};

struct Captured {
    std::vector<CapturedCount> counts;
    std::string until;                                    // the snapshot that was counted in: the next count's `since`
    std::chrono::duration<double> oldest_transaction{0};  // 0: none is open
};

// Of the rows visible now and not visible in the snapshot `since`; with an empty `since` nothing is counted, only the
// snapshot taken. Rows that were trimmed meanwhile are not seen.
asio::awaitable<Captured> count_captured(pg::Connection& connection, std::string since);

}  // namespace freshet::capture
