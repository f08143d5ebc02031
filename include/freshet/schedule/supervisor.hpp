// Everything that refreshes: the control session (leadership, doorbell, upkeep) and one loop per view.
//
// One generation of it serves one configuration; a reload makes a new one. Not thread-safe; lives on its executor.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "freshet/async/event.hpp"
#include "freshet/async/task_group.hpp"
#include "freshet/capture/doorbell.hpp"
#include "freshet/observe/log.hpp"
#include "freshet/observe/metrics.hpp"
#include "freshet/observe/status.hpp"
#include "freshet/pg/link.hpp"
#include "freshet/schedule/doorbell_machine.hpp"
#include "freshet/schedule/prover.hpp"
#include "freshet/schedule/statistics_watch.hpp"
#include "freshet/schedule/upkeep.hpp"
#include "freshet/schedule/view_loop.hpp"
#include "freshet/schedule/worker_pool.hpp"
#include "freshet/settings/settings.hpp"

namespace freshet::schedule {

class Supervisor {
  public:
    // `log`, `metrics` and `clock` must outlive it.
    Supervisor(asio::any_io_executor executor, settings::Settings settings, observe::Logger& log,
               observe::Metrics& metrics, const core::Clock& clock);
    ~Supervisor();
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;

    // Runs until stop(); then lets refreshes under way finish, but no proof, tells writers to be silent, and returns.
    asio::awaitable<void> run();
    void stop();
    // After stop(): lets nothing finish; what is under way is cancelled and rolls back.
    void cancel();

    observe::DaemonStatus status() const;
    // When the control session last answered.
    std::chrono::steady_clock::time_point last_sign_of_life() const noexcept { return alive_at_; }

  private:
    asio::awaitable<void> control();
    asio::awaitable<void> control_may_be_left();
    asio::awaitable<void> control_once(pg::Connection& connection);
    // Whether it differs from the one before it, which it takes the place of: each is logged once.
    bool is_news(const std::string& complaint);
    asio::awaitable<bool> prepare(pg::Connection& connection);
    asio::awaitable<void> report_restored(pg::Connection& connection);
    asio::awaitable<void> stop_views();
    asio::awaitable<void> unload_views();
    asio::awaitable<void> load_views(pg::Connection& connection);
    asio::awaitable<void> choose_mode(pg::Connection& connection);
    asio::awaitable<void> lead(pg::Connection& connection);
    asio::awaitable<DoorbellAction> carry_out(pg::Connection& connection, DoorbellAction action);
    asio::awaitable<capture::Look> measured_look(pg::Connection& connection);
    asio::awaitable<DoorbellAction> look(pg::Connection& connection);
    void tell_readers(const std::deque<pg::Notification>& notifications);
    std::optional<core::Clock::TimePoint> look_wanted_at() const;
    asio::awaitable<DoorbellAction> wait(pg::Connection& connection, core::Clock::TimePoint until);
    asio::awaitable<void> silence(pg::Connection& connection);
    asio::awaitable<void> pause_for(std::chrono::milliseconds time);

    bool views_differ(const capture::Look& found) const;
    void set_database(observe::DatabaseState state);

    asio::any_io_executor executor_;
    settings::Settings settings_;
    observe::Logger& log_;
    observe::Metrics& metrics_;
    const core::Clock& clock_;

    WorkerPool pool_;
    pg::Link control_link_;
    Upkeep upkeep_;
    Prover prover_;
    StatisticsWatch statistics_watch_;
    async::Event wake_;
    async::Event stop_requested_;
    async::TaskGroup view_tasks_;
    std::vector<std::unique_ptr<ViewLoop>> views_;
    std::optional<DoorbellMachine> doorbell_;

    bool stopping_ = false;
    bool cancelled_ = false;
    bool proof_cancelled_ = false;
    bool views_changed_ = false;
    std::optional<core::Clock::TimePoint> look_wanted_since_;  // by a view that was refreshed
    observe::DatabaseState database_ = observe::DatabaseState::down;
    observe::Leadership leadership_ = observe::Leadership::standby;
    std::string look_sql_;
    std::string watching_look_sql_;     // for looks that are seldom: with an eye on capture
    std::set<int> known_ids_;           // of the generations in place when the views were loaded
    std::vector<std::string> missing_;  // configured, but not installed
    std::chrono::steady_clock::time_point alive_at_;
    std::string last_complaint_;
};

}  // namespace freshet::schedule
