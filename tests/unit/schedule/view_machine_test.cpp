#include "freshet/schedule/view_machine.hpp"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

namespace freshet::schedule {
namespace {

using namespace std::chrono_literals;
using observe::TriggeredBy;
using observe::ViewState;
using Kind = ViewAction::Kind;

class ViewMachineTest : public testing::Test {
  protected:
    using TimePoint = ViewMachine::TimePoint;

    static constexpr TimePoint start{1h};
    static ViewMachine::Timing timing() { return {200ms, 2000ms, 1000ms, 60'000ms}; }
    static ViewMachine machine_with(ViewMachine::Timing timing) {
        return ViewMachine(timing, [] { return 0.0; });
    }

    static ViewAction wait() { return {Kind::wait}; }
    static ViewAction until(TimePoint when) { return {Kind::wait_until, when}; }
    static ViewAction run(TriggeredBy trigger = TriggeredBy::event) { return {Kind::start_refresh, {}, trigger}; }
    static ViewAction stopped() { return {Kind::stopped}; }

    // From idle into a refresh of one event; returns when it began.
    TimePoint begin_refresh(TimePoint at = start) {
        EXPECT_EQ(machine_.changes_seen(at, 1), until(at + 200ms));
        EXPECT_EQ(machine_.tick(at + 200ms), run());
        return at + 200ms;
    }

    ViewMachine machine_ = machine_with(timing());
};

TEST_F(ViewMachineTest, BeginsIdle) {
    EXPECT_EQ(machine_.state(), ViewState::idle);
    EXPECT_EQ(machine_.tick(start), wait());
    EXPECT_EQ(machine_.nothing_pending(start), wait());
    EXPECT_EQ(machine_.consecutive_failures(), 0);
}

// Debounce

TEST_F(ViewMachineTest, WaitsForQuiet) {
    EXPECT_EQ(machine_.changes_seen(start, 1), until(start + 200ms));
    EXPECT_EQ(machine_.state(), ViewState::waiting);
    EXPECT_EQ(machine_.tick(start + 199ms), until(start + 200ms));
    EXPECT_EQ(machine_.tick(start + 200ms), run());
    EXPECT_EQ(machine_.state(), ViewState::running);
}

TEST_F(ViewMachineTest, ATurnThatSomebodyElseHasIsTriedForAgainSoonAndIsNoFailure) {
    auto now = begin_refresh();
    for (int i = 0; i < 50; ++i) {
        ASSERT_EQ(machine_.turn_taken(now), until(now + 100ms)) << "however often it is taken";
        ASSERT_EQ(machine_.tick(now + 100ms), run());
        now += 100ms;
    }
    EXPECT_EQ(machine_.consecutive_failures(), 0);
    EXPECT_EQ(machine_.refresh_succeeded(now), wait());
    EXPECT_EQ(machine_.state(), ViewState::idle);
}

TEST_F(ViewMachineTest, ABellIsAChangeWhichTheNextLookCounts) {
    EXPECT_EQ(machine_.rung(start), until(start + 200ms));
    EXPECT_EQ(machine_.changes_seen(start + 50ms, 3), until(start + 200ms)) << "what the bell was about";
    EXPECT_EQ(machine_.changes_seen(start + 60ms, 4), until(start + 260ms));
    EXPECT_EQ(machine_.rung(start + 100ms), until(start + 300ms)) << "another bell breaks the quiet";
    EXPECT_EQ(machine_.changes_seen(start + 150ms, 5), until(start + 300ms));
    EXPECT_EQ(machine_.tick(start + 300ms), run());
}

TEST_F(ViewMachineTest, ABellWithoutDebounceStartsAtOnceAndItsLookDoesNotStartAnother) {
    machine_ = machine_with({0ms, 2000ms, 1000ms, 60'000ms});
    EXPECT_EQ(machine_.rung(start), run());
    EXPECT_EQ(machine_.changes_seen(start + 1ms, 1), wait()) << "counted while the refresh that takes it runs";
    EXPECT_EQ(machine_.rung(start + 2ms), wait()) << "the look after the refresh finds what came meanwhile";
    EXPECT_EQ(machine_.refresh_succeeded(start + 3ms), wait());
    EXPECT_EQ(machine_.changes_seen(start + 4ms, 1), run());
}

TEST_F(ViewMachineTest, ABellOfWhatSomebodyElseFoldedIsForgotten) {
    machine_.rung(start);
    EXPECT_EQ(machine_.nothing_pending(start + 50ms), wait());
    EXPECT_EQ(machine_.changes_seen(start + 60ms, 1), until(start + 260ms));
}

TEST_F(ViewMachineTest, NewChangesBreakTheQuietAndTheSameCountDoesNot) {
    machine_.changes_seen(start, 1);
    EXPECT_EQ(machine_.changes_seen(start + 100ms, 1), until(start + 200ms));
    EXPECT_EQ(machine_.changes_seen(start + 150ms, 2), until(start + 350ms));
}

TEST_F(ViewMachineTest, ALookThatIsAlreadyDueStartsAtOnce) {
    machine_.changes_seen(start, 1);
    EXPECT_EQ(machine_.changes_seen(start + 200ms, 1), run());
}

TEST_F(ViewMachineTest, NeverWaitsLongerThanMaxDelay) {
    auto now = start;
    std::int64_t pending = 1;
    ViewAction action = machine_.changes_seen(now, pending);
    while (action.kind != Kind::start_refresh && now < start + 1min) {
        now += 100ms;
        action = machine_.changes_seen(now, ++pending);
    }
    EXPECT_EQ(now, start + 2000ms);
}

TEST_F(ViewMachineTest, WithoutDebounceStartsAtOnce) {
    auto machine = machine_with({0ms, 2000ms, 1000ms, 60'000ms});
    EXPECT_EQ(machine.changes_seen(start, 1), run());
}

TEST_F(ViewMachineTest, AMaxDelayBelowTheDebounceWins) {
    auto machine = machine_with({500ms, 100ms, 1000ms, 60'000ms});
    EXPECT_EQ(machine.changes_seen(start, 1), until(start + 100ms));
}

TEST_F(ViewMachineTest, SomeoneElsesApplyEndsTheWait) {
    machine_.changes_seen(start, 1);
    EXPECT_EQ(machine_.nothing_pending(start + 100ms), wait());
    EXPECT_EQ(machine_.state(), ViewState::idle);
    EXPECT_EQ(machine_.changes_seen(start + 1s, 1), until(start + 1200ms)) << "the old window is forgotten";
}

TEST_F(ViewMachineTest, SteadyLoadBecomesASteadyCycle) {
    auto now = start;
    std::int64_t log = 0, taken = 0;
    constexpr auto never = TimePoint::max();
    auto running_until = never;
    std::vector<TimePoint> starts;
    for (; now < start + 60s; now += 50ms) {
        log += 10;
        ViewAction action;
        if (running_until <= now) {
            running_until = never;
            log -= taken;
            action = machine_.refresh_succeeded(now);
        } else {
            action = machine_.changes_seen(now, log);
        }
        if (action.kind == Kind::start_refresh) {
            starts.push_back(now);
            taken = log;
            running_until = now + 300ms;
        }
    }
    ASSERT_GE(starts.size(), 28U);
    for (std::size_t i = 1; i < starts.size(); ++i) {
        EXPECT_GE(starts[i] - starts[i - 1], 2000ms);
        EXPECT_LE(starts[i] - starts[i - 1], 2100ms);
    }
}

// Running

TEST_F(ViewMachineTest, GoesBackToIdleAfterSuccess) {
    const auto began = begin_refresh();
    EXPECT_EQ(machine_.refresh_succeeded(began + 50ms), wait());
    EXPECT_EQ(machine_.state(), ViewState::idle);
}

TEST_F(ViewMachineTest, TheChangesItIsAboutToTakeAreNoNews) {
    const auto began = begin_refresh();
    EXPECT_EQ(machine_.changes_seen(began + 100ms, 1), wait());
    EXPECT_EQ(machine_.refresh_succeeded(began + 150ms), wait());
}

TEST_F(ViewMachineTest, ChangesDuringARunAreDebouncedFromWhenTheyWereSeen) {
    const auto began = begin_refresh();
    EXPECT_EQ(machine_.changes_seen(began + 100ms, 2), wait());
    EXPECT_EQ(machine_.state(), ViewState::running);
    EXPECT_EQ(machine_.refresh_succeeded(began + 150ms), until(began + 300ms));
    EXPECT_EQ(machine_.state(), ViewState::waiting);
    EXPECT_EQ(machine_.tick(began + 300ms), run());
}

TEST_F(ViewMachineTest, ChangesOlderThanMaxDelayFollowALongRunAtOnce) {
    const auto began = begin_refresh();
    machine_.changes_seen(began + 100ms, 2);
    machine_.changes_seen(began + 2900ms, 3);
    EXPECT_EQ(machine_.refresh_succeeded(began + 3s), run());
}

TEST_F(ViewMachineTest, NewChangesCountAlsoAfterSomeoneElseTookTheOldOnes) {
    machine_.changes_seen(start, 10);
    machine_.tick(start + 200ms);
    machine_.changes_seen(start + 300ms, 2);
    EXPECT_EQ(machine_.refresh_succeeded(start + 350ms), wait());
    machine_.changes_seen(start + 1s, 10);
    machine_.tick(start + 1200ms);
    machine_.changes_seen(start + 1300ms, 2);
    machine_.changes_seen(start + 1400ms, 5);
    EXPECT_EQ(machine_.refresh_succeeded(start + 1450ms), until(start + 1600ms));
}

TEST_F(ViewMachineTest, AnEmptyLogDuringARunMakesNothingFollow) {
    const auto began = begin_refresh();
    machine_.changes_seen(began + 100ms, 2);
    EXPECT_EQ(machine_.nothing_pending(began + 200ms), wait());
    EXPECT_EQ(machine_.refresh_succeeded(began + 250ms), wait());
}

TEST_F(ViewMachineTest, StartsNothingWhileRunning) {
    const auto began = begin_refresh();
    EXPECT_EQ(machine_.tick(began + 1h), wait());
    EXPECT_EQ(machine_.changes_seen(began + 1h, 100), wait());
    EXPECT_EQ(machine_.refresh_requested(began + 1h, TriggeredBy::manual), wait());
    EXPECT_EQ(machine_.resume(began + 1h), wait());
    EXPECT_EQ(machine_.state(), ViewState::running);
}

TEST_F(ViewMachineTest, AnEndWithoutAStartIsOurMistake) {
    EXPECT_THROW(machine_.refresh_succeeded(start), std::logic_error);
    EXPECT_THROW(machine_.refresh_failed(start, Failure::retryable), std::logic_error);
    EXPECT_THROW(machine_.refresh_requested(start, TriggeredBy::event), std::logic_error);
}

// Requests

TEST_F(ViewMachineTest, RequestsStartAtOnceWhenIdle) {
    for (const auto kind : {TriggeredBy::manual, TriggeredBy::scheduled, TriggeredBy::startup}) {
        EXPECT_EQ(machine_.refresh_requested(start, kind), run(kind));
        EXPECT_EQ(machine_.refresh_succeeded(start), wait());
    }
}

TEST_F(ViewMachineTest, ARequestTakesThePendingChangesAlong) {
    machine_.changes_seen(start, 5);
    EXPECT_EQ(machine_.refresh_requested(start + 10ms, TriggeredBy::scheduled), run(TriggeredBy::scheduled));
    EXPECT_EQ(machine_.refresh_succeeded(start + 20ms), wait());
}

TEST_F(ViewMachineTest, RequestsDuringARunFollowItManualFirstEachKindOnce) {
    const auto now = begin_refresh();
    machine_.refresh_requested(now, TriggeredBy::scheduled);
    machine_.refresh_requested(now, TriggeredBy::startup);
    machine_.refresh_requested(now, TriggeredBy::manual);
    machine_.refresh_requested(now, TriggeredBy::manual);
    EXPECT_EQ(machine_.refresh_succeeded(now), run(TriggeredBy::manual));
    EXPECT_EQ(machine_.refresh_succeeded(now), run(TriggeredBy::startup));
    EXPECT_EQ(machine_.refresh_succeeded(now), run(TriggeredBy::scheduled));
    EXPECT_EQ(machine_.refresh_succeeded(now), wait());
}

TEST_F(ViewMachineTest, ARequestDuringARunOfItsKindRunsAgain) {
    machine_.refresh_requested(start, TriggeredBy::manual);
    machine_.refresh_requested(start, TriggeredBy::manual);
    EXPECT_EQ(machine_.refresh_succeeded(start + 1s), run(TriggeredBy::manual));
}

// Failures

TEST_F(ViewMachineTest, BacksOffAfterAFailureAndTriesTheSameAgain) {
    const auto began = begin_refresh();
    EXPECT_EQ(machine_.refresh_failed(began, Failure::retryable), until(began + 1s));
    EXPECT_EQ(machine_.state(), ViewState::backing_off);
    EXPECT_EQ(machine_.consecutive_failures(), 1);
    EXPECT_EQ(machine_.changes_seen(began + 500ms, 100), until(began + 1s));
    EXPECT_EQ(machine_.tick(began + 999ms), until(began + 1s));
    EXPECT_EQ(machine_.tick(began + 1s), run());
    EXPECT_EQ(machine_.refresh_succeeded(began + 2s), wait());
    EXPECT_EQ(machine_.consecutive_failures(), 0);
}

TEST_F(ViewMachineTest, AFailedRequestKeepsItsTrigger) {
    machine_.refresh_requested(start, TriggeredBy::scheduled);
    EXPECT_EQ(machine_.refresh_failed(start, Failure::retryable), until(start + 1s));
    EXPECT_EQ(machine_.tick(start + 1s), run(TriggeredBy::scheduled));
}

TEST_F(ViewMachineTest, AFailedManualRequestBacksOffToo) {
    machine_.refresh_requested(start, TriggeredBy::manual);
    EXPECT_EQ(machine_.refresh_failed(start, Failure::retryable), until(start + 1s));
    EXPECT_EQ(machine_.tick(start + 500ms), until(start + 1s));
    EXPECT_EQ(machine_.tick(start + 1s), run(TriggeredBy::manual));
}

TEST_F(ViewMachineTest, WaitsGrowToTheirLimitAndNeverFallBelowTheFirst) {
    double random = 1.0;
    ViewMachine machine(timing(), [&random] { return random; });
    machine.refresh_requested(start, TriggeredBy::scheduled);
    auto now = start;
    for (const auto wait : {2s, 3s, 5s, 9s, 17s, 33s, 60s, 60s, 60s}) {
        EXPECT_EQ(machine.refresh_failed(now, Failure::retryable), until(now + wait));
        now += wait;
        EXPECT_EQ(machine.tick(now), run(TriggeredBy::scheduled));
    }
    EXPECT_EQ(machine.consecutive_failures(), 9);
    random = 0.0;
    EXPECT_EQ(machine.refresh_failed(now, Failure::retryable), until(now + 1s));
}

TEST_F(ViewMachineTest, ASuccessStartsTheWaitsFromTheBeginning) {
    ViewMachine machine(timing(), [] { return 1.0; });
    machine.refresh_requested(start, TriggeredBy::scheduled);
    machine.refresh_failed(start, Failure::retryable);
    machine.tick(start + 2s);
    machine.refresh_succeeded(start + 3s);
    machine.refresh_requested(start + 4s, TriggeredBy::scheduled);
    EXPECT_EQ(machine.refresh_failed(start + 4s, Failure::retryable), until(start + 6s));
}

TEST_F(ViewMachineTest, OnlyAPersonEndsABackoffEarly) {
    const auto began = begin_refresh();
    machine_.refresh_failed(began, Failure::retryable);
    EXPECT_EQ(machine_.refresh_requested(began + 1ms, TriggeredBy::scheduled), until(began + 1s));
    EXPECT_EQ(machine_.refresh_requested(began + 1ms, TriggeredBy::startup), until(began + 1s));
    EXPECT_EQ(machine_.refresh_requested(began + 1ms, TriggeredBy::manual), run(TriggeredBy::manual));
    EXPECT_EQ(machine_.refresh_succeeded(began + 2ms), run(TriggeredBy::startup)) << "the event was taken along";
}

TEST_F(ViewMachineTest, AnEmptyLogDoesNotShortenABackoff) {
    const auto began = begin_refresh();
    machine_.refresh_failed(began, Failure::retryable);
    EXPECT_EQ(machine_.nothing_pending(began + 1ms), wait());
    EXPECT_EQ(machine_.changes_seen(began + 2ms, 1), until(began + 1s));
}

TEST_F(ViewMachineTest, ChangesOfAFailedRunStayPending) {
    const auto began = begin_refresh();
    machine_.refresh_failed(began, Failure::permanent);
    EXPECT_EQ(machine_.resume(began + 10s), run());
}

TEST_F(ViewMachineTest, APermanentFailureStopsTheViewUntilAskedFor) {
    const auto began = begin_refresh();
    EXPECT_EQ(machine_.refresh_failed(began, Failure::permanent), wait());
    EXPECT_EQ(machine_.state(), ViewState::broken);
    EXPECT_EQ(machine_.changes_seen(began + 1h, 50), wait());
    EXPECT_EQ(machine_.tick(began + 2h), wait());
    EXPECT_EQ(machine_.refresh_requested(began + 2h, TriggeredBy::scheduled), run(TriggeredBy::scheduled));
    EXPECT_EQ(machine_.refresh_failed(began + 2h, Failure::permanent), wait());
    EXPECT_EQ(machine_.consecutive_failures(), 2);
    EXPECT_EQ(machine_.refresh_requested(began + 2h, TriggeredBy::manual), run(TriggeredBy::manual));
    EXPECT_EQ(machine_.refresh_succeeded(began + 3h), wait());
    EXPECT_EQ(machine_.state(), ViewState::idle);
    EXPECT_EQ(machine_.changes_seen(began + 4h, 1).kind, Kind::wait_until);
}

TEST_F(ViewMachineTest, ALostConnectionIsRetriedAndNotTheViewsFault) {
    const auto began = begin_refresh();
    EXPECT_EQ(machine_.connection_lost(began), until(began + 1s));
    EXPECT_EQ(machine_.state(), ViewState::backing_off);
    EXPECT_EQ(machine_.consecutive_failures(), 0);
    EXPECT_EQ(machine_.tick(began + 1s), run());
}

TEST_F(ViewMachineTest, LostConnectionsInARowWaitLongerAndLonger) {
    ViewMachine machine(timing(), [] { return 1.0; });
    machine.refresh_requested(start, TriggeredBy::scheduled);
    EXPECT_EQ(machine.connection_lost(start), until(start + 2s));
    machine.tick(start + 2s);
    EXPECT_EQ(machine.connection_lost(start + 2s), until(start + 5s));
}

TEST_F(ViewMachineTest, AConnectionLostOutsideARunChangesNothing) {
    EXPECT_EQ(machine_.connection_lost(start), wait());
    machine_.changes_seen(start, 1);
    EXPECT_EQ(machine_.connection_lost(start + 1ms), until(start + 200ms));
}

// Pause and stop

TEST_F(ViewMachineTest, APausedViewRemembersWhatItMissed) {
    EXPECT_EQ(machine_.pause(start), wait());
    EXPECT_EQ(machine_.state(), ViewState::paused);
    EXPECT_EQ(machine_.changes_seen(start, 1), wait());
    EXPECT_EQ(machine_.refresh_requested(start, TriggeredBy::scheduled), wait());
    EXPECT_EQ(machine_.resume(start + 1h), run(TriggeredBy::scheduled));
    EXPECT_EQ(machine_.refresh_succeeded(start + 2h), wait());
}

TEST_F(ViewMachineTest, APausedViewStaysPausedAfterAManualRefresh) {
    machine_.pause(start);
    EXPECT_EQ(machine_.refresh_requested(start, TriggeredBy::manual), run(TriggeredBy::manual));
    EXPECT_EQ(machine_.refresh_succeeded(start), wait());
    EXPECT_EQ(machine_.state(), ViewState::paused);
}

TEST_F(ViewMachineTest, PausingDoesNotTouchARunningRefresh) {
    const auto began = begin_refresh();
    EXPECT_EQ(machine_.pause(began), wait());
    EXPECT_EQ(machine_.state(), ViewState::running);
    EXPECT_EQ(machine_.refresh_failed(began, Failure::retryable), wait());
    EXPECT_EQ(machine_.state(), ViewState::paused);
    EXPECT_EQ(machine_.resume(began + 500ms), until(began + 1s)) << "the backoff still counts";
}

TEST_F(ViewMachineTest, StopsAtOnceOrAfterTheRun) {
    EXPECT_EQ(machine_.stop(start), stopped());
    auto machine = machine_with(timing());
    machine.refresh_requested(start, TriggeredBy::manual);
    machine.changes_seen(start, 100);
    EXPECT_EQ(machine.stop(start), wait());
    EXPECT_EQ(machine.refresh_succeeded(start + 1h), stopped());
    auto failing = machine_with(timing());
    failing.refresh_requested(start, TriggeredBy::manual);
    failing.stop(start);
    EXPECT_EQ(failing.refresh_failed(start, Failure::retryable), stopped());
}

// Whatever happens in whatever order: no start while one runs, no start before its time, no pending change forgotten.
TEST_F(ViewMachineTest, KeepsItsPromisesUnderRandomEvents) {
    std::mt19937 random(7);
    const auto pick = [&random](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    for (int round = 0; round < 200; ++round) {
        ViewMachine machine(timing(), [&random] { return static_cast<double>(random() % 1000) / 1000; });
        auto now = start;
        bool running = false;
        std::int64_t log = 0, taken = 0;
        std::optional<TimePoint> last_failure;
        for (int step = 0; step < 500; ++step) {
            now += std::chrono::milliseconds(pick(300));
            ViewAction action;
            if (running && pick(3) == 0) {
                running = false;
                const bool failed = pick(4) == 0;
                log -= failed ? 0 : taken;
                last_failure = failed ? std::optional(now) : std::nullopt;
                action = failed ? machine.refresh_failed(now, Failure::retryable) : machine.refresh_succeeded(now);
            } else if (pick(10) == 0) {
                action = machine.refresh_requested(now, TriggeredBy::scheduled);
            } else {
                log += step < 400 ? pick(2) : 0;
                action = log > 0 ? machine.changes_seen(now, log) : machine.nothing_pending(now);
            }
            if (action.kind == Kind::start_refresh) {
                ASSERT_FALSE(running);
                ASSERT_TRUE(!last_failure || now - *last_failure >= 1s);
                running = true;
                taken = log;
            } else if (action.kind == Kind::wait_until) {
                ASSERT_GT(action.until, now);
                ASSERT_LE(action.until, now + 60s);
            } else {
                ASSERT_TRUE(running || log == 0) << "changes are pending and nobody is going to take them";
            }
        }
    }
}

// As a view of a chain

TEST_F(ViewMachineTest, BroughtUpToDateByAnotherViewItHasNothingToDo) {
    machine_.changes_seen(start, 3);
    EXPECT_EQ(machine_.taken_along(start + 100ms), wait());
    EXPECT_EQ(machine_.state(), ViewState::idle);
    EXPECT_EQ(machine_.changes_seen(start + 1s, 1), until(start + 1200ms));
}

TEST_F(ViewMachineTest, LeftBehindItTriesByItselfAfterAWait) {
    EXPECT_EQ(machine_.left_behind(start), until(start + 1s));
    EXPECT_EQ(machine_.state(), ViewState::backing_off);
    EXPECT_EQ(machine_.consecutive_failures(), 1);
    EXPECT_EQ(machine_.changes_seen(start + 500ms, 7), until(start + 1s));
    EXPECT_EQ(machine_.tick(start + 1s), run());
    EXPECT_EQ(machine_.refresh_succeeded(start + 2s), wait());
    EXPECT_EQ(machine_.consecutive_failures(), 0);
}

TEST_F(ViewMachineTest, BroughtUpToDateWhileItBacksOffItIsWellAgain) {
    machine_.left_behind(start);
    machine_.taken_along(start + 100ms);
    EXPECT_EQ(machine_.consecutive_failures(), 0);
    EXPECT_EQ(machine_.state(), ViewState::idle);
}

TEST_F(ViewMachineTest, ARefreshOfItsOwnIsNotEndedByThatOfAnotherView) {
    const auto began = begin_refresh();
    machine_.taken_along(began + 1ms);
    EXPECT_EQ(machine_.state(), ViewState::running);
    machine_.left_behind(began + 2ms);
    EXPECT_EQ(machine_.state(), ViewState::running);
    EXPECT_EQ(machine_.refresh_succeeded(began + 3ms), wait());
}

}  // namespace
}  // namespace freshet::schedule
