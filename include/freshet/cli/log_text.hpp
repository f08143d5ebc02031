// The history of refreshes. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "freshet/cli/json.hpp"
#include "freshet/cli/style.hpp"

namespace freshet::cli {

// A row of freshet.refresh_log; moments are seconds since the epoch.
struct LogEntry {
    std::int64_t id = 0;
    std::string view;
    std::optional<std::string> tenant;
    double started_at = 0;
    std::optional<double> completed_at;
    std::string status;
    std::int64_t rows_affected = 0;
    std::optional<std::string> error;
    std::string triggered_by;
    std::string strategy;
    std::int64_t changes_applied = 0;
    std::string events;  // a JSON object
    std::int64_t refresh_count = 1;
    double duration_seconds = 0;
    std::optional<double> predicted_fold_seconds;
    std::optional<double> predicted_reconcile_seconds;
    std::optional<double> actual_seconds;  // of the same work as the two above
    std::optional<std::int64_t> source_rows;
    std::optional<std::string> why;  // it was done this way
};

// A table, then every error in full and what to do about it.
std::string log_text(const std::vector<LogEntry>& entries, Colour colour);

// The errors of those that failed, each in full, with what to do next. Begins with an empty line, or is empty.
std::string failures_text(const std::vector<LogEntry>& entries, Colour colour);

// {"entries": [the columns of freshet.refresh_log]}
Json log_json(const std::vector<LogEntry>& entries);

}  // namespace freshet::cli
