// What the daemon shows of itself at /status: snapshots by value, and their JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::observe {

using SystemTime = std::chrono::system_clock::time_point;

// Where a view's refresh cycle is.
enum class ViewState { installing, idle, waiting, running, backing_off, paused, broken };

// As in freshet.refresh_log.triggered_by.
enum class TriggeredBy { event, scheduled, manual, startup };

std::string_view to_string(ViewState state);
std::string_view to_string(TriggeredBy trigger);

struct ViewStatus {
    std::string name;
    std::string strategy;
    ViewState state = ViewState::installing;
    std::optional<SystemTime> as_of;  // empty until the first refresh
    std::optional<std::chrono::milliseconds> staleness;
    std::int64_t pending_changes = 0;
    std::optional<SystemTime> last_refresh_at;
    std::string last_status;  // success, failed, running, or empty
    std::string last_error;
    int consecutive_failures = 0;
    std::chrono::milliseconds slo{0};
};

enum class DatabaseState { down, up };
enum class Leadership { standby, leader };

struct DaemonStatus {
    std::string version;
    DatabaseState database = DatabaseState::down;
    Leadership leadership = Leadership::standby;
    std::vector<ViewStatus> views;
};

// Field names as in freshet.status; absent values are null, moments RFC 3339 in UTC, durations seconds.
std::string to_json(const DaemonStatus& status);

// Why the daemon should get no traffic yet, one sentence each; empty when it is ready: the database answers, every view
// is installed and was refreshed once. A view that went stale or broke later is the alerts' business.
std::vector<std::string> not_ready_reasons(const DaemonStatus& status);

}  // namespace freshet::observe
