#include "freshet/schedule/view_machine.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace freshet::schedule {

using observe::TriggeredBy;
using observe::ViewState;
using Kind = ViewAction::Kind;

// Each wait is retry_first plus a random part that doubles up to the rest: apart from the others, never at once.
ViewMachine::ViewMachine(Timing timing, core::Uniform uniform)
    : timing_(timing),
      backoff_({timing.retry_first, std::max(timing.retry_most - timing.retry_first, Duration{0})},
               std::move(uniform)) {}

ViewAction ViewMachine::changes_seen(TimePoint now, std::int64_t pending) {
    // Also while a refresh runs: the log still shows what it is about to take; only more than that is news.
    const bool grew = pending > std::exchange(count_, pending);
    if (!std::exchange(uncounted_, false) && grew) {
        open_window(now);
    }
    return decide(now);
}

ViewAction ViewMachine::rung(TimePoint now) {
    if (!running_) {
        open_window(now);
        uncounted_ = true;
    }
    return decide(now);
}

ViewAction ViewMachine::nothing_pending(TimePoint now) {
    pending_.reset();
    count_ = 0;
    uncounted_ = false;
    if (retry_ == TriggeredBy::event) {
        retry_.reset();
    }
    return decide(now);
}

ViewAction ViewMachine::refresh_requested(TimePoint now, TriggeredBy kind) {
    if (kind == TriggeredBy::event) {
        throw std::logic_error("an event is reported by changes_seen");
    }
    requested(kind) = true;
    return decide(now);
}

ViewAction ViewMachine::refresh_succeeded(TimePoint now) {
    if (!running_) {
        throw std::logic_error("a refresh ended that was not started");
    }
    running_.reset();
    taken_.reset();
    count_ = 0;
    uncounted_ = false;
    failures_ = 0;
    broken_ = false;
    not_before_.reset();
    backoff_.reset();
    return decide(now);
}

ViewAction ViewMachine::refresh_failed(TimePoint now, Failure failure) {
    if (!running_) {
        throw std::logic_error("a refresh failed that was not started");
    }
    abandon_run(now);
    ++failures_;
    if (failure == Failure::permanent) {
        broken_ = true;
        retry_.reset();
    }
    return decide(now);
}

ViewAction ViewMachine::connection_lost(TimePoint now) {
    if (running_) {
        abandon_run(now);
    }
    return decide(now);
}

ViewAction ViewMachine::turn_taken(TimePoint now) {
    if (running_) {
        take_back();
        not_before_ = now + timing_.retry_busy;
    }
    return decide(now);
}

ViewAction ViewMachine::taken_along(TimePoint now) {
    if (running_) {
        return decide(now);
    }
    failures_ = 0;
    not_before_.reset();
    backoff_.reset();
    return nothing_pending(now);
}

ViewAction ViewMachine::left_behind(TimePoint now) {
    if (running_) {
        return decide(now);
    }
    if (!pending_) {
        open_window(now);
    }
    not_before_ = now + timing_.retry_first + backoff_.next();
    ++failures_;
    return decide(now);
}

ViewAction ViewMachine::tick(TimePoint now) {
    return decide(now);
}

ViewAction ViewMachine::pause(TimePoint now) {
    paused_ = true;
    return decide(now);
}

ViewAction ViewMachine::resume(TimePoint now) {
    paused_ = false;
    broken_ = false;
    return decide(now);
}

ViewAction ViewMachine::stop(TimePoint now) {
    stopping_ = true;
    return decide(now);
}

ViewAction ViewMachine::decide(TimePoint now) {
    if (running_) {
        return rest(ViewState::running);
    }
    const auto asleep = paused_ ? ViewState::paused : broken_ ? ViewState::broken : ViewState::idle;
    if (stopping_) {
        state_ = asleep;
        return {Kind::stopped};
    }
    const auto trigger = next_trigger();
    if (!trigger) {
        return rest(asleep);
    }
    const auto start_at = due(now, *trigger);
    if (start_at <= now) {
        return start(*trigger);
    }
    state_ = not_before_ && *not_before_ > now ? ViewState::backing_off : ViewState::waiting;
    return {Kind::wait_until, start_at};
}

// What to refresh for next, whenever that is due. A person goes first, and alone while the view is paused.
std::optional<TriggeredBy> ViewMachine::next_trigger() const {
    if (requested(TriggeredBy::manual)) {
        return TriggeredBy::manual;
    }
    if (paused_) {
        return std::nullopt;
    }
    if (retry_) {
        return retry_;
    }
    for (const auto kind : {TriggeredBy::startup, TriggeredBy::scheduled}) {
        if (requested(kind)) {
            return kind;
        }
    }
    return pending_ && !broken_ ? std::optional(TriggeredBy::event) : std::nullopt;
}

ViewMachine::TimePoint ViewMachine::due(TimePoint now, TriggeredBy trigger) const {
    if (requested(TriggeredBy::manual)) {
        return now;
    }
    auto when = now;
    if (trigger == TriggeredBy::event && pending_ && !retry_) {
        when = std::min(pending_->last + timing_.debounce, pending_->first + timing_.max_delay);
    }
    return not_before_ ? std::max(when, *not_before_) : when;
}

ViewAction ViewMachine::start(TriggeredBy trigger) {
    requested(trigger) = false;
    // Whatever the trigger, a refresh takes the pending changes along.
    if (retry_ == trigger || retry_ == TriggeredBy::event) {
        retry_.reset();
    }
    running_ = trigger;
    taken_ = std::exchange(pending_, std::nullopt);
    state_ = ViewState::running;
    return {Kind::start_refresh, {}, trigger};
}

ViewAction ViewMachine::rest(ViewState state) {
    state_ = state;
    return {Kind::wait};
}

void ViewMachine::open_window(TimePoint now) {
    if (!pending_) {
        pending_ = Window{now, now};
    }
    pending_->last = now;
}

// The run's changes are pending again, as old as they were, and its trigger is to be tried again.
void ViewMachine::take_back() {
    retry_ = std::exchange(running_, std::nullopt);
    if (taken_) {
        pending_ = Window{taken_->first, pending_ ? pending_->last : taken_->last};
        taken_.reset();
    }
}

void ViewMachine::abandon_run(TimePoint now) {
    take_back();
    not_before_ = now + timing_.retry_first + backoff_.next();
}

}  // namespace freshet::schedule
