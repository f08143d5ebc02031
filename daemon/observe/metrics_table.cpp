#include "metrics_table.hpp"

namespace freshet::observe {

namespace {

constexpr auto counter = MetricType::counter;
constexpr auto gauge = MetricType::gauge;
constexpr auto histogram = MetricType::histogram;

constexpr std::array visible_buckets = {0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0};
constexpr std::array refresh_buckets = {0.005, 0.01, 0.025, 0.05, 0.1,  0.25,  0.5,   1.0,
                                        2.5,   5.0,  10.0,  30.0, 60.0, 300.0, 1800.0};
constexpr std::array http_buckets = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0};

// clang-format off
constexpr std::array<MetricRow, static_cast<std::size_t>(Metric::count)> rows = {{
    {Metric::view_staleness, "freshet_view_staleness_seconds", gauge, {"view"},
     "how long ago the view was last known equal to its query; an idle view stays near zero"},
    {Metric::view_staleness_objective, "freshet_view_staleness_objective_seconds", gauge, {"view"},
     "the staleness the view's configuration promises (staleness_slo)"},
    {Metric::view_as_of, "freshet_view_as_of_timestamp_seconds", gauge, {"view"},
     "the moment at which the view was last known equal to its query, by the database's clock"},
    {Metric::view_last_success, "freshet_view_last_success_timestamp_seconds", gauge, {"view"},
     "when a refresh of the view last succeeded, by the database's clock"},
    {Metric::view_last_attempt, "freshet_view_last_attempt_timestamp_seconds", gauge, {"view"},
     "when a refresh of the view last began, or ended in another process, by the database's clock"},
    {Metric::change_to_visible, "freshet_change_to_visible_seconds", histogram, {"view"},
     "from the commit of a change to its visibility in the view, oldest change of each refresh", visible_buckets},
    {Metric::pending_changes, "freshet_pending_changes", gauge, {"view"},
     "committed changes in the log that the view does not show yet, as of the last look"},
    {Metric::changes_captured, "freshet_changes_captured_total", counter, {"source", "op"},
     "rows written to the source's change log since this process leads, by what wrote them: insert, delete, update (two "
     "for a row), truncate, unclear (a statement whose rows are not known), touch (a statement, for concurrent views)"},
    {Metric::changes_applied, "freshet_changes_applied_total", counter, {"view"},
     "changes folded into the view"},
    {Metric::events, "freshet_events_total", counter, {"event"},
     "business events seen: rows that started to satisfy the event's condition"},
    {Metric::changelog_bytes, "freshet_changelog_bytes", gauge, {"source"},
     "size on disk of the source table's change log"},
    {Metric::oldest_transaction, "freshet_oldest_transaction_seconds", gauge, {},
     "age of the oldest transaction in this database that holds back the change log, prepared ones included; of other "
     "roles' only with the rights of pg_read_all_stats"},
    {Metric::refreshes, "freshet_refreshes_total", counter, {"view", "strategy", "outcome", "triggered_by"},
     "refreshes that ended: success, failed, skipped (another process was at it)"},
    {Metric::refresh_errors, "freshet_refresh_errors_total", counter, {"view", "reason"},
     "refreshes that failed, by reason"},
    {Metric::refresh_retries, "freshet_refresh_retries_total", counter, {"view"},
     "refreshes begun again after a failure"},
    {Metric::refresh_duration, "freshet_refresh_duration_seconds", histogram, {"view", "strategy"},
     "duration of a refresh that ended, successful or not", refresh_buckets},
    {Metric::refresh_phase_duration, "freshet_refresh_phase_duration_seconds", histogram, {"view", "phase"},
     "duration of one phase of a refresh that succeeded: debounce (from the first change seen to the beginning: quiet, and a "
     "free worker), read, merge, commit", refresh_buckets},
    {Metric::refresh_groups, "freshet_refresh_groups_total", counter, {"view", "action"},
     "groups (rows of the view) upserted or deleted by refreshes"},
    {Metric::refreshes_in_progress, "freshet_refreshes_in_progress", gauge, {"view"},
     "1 while a refresh of the view runs in this process"},
    {Metric::view_state, "freshet_view_state", gauge, {"view", "state"},
     "1 for the state the view is in, 0 for the others"},
    {Metric::view_consecutive_failures, "freshet_view_consecutive_failures", gauge, {"view"},
     "failed refreshes since the last success"},
    {Metric::backfill_rows_done, "freshet_backfill_rows_done", gauge, {"view"},
     "source rows read by the view's first fill or, if it was broken, its recomputation; that is one transaction, so this is "
     "0 until it commits"},
    {Metric::backfill_rows_expected, "freshet_backfill_rows_expected", gauge, {"view"},
     "source rows that the view's fill reads, as the planner estimates them"},
    {Metric::verify_runs, "freshet_verify_runs_total", counter, {"view", "outcome"},
     "proofs that the view equals its query: exact, drift (it does not), failed (no answer)"},
    {Metric::drift_rows, "freshet_drift_rows_total", counter, {"view"},
     "rows in which a proof found the view different from its query"},
    {Metric::verified_timestamp, "freshet_verified_timestamp_seconds", gauge, {"view"},
     "the moment for which the view was last proven equal to its query, by the database's clock"},
    {Metric::capture_faults, "freshet_capture_faults_total", counter, {"reason"},
     "times that change capture was found damaged or bypassed"},
    {Metric::database_up, "freshet_database_up", gauge, {"role"},
     "1 while the session of this role is connected"},
    {Metric::leader, "freshet_leader", gauge, {},
     "1 while this process is the one that refreshes"},
    {Metric::notify_mode, "freshet_notify_mode", gauge, {"mode"},
     "1 for the doorbell mode in force, 0 for the others"},
    {Metric::notifications_received, "freshet_notifications_received_total", counter, {},
     "notifications received on the doorbell channel"},
    {Metric::polls, "freshet_polls_total", counter, {"result"},
     "looks at the change log: empty, found, failed"},
    {Metric::notification_queue_usage, "freshet_notification_queue_usage_ratio", gauge, {},
     "pg_notification_queue_usage() of the cluster; at 1 commits that notify fail"},
    {Metric::database_reconnects, "freshet_database_reconnects_total", counter, {"role"},
     "sessions of this role opened again after a loss"},
    {Metric::config_last_reload, "freshet_config_last_reload_successful", gauge, {},
     "0 if the last configuration was refused and the one before it stays in force"},
    {Metric::http_requests, "freshet_http_requests_total", counter, {"method", "route", "code"},
     "HTTP requests answered; unknown paths count as route \"other\""},
    {Metric::http_request_duration, "freshet_http_request_duration_seconds", histogram, {},
     "from a complete HTTP request to its complete response", http_buckets},
    {Metric::build_info, "freshet_build_info", gauge, {"version"},
     "1, labelled with the running version"},
    {Metric::view_info, "freshet_view_info", gauge, {"view", "strategy"},
     "1, labelled with the view's strategy"},
    {Metric::process_cpu, "process_cpu_seconds_total", counter, {},
     "user and system CPU time spent"},
    {Metric::process_resident, "process_resident_memory_bytes", gauge, {},
     "resident memory"},
    {Metric::process_virtual, "process_virtual_memory_bytes", gauge, {},
     "virtual memory"},
    {Metric::process_open_fds, "process_open_fds", gauge, {},
     "open file descriptors"},
    {Metric::process_max_fds, "process_max_fds", gauge, {},
     "limit on open file descriptors"},
    {Metric::process_start_time, "process_start_time_seconds", gauge, {},
     "start of the process, seconds since 1970"},
}};
// clang-format on

constexpr bool rows_match_enum() {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].metric != static_cast<Metric>(i)) {
            return false;
        }
    }
    return true;
}
static_assert(rows_match_enum(), "the table's rows stand in the order of the enum Metric");

}  // namespace

std::span<const MetricRow> metrics_table() {
    return rows;
}

}  // namespace freshet::observe
