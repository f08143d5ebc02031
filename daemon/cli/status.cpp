#include "freshet/async/sleep.hpp"
#include "freshet/cli/columns.hpp"
#include "freshet/cli/commands.hpp"
#include "freshet/cli/run_coroutine.hpp"
#include "freshet/cli/session.hpp"
#include "freshet/cli/status_text.hpp"

namespace freshet::cli {

namespace {

constexpr std::chrono::seconds refresh_interval{1};
constexpr std::string_view clear_screen = "\033[H\033[2J\033[3J";

ViewStatus read_view(const Columns& row) {
    ViewStatus view;
    view.view = row.text("view_name");
    view.strategy = row.text("strategy");
    view.state = row.text("state");
    view.as_of = row.optional_number("as_of");
    view.staleness_seconds = row.optional_number("staleness_seconds");
    view.pending_changes = row.integer_or_zero("pending_changes");
    view.last_refresh_at = row.optional_number("last_refresh_at");
    view.last_status = row.optional_text("last_status");
    view.last_error = row.optional_text("last_error");
    view.consecutive_failures = row.integer("consecutive_failures");
    return view;
}

asio::awaitable<std::vector<ViewStatus>> load_status(pg::Connection& connection, settings::Settings settings) {
    const auto rows = co_await connection.prepared(query_text("status"));
    std::vector<ViewStatus> views;
    for (int i = 0; i < rows.rows(); ++i) views.push_back(read_view(Columns(rows, i)));
    co_return join_settings(std::move(views), settings);
}

void print(const std::vector<ViewStatus>& views, const Output& output) {
    output.answer(output.json() ? json_text(status_json(views)) : status_text(views, output.colour()));
}

// Until a signal. Each round in one write, so that the screen does not flicker.
asio::awaitable<void> keep_showing(pg::Connection& connection, settings::Settings settings, Output output) {
    while (true) {
        const auto views = co_await load_status(connection, settings);
        if (output.json()) {
            output.answer(status_json(views).dump() + "\n");
        } else if (output.screen() == Screen::terminal) {
            output.answer(std::string(clear_screen) + status_text(views, output.colour()));
        } else {
            output.answer(status_text(views, output.colour()) + "\n");
        }
        co_await async::sleep_for(refresh_interval);
    }
}

asio::awaitable<ExitCode> status(StatusOptions command, settings::Settings settings, Output output) {
    const auto connection = co_await connect_installed(settings, "status");
    if (command.watch) co_await keep_showing(*connection, settings, output);
    const auto views = co_await load_status(*connection, settings);
    print(views, output);
    co_return status_code(views);
}

}  // namespace

ExitCode run_command(const StatusOptions& command, const Call& call) {
    return run_coroutine(status(command, load_configuration(call.options).settings, call.output));
}

}  // namespace freshet::cli
