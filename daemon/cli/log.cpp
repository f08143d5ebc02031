#include <algorithm>

#include "freshet/cli/columns.hpp"
#include "freshet/cli/commands.hpp"
#include "freshet/cli/log_text.hpp"
#include "freshet/cli/run_coroutine.hpp"
#include "freshet/cli/select_views.hpp"
#include "freshet/cli/session.hpp"

namespace freshet::cli {

namespace {

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

asio::awaitable<ExitCode> log(LogOptions command, settings::Settings settings, Output output) {
    const auto connection = co_await connect_installed(settings, "log");
    std::optional<std::string> view;
    if (command.view) {
        view = shown_name(*command.view);
        co_await require_known(*connection, *view);
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
