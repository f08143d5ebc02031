// The table of every metric: what it is called and what it means. Its shape is here, its rows in metrics_table.cpp.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace freshet::observe {

enum class Metric {
    view_staleness,
    view_staleness_objective,
    view_as_of,
    view_last_success,
    view_last_attempt,
    change_to_visible,
    pending_changes,
    changes_captured,
    changes_applied,
    events,
    changelog_bytes,
    oldest_transaction,
    refreshes,
    refresh_errors,
    refresh_retries,
    refresh_duration,
    refresh_phase_duration,
    refresh_groups,
    refreshes_in_progress,
    view_state,
    view_consecutive_failures,
    backfill_rows_done,
    backfill_rows_expected,
    verify_runs,
    drift_rows,
    verified_timestamp,
    capture_faults,
    database_up,
    leader,
    notify_mode,
    notifications_received,
    polls,
    notification_queue_usage,
    database_reconnects,
    config_last_reload,
    http_requests,
    http_request_duration,
    build_info,
    view_info,
    process_cpu,
    process_resident,
    process_virtual,
    process_open_fds,
    process_max_fds,
    process_start_time,
    count
};

enum class MetricType { counter, gauge, histogram };

struct MetricRow {
    Metric metric;
    std::string_view name;
    MetricType type;
    std::array<std::string_view, 4> labels;  // unused ones are empty; `view` always comes first
    std::string_view help;
    std::span<const double> buckets = {};
};

std::span<const MetricRow> metrics_table();

}  // namespace freshet::observe
