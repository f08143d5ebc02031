// Statistics of refreshes over a period. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "freshet/cli/log_text.hpp"

namespace freshet::cli {

struct RefreshStats {
    std::string view;  // empty for all views together
    std::int64_t total = 0;
    std::int64_t succeeded = 0;
    std::int64_t failed = 0;
    std::optional<double> average_seconds;  // of those that succeeded, as the two below
    std::optional<double> p95_seconds;
    std::optional<double> longest_seconds;
    std::int64_t changes_applied = 0;
    std::optional<double> last_failure;  // seconds since the epoch
    std::int64_t chosen_reconciles = 0;       // backlogs that were recomputed because folding was predicted to cost more
    std::optional<double> predicted_seconds;  // of what was done, where anything was predicted
    std::optional<double> actual_seconds;     // of the same refreshes

    // From 0 to 1; empty if nothing was refreshed.
    std::optional<double> success_rate() const;
    // Real over predicted cost: 1 is a prophet, 2 was too hopeful. Empty if nothing was predicted.
    std::optional<double> cost_ratio() const;
};

struct StatsReport {
    std::int64_t days = 0;
    std::vector<RefreshStats> views;
    RefreshStats all;
    std::vector<LogEntry> recent_failures;  // newest first
};

// A table, then the recent failures in full and what to do about them.
std::string stats_text(const StatsReport& report, Colour colour);

// {"days", "views": [...], "all": {...}, "recent_failures": [as of log]}
Json stats_json(const StatsReport& report);

}  // namespace freshet::cli
