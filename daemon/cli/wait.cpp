#include <algorithm>

#include "freshet/async/sleep.hpp"
#include "freshet/catalog/store.hpp"
#include "freshet/cli/columns.hpp"
#include "freshet/cli/commands.hpp"
#include "freshet/cli/json.hpp"
#include "freshet/cli/run_coroutine.hpp"
#include "freshet/cli/select_views.hpp"
#include "freshet/cli/session.hpp"
#include "freshet/core/duration.hpp"

namespace freshet::cli {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds first_pause{5};
constexpr milliseconds longest_pause{100};

// Not in a coroutine: GCC 12 refuses a braced list there.
std::string name_of(const std::vector<catalog::StoredView>& stored, const std::string& given) {
    return select_views(stored, {given}).front().display_name();
}

asio::awaitable<bool> reached(pg::Connection& connection, std::string view, std::string moment) {
    const auto row = co_await connection.prepared(query_text("reached"), pg::params(view, moment));
    if (row.rows() == 0) throw core::Error("view " + view + " was uninstalled meanwhile");
    co_return row.boolean(0, 0);
}

// The daemon that brings the view up to date is another process: there is no condition to wait on, so ask again. False
// when the time is over.
asio::awaitable<bool> wait_until_reached(pg::Connection& connection, std::string view, std::string moment,
                                         Clock::time_point deadline) {
    auto pause = first_pause;
    while (true) {
        const bool there = co_await reached(connection, view, moment);
        if (there || Clock::now() >= deadline) co_return there;
        const auto left = deadline - Clock::now();
        co_await async::sleep_for(std::clamp<Clock::duration>(left, milliseconds(1), pause));
        pause = std::min(pause * 2, longest_pause);
    }
}

ExitCode report(const std::string& view, bool there, const WaitOptions& command, const Output& output) {
    if (output.json()) {
        output.answer(json_text({{"view", view}, {"visible", there}}));
    } else if (!there) {
        output.remark("freshetd: " + view + " did not catch up within " + core::human_duration(command.timeout) +
                      "\nhint: see freshetd status; is freshetd run running?\n");
    }
    return there ? ExitCode::done : ExitCode::answer_is_no;
}

asio::awaitable<ExitCode> wait(WaitOptions command, settings::Settings settings, Output output) {
    const auto deadline = Clock::now() + command.timeout;
    const auto connection = co_await connect_installed(settings, "wait");
    // The database's clock: commits and positions are told by it.
    const auto now = co_await connection->query("SELECT clock_timestamp()::text");
    const auto view = name_of(co_await catalog::load_views(*connection), command.view);
    const bool there = co_await wait_until_reached(*connection, view, now.text(0, 0), deadline);
    co_return report(view, there, command, output);
}

}  // namespace

ExitCode run_command(const WaitOptions& command, const Call& call) {
    return run_coroutine(wait(command, load_configuration(call.options).settings, call.output));
}

}  // namespace freshet::cli
