// What the demo reads while the office works: what freshet.status says, and what an answer costs live and read.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/demo/sample.hpp"
#include "freshet/pg/connection.hpp"

namespace freshet::demo {

namespace asio = boost::asio;

struct ViewReading {
    std::string name;
    std::string strategy;
    std::string state;
    std::optional<double> staleness_seconds;  // none before the first refresh
    std::int64_t pending_changes = 0;
    std::int64_t consecutive_failures = 0;
    std::string last_error;
};

// In the order of the names.
asio::awaitable<std::vector<ViewReading>> read_status(pg::Connection* connection);

struct Refreshes {
    std::int64_t count = 0;
    std::int64_t changes_applied = 0;
    std::int64_t failures = 0;
};

asio::awaitable<Refreshes> read_refreshes(pg::Connection* connection);

struct Execution {
    double milliseconds = 0;
    std::int64_t rows = 0;
};

// From the answer to EXPLAIN (ANALYZE, FORMAT JSON). Throws std::logic_error if it is none.
Execution parse_explain(std::string_view json);

struct Cost {
    Execution live;  // the defining query
    Execution read;  // the whole public relation
};

// The server's own time for either, without sending the rows.
asio::awaitable<Cost> measure_cost(pg::Connection* connection, SampleView view);

}  // namespace freshet::demo
