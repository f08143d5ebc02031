// The demo's own oracle: a report against its defining query, in one statement and so in one snapshot.
//
// Knows nothing of freshet but the name of the public relation. True only once nothing is pending.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "freshet/demo/sample.hpp"
#include "freshet/pg/connection.hpp"

namespace freshet::demo {

namespace asio = boost::asio;

struct Proof {
    std::int64_t rows = 0;     // of the public relation
    std::int64_t missing = 0;  // rows of the query that the relation has not, or not as often
    std::int64_t extra = 0;    // the other way round

    bool exact() const noexcept { return missing == 0 && extra == 0; }
};

// Counts both differences with EXCEPT ALL over `columns`, from the oldest period that the relation still keeps.
std::string proof_statement(const SampleView& view, const std::vector<std::string>& columns);

asio::awaitable<Proof> prove(pg::Connection* connection, SampleView view);

}  // namespace freshet::demo
