#include "freshet/schedule/doorbell_machine.hpp"

#include <algorithm>

namespace freshet::schedule {

using Kind = DoorbellAction::Kind;
using settings::NotifyMode;

namespace {

constexpr int pause_for_each_look = 9;  // times as long as the look took: a tenth of the time goes into looking

}  // namespace

DoorbellAction DoorbellMachine::connected(TimePoint now) {
    last_found_ = now;
    bell_ = Bell::unknown;
    return mode_ == NotifyMode::always ? arm() : disarm();
}

DoorbellAction DoorbellMachine::disconnected() {
    state_ = stopping_ ? State::stopped : State::disconnected;
    return {stopping_ ? Kind::stopped : Kind::none};
}

DoorbellAction DoorbellMachine::armed(TimePoint) {
    bell_ = Bell::armed;
    state_ = State::settling;
    settle_wait_ = timing_.awake_poll;
    armed_xmax_.reset();
    settled_ = false;
    return poll_now();
}

DoorbellAction DoorbellMachine::disarmed(TimePoint now) {
    bell_ = Bell::silent;
    rung_ = false;
    if (stopping_) {
        state_ = State::stopped;
        return {Kind::stopped};
    }
    state_ = State::awake;
    last_found_ = now;
    return poll_now();
}

DoorbellAction DoorbellMachine::polled(TimePoint now, const Poll& poll) {
    last_poll_ = now;
    awake_pause_ = std::clamp(Duration(poll.took * pause_for_each_look), timing_.awake_poll,
                              std::max(timing_.awake_poll, timing_.fallback_poll));
    watch_open_transactions(poll);
    if (poll.found == Poll::Found::changes) {
        last_found_ = now;
        return state_ == State::asleep && rung_ ? wait(now + awake_pause_) : wake(now);
    }
    rung_ = false;
    return state_ == State::awake ? stay_awake(now) : fall_asleep(now);
}

DoorbellAction DoorbellMachine::notified(TimePoint now) {
    if (state_ == State::asleep) {
        if (mode_ == NotifyMode::armed) {
            return bell_in_sleep(now);
        }
        state_ = State::awake;
        last_found_ = now;
    }
    // Bells of a busy writer must not make us look more often than we do by ourselves.
    const auto earliest = last_poll_ + std::max(awake_pause_, timing_.awake_poll);
    return earliest <= now ? poll_now() : wait(std::min(earliest, until_));
}

// Whoever reads what changed has been told, and asks for a look when done; ours is for the bell that names nobody.
DoorbellAction DoorbellMachine::bell_in_sleep(TimePoint now) {
    constexpr std::chrono::seconds while_counting{1};
    if (now - counting_since_ >= while_counting) {
        counting_since_ = now;
        bells_ = 0;
    }
    if (++bells_ > timing_.bells) {
        return disarm();
    }
    rung_ = true;
    return wait(std::min(until_, now + timing_.awake_poll));
}

DoorbellAction DoorbellMachine::tick(TimePoint now) {
    return until_ <= now ? poll_now() : wait(until_);
}

DoorbellAction DoorbellMachine::stop() {
    stopping_ = true;
    if (state_ == State::disconnected || bell_ == Bell::silent) {
        state_ = State::stopped;
        return {Kind::stopped};
    }
    return disarm();
}

DoorbellAction DoorbellMachine::poll_now() {
    return {Kind::poll};
}

DoorbellAction DoorbellMachine::wait(TimePoint until) {
    until_ = until;
    return {Kind::wait_until, until};
}

DoorbellAction DoorbellMachine::arm() {
    state_ = State::arming;
    return {Kind::arm};
}

DoorbellAction DoorbellMachine::disarm() {
    state_ = State::disarming;
    return {Kind::disarm};
}

DoorbellAction DoorbellMachine::wake(TimePoint now) {
    if (mode_ == NotifyMode::armed && bell_ == Bell::armed) {
        return disarm();
    }
    state_ = State::awake;
    return wait(now + awake_pause_);
}

DoorbellAction DoorbellMachine::stay_awake(TimePoint now) {
    if (now - last_found_ < timing_.quiet) {
        return wait(now + awake_pause_);
    }
    switch (mode_) {
        case NotifyMode::armed:
            return arm();
        case NotifyMode::always:
            return fall_asleep(now);
        case NotifyMode::never:
            break;
    }
    return wait(now + timing_.idle_poll);
}

// Only once the old transactions have ended; until then we look ever more slowly, for one of them may last hours.
DoorbellAction DoorbellMachine::fall_asleep(TimePoint now) {
    if (settled_) {
        state_ = State::asleep;
        return wait(now + timing_.fallback_poll);
    }
    state_ = State::settling;
    const auto until = now + settle_wait_;
    settle_wait_ = std::min(settle_wait_ * 2, timing_.idle_poll);
    return wait(until);
}

void DoorbellMachine::watch_open_transactions(const Poll& poll) {
    if (bell_ != Bell::armed) {
        return;
    }
    if (!armed_xmax_) {
        armed_xmax_ = poll.snapshot_xmax;
    }
    settled_ = settled_ || poll.snapshot_xmin >= *armed_xmax_;
}

}  // namespace freshet::schedule
