#include "freshet/app/daemon.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <memory>
#include <set>

#include "freshet/async/signals.hpp"
#include "freshet/async/sleep.hpp"
#include "freshet/async/task_group.hpp"
#include "freshet/catalog/store.hpp"
#include "freshet/core/clock.hpp"
#include "freshet/core/version.hpp"
#include "freshet/http/health.hpp"
#include "freshet/http/server.hpp"
#include "freshet/observe/log.hpp"
#include "freshet/observe/metrics.hpp"
#include "freshet/schedule/supervisor.hpp"
#include "freshet/settings/load.hpp"
#include "systemd.hpp"

namespace freshet::app {

namespace {

namespace asio = boost::asio;

class Daemon {
  public:
    Daemon(settings::Settings settings, std::filesystem::path config_file)
        : settings_(std::move(settings)),
          config_file_(std::move(config_file)),
          log_(observe::choose_format(settings_.log.format), observe::parse_level(settings_.log.level)),
          metrics_(core::version()),
          background_(context_.get_executor(), [this](std::string_view name, std::exception_ptr) {
              log_.error("a background task ended", {{"task", name}});
          }) {}

    int run();

  private:
    asio::awaitable<void> serve();
    asio::awaitable<void> watch_signals();
    asio::awaitable<void> feed_watchdog(std::chrono::microseconds interval);
    asio::awaitable<void> end_after_grace();
    void start_http();
    void remove_forgotten_views();
    void reload();
    void stop();

    settings::Settings settings_;
    std::filesystem::path config_file_;
    asio::io_context context_{1};
    core::SystemClock clock_;
    observe::Logger log_;
    observe::Metrics metrics_;
    async::TaskGroup background_;
    std::unique_ptr<schedule::Supervisor> supervisor_;
    std::unique_ptr<http::Server> server_;
    bool stopping_ = false;
    int exit_code_ = 0;
    std::exception_ptr failure_;
};

int Daemon::run() {
    log_.info("freshetd starts", {{"version", core::version()}, {"config", settings_.file}});
    start_http();
    asio::co_spawn(context_, serve(), [this](std::exception_ptr failure) {
        failure_ = std::move(failure);
        context_.stop();
    });
    context_.run();
    if (failure_) {
        std::rethrow_exception(failure_);
    }
    log_.info("freshetd ends", {{"exit_code", exit_code_}});
    return exit_code_;
}

void Daemon::start_http() {
    if (!settings_.http.enabled) {
        return;
    }
    http::Router router;
    http::add_health_routes(router, {[this] { return metrics_.scrape(); },
                                     [this] {
                                         return supervisor_ ? supervisor_->status() : observe::DaemonStatus{};
                                     }});
    server_ = std::make_unique<http::Server>(context_.get_executor(), settings_.http.host, settings_.http.port,
                                             std::move(router), log_, metrics_);
    log_.info("listening", {{"address", settings_.http.host}, {"port", static_cast<int>(server_->port())}});
}

asio::awaitable<void> Daemon::serve() {
    background_.spawn(watch_signals(), "signals");
    if (const auto interval = watchdog_interval()) {
        background_.spawn(feed_watchdog(*interval / 2), "watchdog");
    }
    notify_ready("running");
    while (!stopping_) {
        supervisor_ = std::make_unique<schedule::Supervisor>(context_.get_executor(), settings_, log_, metrics_, clock_);
        co_await supervisor_->run();
        remove_forgotten_views();
    }
    background_.cancel_all();
    co_await background_.join();
    if (server_) {
        co_await server_->stop();
    }
}

// A series of a view that is no longer configured would look stale for ever.
void Daemon::remove_forgotten_views() {
    std::set<std::string> configured;
    for (const auto& view : settings_.views) {
        configured.insert(catalog::display_name(sql::parse_qualified_name(view.name, "public")));
    }
    const auto status = supervisor_->status();
    for (const auto& view : status.views) {
        if (!configured.contains(view.name)) {
            metrics_.remove_view(view.name);
        }
    }
}

asio::awaitable<void> Daemon::watch_signals() {
    async::Signals signals(context_.get_executor(), {SIGTERM, SIGINT, SIGHUP});
    while (true) {
        const auto number = co_await signals.next();
        if (number == SIGHUP) {
            reload();
        } else if (stopping_) {
            log_.warning("second signal: ending with refreshes under way; their transactions roll back");
            exit_code_ = 128 + number;
            supervisor_->cancel();
        } else {
            stop();
        }
    }
}

void Daemon::stop() {
    log_.info("stopping: refreshes under way may finish");
    notify_stopping();
    stopping_ = true;
    background_.spawn(end_after_grace(), "grace");
    supervisor_->stop();
}

asio::awaitable<void> Daemon::end_after_grace() {
    co_await async::sleep_for(settings_.daemon.shutdown_grace);
    log_.warning("grace period over: ending with refreshes under way; their transactions roll back");
    supervisor_->cancel();
}

void Daemon::reload() {
    notify_reloading();
    try {
        auto fresh = settings::load(config_file_);
        if (fresh.http.host != settings_.http.host || fresh.http.port != settings_.http.port ||
            fresh.http.enabled != settings_.http.enabled) {
            log_.warning("http.listen takes effect at the next start only");
        }
        log_.set_level(observe::parse_level(fresh.log.level));
        settings_ = std::move(fresh);
        metrics_.configuration_reloaded(observe::ReloadOutcome::loaded);
        log_.info("configuration reloaded", {{"views", static_cast<std::int64_t>(settings_.views.size())}});
        supervisor_->stop();
    } catch (const std::exception& error) {  // whatever a file may do to us, the daemon goes on
        metrics_.configuration_reloaded(observe::ReloadOutcome::refused);
        log_.error("configuration refused, the old one stays in force", {{"error", error.what()}});
    }
    notify_ready("running");
}

// From the event loop itself: a loop that hangs feeds nobody.
asio::awaitable<void> Daemon::feed_watchdog(std::chrono::microseconds interval) {
    while (true) {
        notify_alive();
        co_await async::sleep_for(interval);
    }
}

}  // namespace

int run_daemon(settings::Settings settings, std::filesystem::path config_file) {
    return Daemon(std::move(settings), std::move(config_file)).run();
}

}  // namespace freshet::app
