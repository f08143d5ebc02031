#include "freshet/demo/demo.hpp"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/async/signals.hpp"
#include "freshet/async/task_group.hpp"
#include "freshet/demo/report.hpp"
#include "freshet/demo/screen.hpp"
#include "freshet/demo/show.hpp"
#include "freshet/demo/stage.hpp"

namespace freshet::demo {

namespace {

constexpr int exit_exact = 0;
constexpr int exit_drift = 1;
constexpr int exit_usage = 2;
constexpr int exit_database = 3;
constexpr int exit_failed = 4;
constexpr int exit_signal = 128;

// From the empty stage to the report. The first signal closes the office, the second ends everything.
class Demo {
  public:
    Demo(asio::any_io_executor executor, const DemoOptions& options, Screen* screen)
        : executor_(executor),
          screen_(screen),
          signals_(executor, {SIGINT, SIGTERM}),
          stage_(executor, options, screen),
          guards_(executor, [this](std::string_view, std::exception_ptr error) { fail(std::move(error)); }),
          acts_(executor, [this](std::string_view, std::exception_ptr error) { fail(std::move(error)); }) {}

    asio::awaitable<void> run() {
        guards_.spawn(watch_signals(), "signals");
        acts_.spawn(play(), "play");
        co_await acts_.join();
        if (show_) co_await show_->end();
        guards_.cancel_all();
        co_await guards_.join();
        if (failure_) std::rethrow_exception(failure_);
    }

    // Empty if a signal ended the demo before.
    const std::optional<Report>& report() const noexcept { return report_; }
    int last_signal() const noexcept { return last_signal_; }

  private:
    asio::awaitable<void> play() {
        co_await stage_.set();
        guards_.spawn(stage_.watch_server(), "server");
        guards_.spawn(stage_.watch_daemon(), "daemon");
        show_ = std::make_unique<Show>(executor_, &stage_, screen_);
        report_ = co_await show_->run();
    }

    asio::awaitable<void> watch_signals() {
        last_signal_ = co_await signals_.next();
        if (show_) {
            show_->close();
            last_signal_ = co_await signals_.next();
        }
        acts_.cancel_all();
    }

    void fail(std::exception_ptr error) {
        if (!failure_) failure_ = std::move(error);
        acts_.cancel_all();
    }

    asio::any_io_executor executor_;
    Screen* screen_;
    async::Signals signals_;
    Stage stage_;
    std::unique_ptr<Show> show_;
    std::optional<Report> report_;
    std::exception_ptr failure_;
    int last_signal_ = 0;
    async::TaskGroup guards_;
    async::TaskGroup acts_;
};

// The user's own PG* variables are about other servers.
void forget_libpq_environment() {
    std::vector<std::string> names;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (text.starts_with("PG")) names.emplace_back(text.substr(0, text.find('=')));
    }
    for (const std::string& name : names) ::unsetenv(name.c_str());
}

ScreenMode mode_of(const DemoOptions& options) {
    if (options.json) return ScreenMode::silent;
    return ::isatty(STDOUT_FILENO) != 0 ? ScreenMode::block : ScreenMode::lines;
}

int complain(const core::Error& error, int code) {
    std::cerr << error.what() << '\n';
    if (!error.hint().empty()) std::cerr << "hint: " << error.hint() << '\n';
    return code;
}

int present(const Demo& demo, const DemoOptions& options) {
    if (!demo.report()) return exit_signal + demo.last_signal();
    std::cout << (options.json ? render_json(*demo.report()) : render_text(*demo.report())) << std::flush;
    return demo.report()->exact() ? exit_exact : exit_drift;
}

int perform(const DemoOptions& options) {
    Screen screen(std::cout, mode_of(options));
    asio::io_context context(1);
    Demo demo(context.get_executor(), options, &screen);
    std::exception_ptr failure;
    asio::co_spawn(context, demo.run(), [&failure](std::exception_ptr error) { failure = std::move(error); });
    context.run();
    if (failure) std::rethrow_exception(failure);
    return present(demo, options);
}

void check(const DemoOptions& options) {
    constexpr double largest_scale = 1000;
    constexpr int most_writers = 32;
    if (!(options.scale > 0 && options.scale <= largest_scale)) {
        throw core::Error("the scale of the sample must be above 0 and at most 1000");
    }
    if (options.writers < 1 || options.writers > most_writers) {
        throw core::Error("the number of writers must be between 1 and 32");
    }
}

}  // namespace

int run_demo(const DemoOptions& options) {
    try {
        check(options);
    } catch (const core::Error& error) {
        return complain(error, exit_usage);
    }
    forget_libpq_environment();
    try {
        return perform(options);
    } catch (const ServerFailure& error) {
        return complain(error, exit_database);
    } catch (const pg::Error& error) {
        return complain(error, error.connection_lost() ? exit_database : exit_failed);
    } catch (const core::Error& error) {
        return complain(error, exit_failed);
    }
}

}  // namespace freshet::demo
