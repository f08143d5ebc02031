#include <algorithm>
#include <chrono>

#include "freshet/cli/columns.hpp"
#include "freshet/cli/commands.hpp"
#include "freshet/cli/format.hpp"
#include "freshet/cli/log_stats.hpp"
#include "freshet/cli/log_text.hpp"
#include "freshet/cli/run_coroutine.hpp"
#include "freshet/cli/select_views.hpp"
#include "freshet/cli/session.hpp"

namespace freshet::cli {

namespace {

constexpr std::int64_t recent_failures = 5;  // that the statistics show in full

LogEntry read_entry(const Columns& row) {
    LogEntry entry;
    entry.id = row.integer("id");
    entry.view = row.text("view_name");
    entry.tenant = row.optional_text("firm_id");
    entry.started_at = row.number("started_at");
    entry.completed_at = row.optional_number("completed_at");
    entry.status = row.text("refresh_status");
    entry.rows_affected = row.integer("rows_affected");
    entry.error = row.optional_text("error_message");
    entry.triggered_by = row.text("triggered_by");
    entry.strategy = row.text("strategy");
    entry.changes_applied = row.integer("changes_applied");
    entry.events = row.text("events");
    entry.refresh_count = row.integer("refresh_count");
    entry.duration_seconds = row.number("duration_seconds");
    entry.predicted_fold_seconds = row.optional_number("predicted_fold_seconds");
    entry.predicted_reconcile_seconds = row.optional_number("predicted_reconcile_seconds");
    entry.actual_seconds = row.optional_number("actual_seconds");
    entry.source_rows = row.optional_integer("source_rows");
    entry.why = row.optional_text("why");
    return entry;
}

asio::awaitable<void> require_known(pg::Connection& connection, std::string view) {
    const auto rows = co_await connection.query(query_text("known_views"));
    std::vector<std::string> known;
    for (int i = 0; i < rows.rows(); ++i) known.push_back(rows.text(i, 0));
    if (std::find(known.begin(), known.end(), view) == known.end()) throw unknown_view(view, known);
}

asio::awaitable<std::vector<LogEntry>> load_entries(pg::Connection& connection, LogOptions command,
                                                    std::optional<std::string> view) {
    const auto rows = co_await connection.query(
        query_text("log"), pg::params(view, command.failed ? "true" : "false", std::to_string(command.limit)));
    std::vector<LogEntry> entries;
    for (int i = 0; i < rows.rows(); ++i) entries.push_back(read_entry(Columns(rows, i)));
    co_return entries;
}

RefreshStats read_stats(const Columns& row) {
    RefreshStats stats;
    stats.view = row.optional_text("view_name").value_or("");
    stats.total = row.integer("total");
    stats.succeeded = row.integer("succeeded");
    stats.failed = row.integer("failed");
    stats.average_seconds = row.optional_number("average_seconds");
    stats.p95_seconds = row.optional_number("p95_seconds");
    stats.longest_seconds = row.optional_number("longest_seconds");
    stats.changes_applied = row.integer("changes_applied");
    stats.last_failure = row.optional_number("last_failure");
    stats.chosen_reconciles = row.integer("chosen_reconciles");
    stats.predicted_seconds = row.optional_number("predicted_seconds");
    stats.actual_seconds = row.optional_number("actual_seconds");
    return stats;
}

bool within(const LogEntry& entry, std::int64_t days) {
    return std::chrono::system_clock::now() - moment_of(entry.started_at) <= std::chrono::days(days);
}

asio::awaitable<StatsReport> load_stats(pg::Connection& connection, LogOptions command,
                                        std::optional<std::string> view) {
    StatsReport report;
    report.days = command.days;
    const auto rows =
        co_await connection.query(query_text("log_stats"), pg::params(view, std::to_string(command.days)));
    for (int i = 0; i < rows.rows(); ++i) {
        auto stats = read_stats(Columns(rows, i));
        if (stats.view.empty()) {
            report.all = std::move(stats);
        } else {
            report.views.push_back(std::move(stats));
        }
    }
    command.failed = true;
    command.limit = recent_failures;
    report.recent_failures = co_await load_entries(connection, command, view);
    std::erase_if(report.recent_failures, [&](const LogEntry& entry) { return !within(entry, command.days); });
    co_return report;
}

asio::awaitable<ExitCode> log(LogOptions command, settings::Settings settings, Output output) {
    const auto connection = co_await connect_installed(settings, "log");
    std::optional<std::string> view;
    if (command.view) {
        view = shown_name(*command.view);
        co_await require_known(*connection, *view);
    }
    if (command.stats) {
        const auto report = co_await load_stats(*connection, command, view);
        output.answer(output.json() ? json_text(stats_json(report)) : stats_text(report, output.colour()));
        co_return ExitCode::done;
    }
    const auto entries = co_await load_entries(*connection, command, view);
    output.answer(output.json() ? json_text(log_json(entries)) : log_text(entries, output.colour()));
    co_return ExitCode::done;
}

}  // namespace

ExitCode run_command(const LogOptions& command, const Call& call) {
    return run_coroutine(log(command, load_configuration(call.options).settings, call.output));
}

}  // namespace freshet::cli
