#include "freshet/schedule/doorbell_machine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace freshet::schedule {
namespace {

using namespace std::chrono_literals;
using settings::NotifyMode;
using Kind = DoorbellAction::Kind;
using State = DoorbellMachine::State;
using TimePoint = DoorbellMachine::TimePoint;

constexpr TimePoint start{1h};
constexpr DoorbellMachine::Timing timing{100ms, 1000ms, 10'000ms, 1000ms, 3};

DoorbellAction until(TimePoint when) {
    return {Kind::wait_until, when};
}
constexpr DoorbellAction poll{Kind::poll};
constexpr DoorbellAction arm{Kind::arm};
constexpr DoorbellAction disarm{Kind::disarm};
constexpr DoorbellAction none{Kind::none};
constexpr DoorbellAction stopped{Kind::stopped};

Poll nothing(std::uint64_t xmin = 100, std::uint64_t xmax = 100) {
    return {Poll::Found::nothing, xmin, xmax, 0ms};
}
Poll changes(std::uint64_t xmin = 100, std::uint64_t xmax = 100) {
    return {Poll::Found::changes, xmin, xmax, 0ms};
}

// Connected, silent, one empty look at `start`.
DoorbellMachine awake(NotifyMode mode) {
    DoorbellMachine machine(mode, timing);
    EXPECT_EQ(machine.connected(start), disarm);
    EXPECT_EQ(machine.disarmed(start), poll);
    EXPECT_EQ(machine.polled(start, nothing()), until(start + 100ms));
    return machine;
}

// Asleep since start + 1 s.
DoorbellMachine asleep() {
    auto machine = awake(NotifyMode::armed);
    EXPECT_EQ(machine.polled(start + 1s, nothing()), arm);
    EXPECT_EQ(machine.armed(start + 1s), poll);
    EXPECT_EQ(machine.polled(start + 1s, nothing()), until(start + 11s));
    EXPECT_EQ(machine.state(), State::asleep);
    return machine;
}

// More bells at once than may ring in a second.
DoorbellAction ring_often(DoorbellMachine& machine, TimePoint now) {
    for (int i = 0; i < timing.bells; ++i) {
        EXPECT_EQ(machine.notified(now).kind, Kind::wait_until);
    }
    return machine.notified(now);
}

TEST(DoorbellArmed, BeginsSilentAndAwakeWhateverAnEarlierSessionLeft) {
    DoorbellMachine machine(NotifyMode::armed, timing);
    EXPECT_EQ(machine.state(), State::disconnected);
    EXPECT_EQ(machine.connected(start), disarm);
    EXPECT_EQ(machine.state(), State::disarming);
    EXPECT_EQ(machine.disarmed(start), poll);
    EXPECT_EQ(machine.state(), State::awake);
}

TEST(DoorbellArmed, PollsOftenWhileWorkFlows) {
    auto machine = awake(NotifyMode::armed);
    for (auto now = start; now < start + 1min; now += 500ms) {
        EXPECT_EQ(machine.polled(now, changes()), until(now + 100ms));
        EXPECT_EQ(machine.tick(now + 99ms), until(now + 100ms));
        EXPECT_EQ(machine.tick(now + 100ms), poll);
        EXPECT_EQ(machine.polled(now + 100ms, nothing()), until(now + 200ms)) << "not quiet for long enough";
    }
    EXPECT_EQ(machine.state(), State::awake);
}

// Counting a backlog takes time from folding it.
TEST(DoorbellArmed, PausesLongerAfterALookThatTookLong) {
    auto machine = awake(NotifyMode::armed);
    auto slow = changes();
    slow.took = 300ms;
    EXPECT_EQ(machine.polled(start + 1s, slow), until(start + 3700ms));
    EXPECT_EQ(machine.notified(start + 2s), until(start + 3700ms));
    EXPECT_EQ(machine.polled(start + 3700ms, changes()), until(start + 3800ms));
}

TEST(DoorbellArmed, ArmsAfterQuietAndSleepsAfterALookThatNoOldTransactionCanEscape) {
    auto machine = awake(NotifyMode::armed);
    machine.polled(start + 500ms, changes());
    EXPECT_EQ(machine.polled(start + 1499ms, nothing()), until(start + 1599ms));
    EXPECT_EQ(machine.polled(start + 1500ms, nothing()), arm);
    EXPECT_EQ(machine.state(), State::arming);
    EXPECT_EQ(machine.armed(start + 1501ms), poll) << "the log is read again after arming";
    EXPECT_EQ(machine.state(), State::settling);
    EXPECT_EQ(machine.polled(start + 1502ms, nothing(200, 200)), until(start + 11502ms));
    EXPECT_EQ(machine.state(), State::asleep);
}

TEST(DoorbellArmed, KeepsLookingUntilEachTransactionOpenAtArmingEnded) {
    auto machine = awake(NotifyMode::armed);
    machine.polled(start + 1s, nothing());
    machine.armed(start + 1s);
    auto now = start + 1s;
    // Transaction 150 is open, 199 the last one begun; ever slower looks, at most idle_poll apart.
    for (const auto wait : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
        EXPECT_EQ(machine.polled(now, nothing(150, 200)), until(now + wait));
        now += wait;
        EXPECT_EQ(machine.tick(now), poll);
    }
    // Transactions begun later do not matter, and neither does a higher xmax; 199 still does.
    EXPECT_EQ(machine.polled(now, nothing(199, 5000)), until(now + 1s));
    EXPECT_EQ(machine.state(), State::settling);
    EXPECT_EQ(machine.polled(now, nothing(200, 5000)), until(now + 10s));
    EXPECT_EQ(machine.state(), State::asleep);
}

TEST(DoorbellArmed, ChangesFoundWhileSettlingWakeIt) {
    auto machine = awake(NotifyMode::armed);
    machine.polled(start + 1s, nothing());
    machine.armed(start + 1s);
    machine.polled(start + 1s, nothing(150, 200));
    EXPECT_EQ(machine.polled(start + 1100ms, changes(200, 200)), disarm);
    EXPECT_EQ(machine.disarmed(start + 1100ms), poll);
    EXPECT_EQ(machine.state(), State::awake);
}

TEST(DoorbellArmed, EachArmingWaitsForItsOwnTransactions) {
    auto machine = asleep();
    ring_often(machine, start + 2s);
    machine.disarmed(start + 2s);
    machine.polled(start + 2s, nothing(250, 300));
    EXPECT_EQ(machine.polled(start + 3s, nothing(250, 300)), arm);
    machine.armed(start + 3s);
    EXPECT_EQ(machine.polled(start + 3s, nothing(250, 300)), until(start + 3100ms));
    EXPECT_EQ(machine.state(), State::settling);
}

TEST(DoorbellArmed, AFewBellsAreFollowedByALookInItsSleep) {
    auto machine = asleep();
    for (auto now = start + 2s; now < start + 1h; now += 500ms) {
        ASSERT_EQ(machine.notified(now), until(now + 100ms));
        ASSERT_EQ(machine.notified(now + 50ms), until(now + 100ms)) << "a bell does not put the look off";
        ASSERT_EQ(machine.tick(now + 100ms), poll);
        ASSERT_EQ(machine.polled(now + 100ms, changes()), until(now + 200ms)) << "its readers are at work";
        ASSERT_EQ(machine.polled(now + 200ms, nothing()), until(now + 200ms + 10s));
        ASSERT_EQ(machine.state(), State::asleep);
        now += 1s;
    }
}

TEST(DoorbellArmed, ManyBellsInASecondWakeIt) {
    auto machine = asleep();
    EXPECT_EQ(ring_often(machine, start + 5s), disarm);
    EXPECT_EQ(machine.disarmed(start + 5s), poll);
    EXPECT_EQ(machine.state(), State::awake);
    EXPECT_EQ(machine.polled(start + 5s, changes()), until(start + 5100ms));
}

TEST(DoorbellArmed, TheFallbackLookWakesItTooIfABellGotLost) {
    auto machine = asleep();
    EXPECT_EQ(machine.tick(start + 10s), until(start + 11s));
    EXPECT_EQ(machine.tick(start + 11s), poll);
    EXPECT_EQ(machine.polled(start + 11s, changes()), disarm);
}

TEST(DoorbellArmed, SleepsOnAfterAnEmptyFallbackLook) {
    auto machine = asleep();
    EXPECT_EQ(machine.polled(start + 11s, nothing(50, 5000)), until(start + 21s))
        << "a transaction begun since then rings by itself";
    EXPECT_EQ(machine.state(), State::asleep);
}

TEST(DoorbellArmed, BellsWithNothingBehindThemPutItBackToSleepAfterQuiet) {
    auto machine = asleep();
    ring_often(machine, start + 5s);
    machine.disarmed(start + 5s);
    EXPECT_EQ(machine.polled(start + 5s, nothing()), until(start + 5100ms));
    EXPECT_EQ(machine.polled(start + 6s, nothing()), arm);
}

TEST(DoorbellArmed, BellsDoNotMakeItLookMoreOftenThanWhileAwake) {
    auto machine = awake(NotifyMode::armed);
    EXPECT_EQ(machine.notified(start + 10ms), until(start + 100ms));
    EXPECT_EQ(machine.notified(start + 100ms), poll);
}

TEST(DoorbellArmed, ABellWhileSettlingBringsTheLookForward) {
    auto machine = awake(NotifyMode::armed);
    machine.polled(start + 1s, nothing());
    machine.armed(start + 1s);
    for (auto now = start + 1s; now < start + 10s; now += 1s) {
        machine.polled(now, nothing(150, 200));
    }
    EXPECT_EQ(machine.notified(start + 10s + 50ms), poll);
}

TEST(DoorbellArmed, ALostSessionBeginsFromScratch) {
    auto machine = asleep();
    EXPECT_EQ(machine.disconnected(), none);
    EXPECT_EQ(machine.state(), State::disconnected);
    EXPECT_EQ(machine.connected(start + 1h), disarm);
    EXPECT_EQ(machine.disarmed(start + 1h), poll);
    EXPECT_EQ(machine.polled(start + 1h, nothing()), until(start + 1h + 100ms)) << "quiet counts from the connection";
}

TEST(DoorbellArmed, LeavesTheBellSilent) {
    auto sleeping = asleep();
    EXPECT_EQ(sleeping.stop(), disarm);
    EXPECT_EQ(sleeping.disarmed(start + 5s), stopped);
    EXPECT_EQ(sleeping.state(), State::stopped);
    EXPECT_EQ(awake(NotifyMode::armed).stop(), stopped);
    auto lost = asleep();
    lost.disconnected();
    EXPECT_EQ(lost.stop(), stopped);
    auto lost_while_stopping = asleep();
    lost_while_stopping.stop();
    EXPECT_EQ(lost_while_stopping.disconnected(), stopped);
}

TEST(DoorbellAlways, ArmsOnceAndSettles) {
    DoorbellMachine machine(NotifyMode::always, timing);
    EXPECT_EQ(machine.connected(start), arm);
    EXPECT_EQ(machine.armed(start), poll);
    EXPECT_EQ(machine.polled(start, nothing(150, 200)), until(start + 100ms));
    EXPECT_EQ(machine.polled(start + 100ms, nothing(200, 300)), until(start + 10100ms));
    EXPECT_EQ(machine.state(), State::asleep);
}

TEST(DoorbellAlways, WakesAndSleepsWithoutTouchingTheBell) {
    DoorbellMachine machine(NotifyMode::always, timing);
    machine.connected(start);
    machine.armed(start);
    machine.polled(start, nothing());
    EXPECT_EQ(machine.notified(start + 5s), poll);
    EXPECT_EQ(machine.state(), State::awake);
    EXPECT_EQ(machine.polled(start + 5s, changes()), until(start + 5100ms));
    EXPECT_EQ(machine.notified(start + 5050ms), until(start + 5100ms));
    EXPECT_EQ(machine.polled(start + 5100ms, nothing()), until(start + 5200ms));
    EXPECT_EQ(machine.polled(start + 6s, nothing()), until(start + 16s));
    EXPECT_EQ(machine.state(), State::asleep);
    EXPECT_EQ(machine.stop(), disarm);
}

TEST(DoorbellAlways, DoesNotForgetToSettleBecauseWorkCameFirst) {
    DoorbellMachine machine(NotifyMode::always, timing);
    machine.connected(start);
    machine.armed(start);
    machine.polled(start, changes(150, 200));
    EXPECT_EQ(machine.polled(start + 1s, nothing(150, 300)), until(start + 1100ms));
    EXPECT_EQ(machine.state(), State::settling);
    EXPECT_EQ(machine.polled(start + 1100ms, nothing(200, 300)), until(start + 11100ms));
}

TEST(DoorbellNever, OnlyPolls) {
    auto machine = awake(NotifyMode::never);
    EXPECT_EQ(machine.polled(start + 900ms, nothing()), until(start + 1s));
    EXPECT_EQ(machine.polled(start + 1s, nothing()), until(start + 2s)) << "slower without work";
    EXPECT_EQ(machine.polled(start + 1h, nothing()), until(start + 1h + 1s));
    EXPECT_EQ(machine.polled(start + 2h, changes()), until(start + 2h + 100ms));
    EXPECT_EQ(machine.state(), State::awake);
    EXPECT_EQ(machine.stop(), stopped);
}

// Writers begin, read whether the bell is armed, write, and commit whenever they like; who read "armed" rings at
// commit. The fallback is out of reach. No change may stay unseen for longer than the slowest look while settling.
class Simulation {
  public:
    explicit Simulation(unsigned seed) : random_(seed) {}

    void run() {
        perform(machine_.connected(now_));
        for (const auto end = start + 120s; now_ < end; now_ += 10ms) {
            writers();
            if (bell_rang_) {
                bell_rang_ = false;
                perform(machine_.notified(now_));
            } else if (until_ <= now_) {
                perform(machine_.tick(now_));
            }
            for (const auto& committed : unseen_) {
                ASSERT_LE(now_ - committed, 1100ms) << "a change was left without a bell or a look";
            }
            times_asleep_ += machine_.state() == State::asleep ? 1 : 0;
        }
        EXPECT_GT(times_asleep_, 100) << "the simulation proves nothing if it never sleeps";
        EXPECT_GT(changes_, 10);
    }

  private:
    struct Writer {
        std::uint64_t xid;
        bool reads_armed_at_write = false;
        bool wrote = false;
    };

    bool one_in(unsigned n) { return random_() % n == 0; }

    void writers() {
        if (one_in(200)) {
            open_.push_back({next_xid_++});
        }
        for (auto& writer : open_) {
            if (!writer.wrote && one_in(20)) {
                writer.wrote = true;
                writer.reads_armed_at_write = armed_;
            }
        }
        std::erase_if(open_, [this](const Writer& writer) {
            if (!writer.wrote || !one_in(100)) {
                return false;
            }
            ++changes_;
            unseen_.push_back(now_);
            bell_rang_ = bell_rang_ || writer.reads_armed_at_write;
            return true;
        });
    }

    Poll look() {
        const auto found = unseen_.empty() ? Poll::Found::nothing : Poll::Found::changes;
        unseen_.clear();
        std::uint64_t xmin = next_xid_;
        for (const auto& writer : open_) {
            xmin = std::min(xmin, writer.xid);
        }
        return {found, xmin, next_xid_};
    }

    // Writers go on between an action and its end.
    void perform(DoorbellAction action) {
        for (; action.kind != Kind::wait_until; writers()) {
            if (action.kind == Kind::poll) {
                action = machine_.polled(now_, look());
            } else {
                armed_ = action.kind == Kind::arm;
                action = armed_ ? machine_.armed(now_) : machine_.disarmed(now_);
            }
        }
        until_ = action.until;
    }

    std::mt19937 random_;
    DoorbellMachine machine_{NotifyMode::armed, {100ms, 1000ms, 3'600'000ms, 500ms, 2}};
    TimePoint now_ = start;
    TimePoint until_{};
    bool armed_ = false;
    bool bell_rang_ = false;
    std::uint64_t next_xid_ = 1000;
    std::vector<Writer> open_;
    std::vector<TimePoint> unseen_;
    int changes_ = 0;
    int times_asleep_ = 0;
};

TEST(DoorbellArmed, LosesNoChangeInARandomWorld) {
    for (unsigned seed = 1; seed <= 100; ++seed) {
        SCOPED_TRACE(seed);
        Simulation(seed).run();
        if (HasFatalFailure()) {
            return;
        }
    }
}

}  // namespace
}  // namespace freshet::schedule
