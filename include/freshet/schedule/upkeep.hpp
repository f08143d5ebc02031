// What the leader does besides refreshing, every few seconds while work flows and every minute without: measures the
// change log and keeps the change log small, watches over capture, weighs recomputation, forgets old rows of the
// refresh log, and keeps the calendar of reconciles.
//
// Not thread-safe; lives on the control session. What it refers to must outlive it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "freshet/capture/doorbell.hpp"
#include "freshet/capture/upkeep.hpp"
#include "freshet/core/clock.hpp"
#include "freshet/schedule/calendar.hpp"
#include "freshet/schedule/capture_watch.hpp"
#include "freshet/settings/settings.hpp"

namespace freshet::schedule {

class Upkeep {
  public:
    using Views = std::vector<std::unique_ptr<ViewLoop>>;

    Upkeep(const settings::Settings& settings, observe::Logger& log, observe::Metrics& metrics,
           const core::Clock& clock)
        : settings_(settings),
          log_(log),
          metrics_(metrics),
          clock_(clock),
          capture_watch_(log, metrics, settings.daemon.lock_timeout) {}

    // Before the loops of these views begin: a view that is marked broken is recomputed by its loop, unless its changes
    // go unnoticed.
    asio::awaitable<void> views_loaded(pg::Connection& connection, const Views& views);
    // True if it was due.
    asio::awaitable<bool> run_if_due(pg::Connection& connection, const Views& views);
    // Everything is due at once, as when leadership begins.
    void hurry();
    // What a look at the log found, with or without changes that a view can take. As long as anything happens, whoever
    // does it, upkeep goes on at its usual pace; where capture may have been damaged it is due at once.
    void looked(const capture::Look& found, bool changes);
    // Another process leads: it does all this.
    void stand_by();
    core::Clock::TimePoint next() const noexcept { return next_; }

    // Asks the views whose reconcile is due at `now`, seconds since the epoch on the database's clock, to run it.
    void request_due(const Views& views, double now);

  private:
    std::chrono::milliseconds idle_pace(const Views& views) const;
    asio::awaitable<void> measure_capture(pg::Connection& connection);
    void show_sizes(const std::vector<capture::LogSize>& sizes);
    asio::awaitable<void> weigh_recomputation(pg::Connection& connection, const Views& views);
    asio::awaitable<void> learn_costs(pg::Connection& connection, const Views& views);

    const settings::Settings& settings_;
    observe::Logger& log_;
    observe::Metrics& metrics_;
    const core::Clock& clock_;
    CaptureWatch capture_watch_;
    std::string counted_until_;      // a pg_snapshot; empty: nothing was counted yet
    std::set<std::string> sources_;  // whose sizes the metrics show
    Calendar calendar_;
    core::Clock::TimePoint next_{};
    core::Clock::TimePoint last_{};
    bool flows_ = true;                         // something happened since the last round
    std::int64_t moves_ = 0;                    // generations and proofs at the last look
    std::optional<std::int64_t> rows_written_;  // of the last look that counted them
    core::Clock::TimePoint next_calendar_{};
};

}  // namespace freshet::schedule
