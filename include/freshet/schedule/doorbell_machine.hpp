// When to look at the change log, and when writers have to ring: the armed protocol as a pure machine.
//
// NOTIFY costs many writers dearly at commit, so triggers ring only while the bell is armed. Awake, we look at the log
// by ourselves and the bell is off. When nothing came for a while we arm it, and go on looking until every transaction
// that may have read "not armed" has ended; only then do we sleep. So no change is left without a bell or a look.
// Bells that are few do not wake us: whoever reads what changed is told, and a look comes after. Many in a second do.
//
// Transactions are compared by their 64-bit numbers: the first look after arming has a snapshot whose xmax is above
// every transaction that was open when the bell was armed; they have all ended once a later snapshot's xmin reaches it.
//
// A look counts what is pending, so it takes the longer the more that is. It is followed by a pause that is long in
// proportion, or looking at a large backlog would take the processor from folding it.
//
// Events in, one action out. The caller does the action and reports it, one at a time. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "freshet/core/clock.hpp"
#include "freshet/settings/settings.hpp"

namespace freshet::schedule {

struct DoorbellAction {
    enum class Kind {
        wait_until,  // for a notification, at most until `until`; then notified() or tick()
        poll,        // look at the log; then polled()
        arm,         // let triggers ring, commit; then armed()
        disarm,      // let triggers be silent, commit; then disarmed()
        none,        // no session: wait for connected()
        stopped      // the loop may end
    };

    Kind kind = Kind::none;
    core::Clock::TimePoint until{};  // of wait_until

    bool operator==(const DoorbellAction&) const = default;
};

struct Poll {
    enum class Found { nothing, changes };

    Found found = Found::nothing;     // for views that can take them: a broken view's backlog keeps nobody awake
    std::uint64_t snapshot_xmin = 0;  // pg_snapshot_xmin and _xmax of the snapshot that looked
    std::uint64_t snapshot_xmax = 0;
    std::chrono::milliseconds took{0};
};

class DoorbellMachine {
  public:
    using TimePoint = core::Clock::TimePoint;
    using Duration = std::chrono::milliseconds;

    struct Timing {
        Duration awake_poll{100};        // while work flows, at least
        Duration idle_poll{1000};        // without work, when nobody rings; also the limit while settling
        Duration fallback_poll{10'000};  // while writers ring
        Duration quiet{1000};            // without work before we arm
        int bells{10};                   // in a second, that may ring without waking us
    };

    enum class State { disconnected, disarming, awake, arming, settling, asleep, stopped };

    DoorbellMachine(settings::NotifyMode mode, Timing timing) : mode_(mode), timing_(timing) {}

    // A session that listens is there. What an earlier one left armed is unknown, so this begins from scratch.
    DoorbellAction connected(TimePoint now);
    DoorbellAction disconnected();
    DoorbellAction armed(TimePoint now);
    DoorbellAction disarmed(TimePoint now);
    DoorbellAction polled(TimePoint now, const Poll& poll);
    DoorbellAction notified(TimePoint now);
    DoorbellAction tick(TimePoint now);
    // When no action is under way. Leaves the bell silent, for nobody listens any more.
    DoorbellAction stop();

    State state() const noexcept { return state_; }

  private:
    enum class Bell { unknown, silent, armed };

    DoorbellAction poll_now();
    DoorbellAction wait(TimePoint until);
    DoorbellAction arm();
    DoorbellAction disarm();
    DoorbellAction wake(TimePoint now);
    DoorbellAction bell_in_sleep(TimePoint now);
    DoorbellAction stay_awake(TimePoint now);
    DoorbellAction fall_asleep(TimePoint now);
    void watch_open_transactions(const Poll& poll);

    settings::NotifyMode mode_;
    Timing timing_;
    State state_ = State::disconnected;
    Bell bell_ = Bell::unknown;
    bool stopping_ = false;
    TimePoint until_{};
    TimePoint last_poll_{};
    TimePoint last_found_{};
    Duration awake_pause_{0};  // after the last look
    Duration settle_wait_{0};
    TimePoint counting_since_{};
    int bells_ = 0;                            // since then
    bool rung_ = false;                        // and no look since has found the log empty
    std::optional<std::uint64_t> armed_xmax_;  // above every transaction open when we armed; of the first look after it
    bool settled_ = false;                     // those have all ended
};

}  // namespace freshet::schedule
