// One view's refresh cycle: does what its ViewMachine says and tells it what happened.
//
// Not thread-safe; lives on its executor. What it refers to must outlive it; run() must have ended before it goes.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "freshet/async/event.hpp"
#include "freshet/capture/doorbell.hpp"
#include "freshet/catalog/store.hpp"
#include "freshet/observe/log.hpp"
#include "freshet/observe/metrics.hpp"
#include "freshet/observe/status.hpp"
#include "freshet/refresh/refresh.hpp"
#include "freshet/schedule/chain_gate.hpp"
#include "freshet/schedule/cost_model.hpp"
#include "freshet/schedule/view_machine.hpp"
#include "freshet/schedule/worker_pool.hpp"
#include "freshet/settings/settings.hpp"

namespace freshet::schedule {

struct ViewLoopContext {
    asio::any_io_executor executor;
    WorkerPool& pool;
    observe::Logger& log;
    observe::Metrics& metrics;
    const core::Clock& clock;
    std::function<void()> look_again;  // asks for a look at the log soon, after a refresh
};

class ViewLoop;

// A view of a chain.
struct ChainPeer {
    catalog::StoredView view;
    ViewLoop* loop = nullptr;  // null: it is installed, but not configured
};

class ViewLoop {
  public:
    // `counted_events` are the events this view counts for the metrics: several views may read one source.
    ViewLoop(ViewLoopContext context, catalog::StoredView view, settings::ViewSettings settings,
             std::set<std::string> counted_events);

    asio::awaitable<void> run();

    // Before run(): the views it is connected with, itself among them, in dependency order. They share the gate, and
    // are refreshed together whichever of them begins (docs/decisions/0007). All of them must outlive its run().
    void join_chain(std::shared_ptr<ChainGate> gate, std::vector<ChainPeer> chain);

    // What the last look at the log found. `now` is the look's moment on the database's clock.
    // A look that began at `since`.
    void looked(const capture::PolledView& found, double now, core::Clock::TimePoint since);
    // A writer of one of its sources rang.
    void rung();
    void request_scheduled(std::optional<std::string> tenant);
    // The capture of a source does not work: refreshing would only hide it. Empty once it works again.
    void capture_fault(std::string reason);
    // Which backlogs are not worth folding. To be told what a recomputation reads, and what earlier refreshes took.
    CostModel& costs() noexcept { return costs_; }
    void stop();

    // The payload of a freshet_refreshed that came too soon after another and may be sent now; the caller sends it.
    std::optional<std::string> take_held_announcement();

    int view_id() const noexcept { return view_.id; }
    const catalog::StoredView& view() const noexcept { return view_; }
    // Whether its query reads the source, not through another freshet view.
    bool reads(int source_id) const;
    bool takes_changes() const noexcept;
    observe::ViewStatus status() const;

  private:
    asio::awaitable<void> refresh_once(observe::TriggeredBy trigger);
    asio::awaitable<pg::Connection*> session(pg::Link& link);
    asio::awaitable<refresh::Outcome> refresh_on(pg::Connection& connection, refresh::Request request);
    asio::awaitable<void> mark_repaired(pg::Connection& connection, refresh::Outcome::Kind kind);
    asio::awaitable<bool> happened_after_all(pg::Link& link);
    refresh::Request request_for(observe::TriggeredBy trigger);
    void succeeded(const refresh::Outcome& outcome, observe::TriggeredBy trigger, observe::Seconds took,
                   bool announced);
    void report(const refresh::Outcome& outcome, observe::TriggeredBy trigger, observe::Seconds took, bool announced);
    void refresh_done(observe::TriggeredBy trigger);

    // As a view of a chain; chain_loop.cpp.
    bool chained() const noexcept { return chain_.size() > 1; }
    std::vector<ChainPeer> going_along() const;
    bool goes_along() const noexcept;
    asio::awaitable<refresh::Outcome> refresh_chain_on(pg::Connection& connection, refresh::Request request);
    // Another view's refresh brought this one along, or could not.
    asio::awaitable<void> taken_along(pg::Connection& connection, refresh::Outcome outcome, observe::Seconds took,
                                      bool announced);
    asio::awaitable<void> left_behind(pg::Connection& connection, refresh::Request request, std::exception_ptr failure,
                                      observe::Seconds took);
    void began(observe::TriggeredBy trigger);
    void failed(const core::Error& error, observe::TriggeredBy trigger, observe::Seconds took);
    void act(ViewAction action);
    void set_as_of(double as_of);
    bool announce_now();

    ViewLoopContext context_;
    catalog::StoredView view_;
    settings::ViewSettings settings_;
    std::set<std::string> counted_events_;
    std::string name_;
    ViewMachine machine_;
    ViewAction action_;
    async::Event changed_;
    async::Event stop_requested_;
    bool stopping_ = false;
    std::deque<std::optional<std::string>> scheduled_;
    std::optional<ViewMachine::TimePoint> announced_at_;
    bool announcement_held_ = false;  // the newest refresh was not announced
    std::int64_t generation_ = 0;
    std::optional<core::Clock::TimePoint> refreshed_at_;  // when the last refresh of its own succeeded
    bool retrying_ = false;                               // the last try failed or lost its session
    std::optional<observe::Seconds> waited_;              // from the first change seen to the beginning; not of a retry
    std::string fault_;
    bool broken_ = false;
    CostModel costs_;
    std::shared_ptr<ChainGate> gate_;  // shared with the other views of the chain; null for a view alone
    std::vector<ChainPeer> chain_;
    bool brought_along_ = false;  // while it waited at the gate

    // For status()
    double now_at_look_ = 0;  // by the database's clock
    core::Clock::TimePoint looked_at_{};
    std::optional<double> as_of_;
    std::int64_t pending_ = 0;
    std::optional<double> last_refresh_at_;
    std::string last_status_;
    std::string last_error_;
    int consecutive_failures_ = 0;
};

// Tells the loops of views that read each other of one another. `stored`: all generations.
void connect_chains(asio::any_io_executor executor, const std::vector<catalog::StoredView>& stored,
                    const std::vector<std::unique_ptr<ViewLoop>>& loops);

// The shortest debounce and delay of the views that one is connected with: a chain is refreshed as one.
settings::ViewSettings with_timing_of_chain(settings::ViewSettings view, int id,
                                            const std::vector<catalog::StoredView>& stored,
                                            const settings::Settings& settings);

}  // namespace freshet::schedule
