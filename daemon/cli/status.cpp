#include <chrono>

#include "freshet/async/sleep.hpp"
#include "freshet/cli/columns.hpp"
#include "freshet/cli/commands.hpp"
#include "freshet/cli/run_coroutine.hpp"
#include "freshet/cli/session.hpp"
#include "freshet/cli/status_text.hpp"
#include "freshet/cli/watch_text.hpp"
#include "freshet/schedule/leader_lock.hpp"

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
    view.last_strategy = row.optional_text("last_strategy");
    view.last_why = row.optional_text("last_why");
    view.last_status = row.optional_text("last_status");
    view.last_error = row.optional_text("last_error");
    view.consecutive_failures = row.integer("consecutive_failures");
    view.verified_at = row.optional_number("verified_at");
    view.drift_rows = row.optional_integer("drift_rows");
    view.reads = row.strings("reads");
    return view;
}

LockWait read_wait(const Columns& row) {
    LockWait wait;
    wait.waited_seconds = row.number("waited_seconds");
    wait.pid = row.integer("pid");
    wait.role = row.optional_text("role");
    wait.application = row.optional_text("application");
    wait.state = row.optional_text("state");
    wait.transaction_seconds = row.optional_number("transaction_seconds");
    wait.query = row.optional_text("query");
    return wait;
}

asio::awaitable<StatusReport> load_status(pg::Connection& connection, settings::Settings settings) {
    StatusReport report;
    const auto rows = co_await connection.prepared(query_text("status"));
    for (int i = 0; i < rows.rows(); ++i) report.views.push_back(read_view(Columns(rows, i)));
    report.views = join_settings(std::move(report.views), settings);
    const auto waits = co_await connection.prepared(query_text("lock_waits"));
    for (int i = 0; i < waits.rows(); ++i) report.waits.push_back(read_wait(Columns(waits, i)));
    for (auto& view : report.views) view.held_up = !report.waits.empty();
    const auto daemon =
        co_await connection.prepared(query_text("daemon"), pg::params(std::to_string(schedule::leader_lock)));
    report.now = daemon.number(0, daemon.column_index("now"));
    report.led = daemon.boolean(0, daemon.column_index("led"));
    co_return report;
}

double present() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// The rounds of --watch. Each is shown in one write, so that the screen does not flicker.
class Watch {
  public:
    Watch(settings::Settings settings, Output output)
        : settings_(std::move(settings)), output_(output), text_(output.colour()) {}

    // Until a signal.
    asio::awaitable<void> run() {
        while (true) {
            co_await round();
            co_await async::sleep_for(refresh_interval);
        }
    }

  private:
    asio::awaitable<void> round() {
        std::optional<pg::Error> failure;
        try {
            if (!connection_) connection_ = co_await connect_installed(settings_, "status");
            const auto report = co_await load_status(*connection_, settings_);
            show(output_.json() ? status_json(report) : Json(), output_.json() ? "" : text_.looked(report));
        } catch (const pg::Error& error) {
            if (!error.connection_lost()) throw;
            failure = error;
        }
        if (failure) {
            connection_.reset();
            show({{"error", failure->what()}}, text_.failed(failure->what(), failure->hint(), present()));
        }
    }

    void show(const Json& document, const std::string& text) const {
        if (output_.json()) {
            output_.answer(document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
        } else {
            output_.answer((output_.screen() == Screen::terminal ? std::string(clear_screen) : "\n") + text);
        }
    }

    settings::Settings settings_;
    Output output_;
    WatchText text_;
    std::unique_ptr<pg::Connection> connection_;
};

asio::awaitable<ExitCode> status(StatusOptions command, settings::Settings settings, Output output) {
    if (command.watch) {
        Watch watch(settings, output);
        co_await watch.run();
    }
    const auto connection = co_await connect_installed(settings, "status");
    const auto report = co_await load_status(*connection, settings);
    output.answer(output.json() ? json_text(status_json(report)) : status_text(report, output.colour()));
    co_return status_code(report.views);
}

}  // namespace

ExitCode run_command(const StatusOptions& command, const Call& call) {
    return run_coroutine(status(command, load_configuration(call.options).settings, call.output));
}

}  // namespace freshet::cli
