// What capture costs writers on this server, measured: the triggers of each source on a temporary copy of some of its
// rows, beside a copy without. In a transaction that is rolled back; the user's tables are only read, and freshet's own
// not touched. A temporary table writes no WAL: what the log's share of it costs is not in the numbers.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "freshet/install/plan.hpp"

namespace freshet::install {

// Microseconds per row.
struct OperationCost {
    double plain = 0;
    double captured = 0;

    double ratio() const { return plain > 0 ? captured / plain : 0; }
};

struct CaptureCost {
    sql::QualifiedName table;
    std::int64_t rows = 0;
    OperationCost insert;
    std::optional<OperationCost> update;  // of a captured column; nullopt if none can be given another value
    OperationCost remove;
    OperationCost single_insert;  // by statements of one row each
    std::string unmeasured;       // why there are no numbers; empty if there are
};

// Of the sources that are captured row by row and whose capture `plan` creates or changes, as many as fit into
// `budget`; the others say so. Never throws what the server says of the measurement itself: that is the reason.
asio::awaitable<std::vector<CaptureCost>> measure_capture(pg::Connection& connection, Plan plan,
                                                          std::chrono::milliseconds budget);

}  // namespace freshet::install
