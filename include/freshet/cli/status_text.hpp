// The health of the views. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "freshet/cli/exit_code.hpp"
#include "freshet/cli/json.hpp"
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
    std::optional<double> last_refresh_at;
    std::optional<std::string> last_status;
    std::optional<std::string> last_error;
    std::int64_t consecutive_failures = 0;
    std::chrono::milliseconds objective{0};  // staleness_slo

    // Ready, and no staler than its objective.
    bool healthy() const;
};

// Gives each view its objective from the configuration, and adds the views that are not installed yet.
std::vector<ViewStatus> join_settings(std::vector<ViewStatus> views, const settings::Settings& settings);

// A table, then every last error in full.
std::string status_text(const std::vector<ViewStatus>& views, Colour colour);

// {"healthy": ..., "views": [columns of freshet.status, "staleness_slo_seconds", "healthy"]}
Json status_json(const std::vector<ViewStatus>& views);

// The answer is no if one of them is not healthy.
ExitCode status_code(const std::vector<ViewStatus>& views);

}  // namespace freshet::cli
