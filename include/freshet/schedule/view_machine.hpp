// One view's refresh cycle as a pure machine: when to wait, when to refresh, when to try again.
//
// Events in, one action out; the action replaces the one before it. No clock, no socket, no coroutine: the view's loop
// does what the action says and reports what happened. Not thread-safe.
//
//   idle --changes--> waiting (debounce) --due--> running --success--> idle, or waiting if more came meanwhile
//                                                    |--failure--> backing_off --due--> running
//                                                    '--permanent failure--> broken (until a request or resume)
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "freshet/core/backoff.hpp"
#include "freshet/core/clock.hpp"
#include "freshet/observe/status.hpp"

namespace freshet::schedule {

struct ViewAction {
    enum class Kind {
        wait,           // for the next event
        wait_until,     // for the next event, at most until `until`; then tick()
        start_refresh,  // then report refresh_succeeded, refresh_failed or connection_lost
        stopped         // the loop may end
    };

    Kind kind = Kind::wait;
    core::Clock::TimePoint until{};                                   // of wait_until
    observe::TriggeredBy triggered_by = observe::TriggeredBy::event;  // of start_refresh

    bool operator==(const ViewAction&) const = default;
};

enum class Failure { retryable, permanent };

class ViewMachine {
  public:
    using TimePoint = core::Clock::TimePoint;
    using Duration = std::chrono::milliseconds;

    struct Timing {
        Duration debounce{200};      // of quiet before a refresh; 0 starts at once
        Duration max_delay{2000};    // from the first pending change to the refresh, at most
        Duration retry_first{1000};  // the shortest wait after a failure
        Duration retry_most{60'000};
        Duration retry_busy{100};  // while somebody else has the view's turn
    };

    explicit ViewMachine(Timing timing, core::Uniform uniform = core::random_uniform());

    // The log holds `pending` (> 0) changes that the view does not show. Report every look at the log: a count that
    // grew is a change that breaks the quiet; the same count again is not.
    ViewAction changes_seen(TimePoint now, std::int64_t pending);
    ViewAction nothing_pending(TimePoint now);
    // A writer rang: something changed, how much the next look tells. What that look counts is what the bell was about;
    // had more come meanwhile, the look after the refresh finds it.
    ViewAction rung(TimePoint now);

    // Asked for by a person, the calendar or the start. Repeated requests of a kind count once. A manual one starts at
    // once even while backing off, paused or broken; the others wait for the end of a backoff or pause.
    ViewAction refresh_requested(TimePoint now, observe::TriggeredBy kind);

    ViewAction refresh_succeeded(TimePoint now);
    // A permanent failure stops the view until someone asks: nothing is gained by retrying what cannot work.
    ViewAction refresh_failed(TimePoint now, Failure failure);
    // The session went away, maybe while it refreshed. Retried like a failure, but the view is not to blame.
    ViewAction connection_lost(TimePoint now);
    // Somebody else has the view's turn: a proof, or another process. Tried again soon, since nothing failed.
    ViewAction turn_taken(TimePoint now);

    // Another view's refresh, of the same chain, brought this one up to date, or could not. A refresh of its own that
    // is under way is not touched: it ends by itself.
    ViewAction taken_along(TimePoint now);
    ViewAction left_behind(TimePoint now);

    ViewAction tick(TimePoint now);
    // A running refresh is not touched by pause() and stop().
    ViewAction pause(TimePoint now);
    ViewAction resume(TimePoint now);  // from paused and from broken
    ViewAction stop(TimePoint now);

    observe::ViewState state() const noexcept { return state_; }
    int consecutive_failures() const noexcept { return failures_; }
    // Since when the changes that the running refresh takes were seen pending; empty if it takes none.
    std::optional<TimePoint> taken_since() const { return taken_ ? std::optional(taken_->first) : std::nullopt; }

  private:
    struct Window {
        TimePoint first;  // when the oldest pending change was seen
        TimePoint last;   // when the newest was
    };

    ViewAction decide(TimePoint now);
    ViewAction start(observe::TriggeredBy trigger);
    ViewAction rest(observe::ViewState state);
    std::optional<observe::TriggeredBy> next_trigger() const;
    TimePoint due(TimePoint now, observe::TriggeredBy trigger) const;
    void open_window(TimePoint now);
    void take_back();
    void abandon_run(TimePoint now);
    bool& requested(observe::TriggeredBy kind) { return requests_.at(static_cast<std::size_t>(kind)); }
    bool requested(observe::TriggeredBy kind) const { return requests_.at(static_cast<std::size_t>(kind)); }

    Timing timing_;
    core::Backoff backoff_;
    observe::ViewState state_ = observe::ViewState::idle;

    std::optional<Window> pending_;  // changes that no refresh has taken yet
    std::int64_t count_ = 0;         // as last reported
    bool uncounted_ = false;         // the bell rang, and nobody has looked since
    std::array<bool, 4> requests_{};

    std::optional<observe::TriggeredBy> running_;
    std::optional<Window> taken_;  // what the running refresh covers

    std::optional<observe::TriggeredBy> retry_;  // what failed last
    std::optional<TimePoint> not_before_;
    int failures_ = 0;
    bool paused_ = false;
    bool broken_ = false;
    bool stopping_ = false;
};

}  // namespace freshet::schedule
