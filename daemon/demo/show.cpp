#include "freshet/demo/show.hpp"

#include <algorithm>
#include <utility>

#include "freshet/async/sleep.hpp"
#include "freshet/core/error.hpp"

namespace freshet::demo {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds tick{1};
constexpr std::chrono::seconds catch_up_limit{60};

milliseconds since(steady_clock::time_point start) {
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

bool settled(const ViewReading& reading) {
    return reading.state == "ready" && reading.pending_changes == 0;
}

}  // namespace

Show::Show(asio::any_io_executor executor, Stage* stage, Screen* screen)
    : executor_(executor),
      stage_(stage),
      screen_(screen),
      closing_(executor),
      office_(executor, session_options(stage->cluster(), office_role, "office"),
              [this](std::string_view, std::exception_ptr error) { fail(std::move(error)); }),
      watchers_(std::move(executor), [this](std::string_view, std::exception_ptr error) { fail(std::move(error)); }) {
    report_.scale = stage->options().scale;
    report_.writers = stage->options().writers;
}

// The first failure is the reason, what follows are its consequences.
void Show::fail(std::exception_ptr error) {
    if (!failure_) failure_ = std::move(error);
    close();
}

pg::ConnectOptions Show::session(const std::string& purpose) const {
    return session_options(stage_->cluster(), owner_role, purpose);
}

asio::awaitable<Report> Show::run() {
    co_await play();
    const auto closed = steady_clock::now();
    const auto connection = co_await pg::Connection::open(executor_, session("proof"));
    screen_->say("\nThe office is closed; waiting for the reports and proving them");
    co_await catch_up(connection.get());
    report_.caught_up = since(closed);
    co_await prove_all(connection.get());
    report_.refreshes = co_await read_refreshes(connection.get());
    co_await run_verify();
    report_.ledger = office_.ledger();
    co_return report_;
}

asio::awaitable<void> Show::play() {
    opened_ = steady_clock::now();
    office_.open(stage_->options().writers);
    watchers_.spawn(watch(), "watch");
    watchers_.spawn(measure(), "measure");
    if (stage_->options().run_for) {
        co_await closing_.wait_for(*stage_->options().run_for);
    } else {
        co_await closing_.wait();
    }
    office_.close();
    co_await office_.join();
    report_.worked = since(opened_);
    watchers_.cancel_all();
    co_await watchers_.join();
    if (failure_) std::rethrow_exception(failure_);
}

asio::awaitable<void> Show::end() {
    office_.cancel();
    watchers_.cancel_all();
    co_await office_.join();
    co_await watchers_.join();
}

asio::awaitable<void> Show::watch() {
    const auto connection = co_await pg::Connection::open(executor_, session("watch"));
    Ledger shown{};
    for (auto next = opened_ + tick;; next = std::max(next + tick, steady_clock::now())) {
        co_await async::sleep_for(std::max<steady_clock::duration>(next - steady_clock::now(), milliseconds(0)));
        std::vector<ViewReading> readings = co_await read_status(connection.get());
        note(readings);
        const Ledger now = office_.ledger();
        screen_->show(frame_of(std::move(readings), now.since(shown)));
        shown = now;
    }
}

void Show::note(const std::vector<ViewReading>& readings) {
    for (const ViewReading& reading : readings) {
        ViewHistory& history = report_.views[reading.name];
        history.strategy = reading.strategy;
        if (reading.staleness_seconds) history.staleness_seconds.add(*reading.staleness_seconds);
    }
}

Frame Show::frame_of(std::vector<ViewReading> readings, const Ledger& written) const {
    Frame frame{std::chrono::duration_cast<std::chrono::seconds>(since(opened_)), written, office_.ledger(), {}};
    for (ViewReading& reading : readings) {
        const auto cost = costs_.find(reading.name);
        std::optional<Cost> known;
        if (cost != costs_.end()) known = cost->second;
        frame.views.push_back({std::move(reading), known});
    }
    return frame;
}

// One view after the other, and resting long enough not to become the office's heaviest load.
asio::awaitable<void> Show::measure() {
    constexpr int rest = 4;
    const auto connection = co_await pg::Connection::open(executor_, session("measure"));
    for (std::size_t index = 0;; index = (index + 1) % stage_->views().size()) {
        const auto start = steady_clock::now();
        co_await measure_once(connection.get(), stage_->views()[index]);
        co_await async::sleep_for(std::max<steady_clock::duration>(tick, rest * (steady_clock::now() - start)));
    }
}

asio::awaitable<void> Show::measure_once(pg::Connection* connection, SampleView view) {
    const Cost cost = co_await measure_cost(connection, view);
    costs_[view.name] = cost;
    ViewHistory& history = report_.views[view.name];
    history.live_milliseconds.add(cost.live.milliseconds);
    history.read_milliseconds.add(cost.read.milliseconds);
}

asio::awaitable<void> Show::catch_up(pg::Connection* connection) {
    constexpr milliseconds pause{50};
    const auto deadline = steady_clock::now() + catch_up_limit;
    while (true) {
        const std::vector<ViewReading> readings = co_await read_status(connection);
        const auto behind = std::ranges::find_if_not(readings, settled);
        if (behind == readings.end()) co_return;
        if (steady_clock::now() > deadline) {
            throw core::Error("view " + behind->name + " did not catch up within " +
                              std::to_string(catch_up_limit.count()) + " s: it is " + behind->state + ", " +
                              std::to_string(behind->pending_changes) + " changes are pending" + stage_->daemon_log());
        }
        co_await async::sleep_for(pause);
    }
}

asio::awaitable<void> Show::prove_all(pg::Connection* connection) {
    for (const SampleView& view : stage_->views()) {
        if (!costs_.contains(view.name)) co_await measure_once(connection, view);
        report_.views[view.name].proof = co_await prove(connection, view);
    }
}

asio::awaitable<void> Show::run_verify() {
    constexpr int drift = 1;
    std::vector<std::string> arguments{"verify", "--json"};
    const Stage::Finished finished = co_await stage_->run_freshetd(std::move(arguments));
    if (finished.code > drift) {
        throw core::Error("freshetd verify ended with code " + std::to_string(finished.code) + ":" +
                          tail_of(finished.log));
    }
    report_.verify_code = finished.code;
    report_.verify_json = finished.output;
}

}  // namespace freshet::demo
