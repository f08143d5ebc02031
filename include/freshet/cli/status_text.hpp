// The health of the views. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "freshet/cli/exit_code.hpp"
#include "freshet/cli/json.hpp"
#include "freshet/cli/lock_waits.hpp"
#include "freshet/cli/style.hpp"
#include "freshet/settings/settings.hpp"

namespace freshet::cli {

// A row of freshet.status; moments are seconds since the epoch.
struct ViewStatus {
    std::string view;
    std::string strategy;
    std::string state;  // building, ready, broken; "not installed" for one that only the configuration knows
    std::optional<double> as_of;
    std::optional<double> staleness_seconds;
    std::int64_t pending_changes = 0;
    std::optional<std::int64_t> pending_before;  // at the look before this one, while watching
    std::optional<double> last_refresh_at;
    std::optional<std::string> last_strategy;  // what the last successful refresh really did
    std::optional<std::string> last_why;       // and why
    std::optional<std::string> last_status;
    std::optional<std::string> last_error;
    std::int64_t consecutive_failures = 0;
    std::optional<double> verified_at;       // the moment for which all of it was last found exact
    std::optional<std::int64_t> drift_rows;  // that the last proof found
    std::vector<std::string> reads{};        // views of freshet below it, the lowest first
    std::chrono::milliseconds objective{0};  // staleness_slo
    bool held_up = false;                    // freshetd waits for somebody's lock, for this view or another

    // Ready, and no staler than its objective.
    bool healthy() const;
};

// Gives each view its objective from the configuration, and adds the views that are not installed yet.
std::vector<ViewStatus> join_settings(std::vector<ViewStatus> views, const settings::Settings& settings);

// All that a look at the database shows.
struct StatusReport {
    std::vector<ViewStatus> views;
    double now = 0;   // of the database, seconds since the epoch
    bool led = true;  // by a freshetd
    std::vector<LockWait> waits = {};
};

// A table, then every view in trouble: its last error in full, and what to do next; then who holds freshetd up.
std::string status_text(const StatusReport& report, Colour colour);

// {"healthy": ..., "leader": ..., "lock_waits": [...], "views": [columns of freshet.status, "staleness_slo_seconds",
// "healthy", "next_step"]}
Json status_json(const StatusReport& report);

// The answer is no if one of them is not healthy.
ExitCode status_code(const std::vector<ViewStatus>& views);

}  // namespace freshet::cli
