#include "freshet/schedule/view_loop.hpp"

#include <algorithm>

#include "freshet/async/first_of.hpp"
#include "freshet/install/install.hpp"

namespace freshet::schedule {

namespace {

using observe::TriggeredBy;
using Clock = std::chrono::steady_clock;

// Other sessions that listen should not be woken more often for one view.
constexpr std::chrono::seconds announce_interval{1};

observe::SystemTime moment(double epoch) {
    return observe::SystemTime(
        std::chrono::duration_cast<observe::SystemTime::duration>(std::chrono::duration<double>(epoch)));
}

refresh::Trigger trigger_of(TriggeredBy trigger) {
    switch (trigger) {
        case TriggeredBy::event:
            return refresh::Trigger::event;
        case TriggeredBy::scheduled:
            return refresh::Trigger::scheduled;
        case TriggeredBy::manual:
            return refresh::Trigger::manual;
        case TriggeredBy::startup:
            return refresh::Trigger::startup;
    }
    throw std::logic_error("unknown trigger");
}

ViewMachine::Timing timing_of(const settings::ViewSettings& settings) {
    ViewMachine::Timing timing;
    timing.debounce = settings.debounce;
    timing.max_delay = settings.max_delay;
    return timing;
}

asio::awaitable<void> open_session(pg::Link& link) {
    co_await link.get();
}

observe::FailureReason reason_of(const core::Error& error) {
    const auto* from_server = dynamic_cast<const pg::Error*>(&error);
    return from_server != nullptr ? observe::failure_reason(from_server->sqlstate()) : observe::FailureReason::other;
}

}  // namespace

ViewLoop::ViewLoop(ViewLoopContext context, catalog::StoredView view, settings::ViewSettings settings,
                   std::set<std::string> counted_events)
    : context_(std::move(context)),
      view_(std::move(view)),
      settings_(std::move(settings)),
      counted_events_(std::move(counted_events)),
      name_(view_.display_name()),
      machine_(timing_of(settings_)),
      changed_(context_.executor),
      stop_requested_(context_.executor),
      broken_(view_.state == catalog::ViewState::broken) {
    context_.metrics.add_view(name_, std::string(catalog::name_of(view_.strategy)), settings_.staleness_slo);
    // Positions that mean nothing any more, or a refresh that was given up: start over.
    act(broken_ ? machine_.refresh_requested(context_.clock.now(), TriggeredBy::startup)
                : machine_.tick(context_.clock.now()));
}

void ViewLoop::act(ViewAction action) {
    // A refresh that the machine has begun, and that run() has not taken up yet, is not taken back by the "wait" with
    // which the machine answers whatever happens meanwhile: it would be under way for ever.
    if (action_.kind != ViewAction::Kind::start_refresh) {
        action_ = action;
    }
    context_.metrics.set_state(name_, fault_.empty() ? machine_.state() : observe::ViewState::broken);
    changed_.notify();
}

asio::awaitable<void> ViewLoop::run() {
    while (action_.kind != ViewAction::Kind::stopped) {
        const auto action = action_;
        if (action.kind == ViewAction::Kind::start_refresh) {
            action_ = {};
            co_await refresh_once(action.triggered_by);
        } else if (action.kind == ViewAction::Kind::wait) {
            co_await changed_.wait();
        } else {
            const auto left = std::max(action.until - context_.clock.now(), Clock::duration::zero());
            const bool rung = co_await changed_.wait_for(left);
            if (!rung) {
                act(machine_.tick(context_.clock.now()));
            }
        }
    }
}

void ViewLoop::rung() {
    if (fault_.empty() && !broken_) {
        act(machine_.rung(context_.clock.now()));
    }
}

void ViewLoop::looked(const capture::PolledView& found, double now, Clock::time_point since) {
    if (refreshed_at_ && since < *refreshed_at_) {
        return;  // it may not show our last refresh, after which there is another look
    }
    now_at_look_ = now;
    looked_at_ = context_.clock.now();
    pending_ = found.pending;
    generation_ = std::max(generation_, found.generation);
    last_refresh_at_ = found.last_refresh_at;
    last_status_ = found.last_status;
    if (last_refresh_at_) {
        context_.metrics.set_last_refresh(
            name_, last_status_ == "success" ? observe::RefreshOutcome::success : observe::RefreshOutcome::failed,
            moment(*last_refresh_at_));
    }
    last_error_ = found.last_error;
    if (found.state == "broken" && !broken_) {  // whoever found that changes were missed
        broken_ = true;
        act(machine_.refresh_requested(context_.clock.now(), TriggeredBy::startup));
    }
    consecutive_failures_ = std::max(found.consecutive_failures, machine_.consecutive_failures());
    context_.metrics.set_pending_changes(name_, pending_);
    context_.metrics.set_consecutive_failures(name_, consecutive_failures_);
    if (!broken_ && fault_.empty() && found.as_of) {
        // Nothing pending: equal to its query at the moment of the look.
        set_as_of(pending_ == 0 ? now : std::max(*found.as_of, found.oldest.value_or(*found.as_of)));
    }
    if (fault_.empty()) {
        act(pending_ == 0 ? machine_.nothing_pending(context_.clock.now())
                          : machine_.changes_seen(context_.clock.now(), pending_));
    }
}

void ViewLoop::request_scheduled(std::optional<std::string> tenant) {
    scheduled_.push_back(std::move(tenant));
    act(machine_.refresh_requested(context_.clock.now(), TriggeredBy::scheduled));
}

void ViewLoop::capture_fault(std::string reason) {
    if (reason == fault_) {
        return;
    }
    const bool repaired = reason.empty();
    fault_ = std::move(reason);
    broken_ = true;
    if (repaired) {
        // What was written meanwhile was not logged.
        act(machine_.resume(context_.clock.now()));
        act(machine_.refresh_requested(context_.clock.now(), TriggeredBy::startup));
    } else {
        act(machine_.pause(context_.clock.now()));
    }
}

void ViewLoop::stop() {
    stopping_ = true;
    stop_requested_.notify();
    act(machine_.stop(context_.clock.now()));
}

bool ViewLoop::reads(int source_id) const {
    return std::any_of(view_.sources.begin(), view_.sources.end(),
                       [source_id](const catalog::StoredSource& one) { return one.id == source_id; });
}

bool ViewLoop::takes_changes() const noexcept {
    return fault_.empty() && machine_.state() != observe::ViewState::broken &&
           machine_.state() != observe::ViewState::paused;
}

observe::ViewStatus ViewLoop::status() const {
    observe::ViewStatus status;
    status.name = name_;
    status.strategy = catalog::name_of(view_.strategy);
    status.state = fault_.empty() ? machine_.state() : observe::ViewState::broken;
    if (as_of_) {
        status.as_of = moment(*as_of_);
        const std::chrono::duration<double> age(now_at_look_ - *as_of_);
        status.staleness =
            std::max(std::chrono::milliseconds(0),
                     std::chrono::duration_cast<std::chrono::milliseconds>(age + (context_.clock.now() - looked_at_)));
    }
    status.pending_changes = pending_;
    if (last_refresh_at_) {
        status.last_refresh_at = moment(*last_refresh_at_);
    }
    status.last_status = last_status_;
    status.last_error = fault_.empty() ? last_error_ : fault_;
    status.consecutive_failures = consecutive_failures_;
    status.slo = settings_.staleness_slo;
    return status;
}

void ViewLoop::set_as_of(double as_of) {
    if (!as_of_ || as_of > *as_of_) {
        as_of_ = as_of;
        context_.metrics.set_as_of(name_, moment(as_of));
    }
}

bool ViewLoop::announce_now() {
    const auto now = context_.clock.now();
    if (announced_at_ && now - *announced_at_ < announce_interval) {
        return false;
    }
    announced_at_ = now;
    return true;
}

std::optional<std::string> ViewLoop::take_held_announcement() {
    if (!announcement_held_ || !as_of_ || !announce_now()) {
        return std::nullopt;
    }
    announcement_held_ = false;
    return refresh::announcement(name_, *as_of_, {});
}

refresh::Request ViewLoop::request_for(TriggeredBy trigger) {
    refresh::Request request;
    request.trigger = trigger_of(trigger);
    request.announce = announce_now();
    if (costs_.knows_sources()) {
        // Predicted in any case, to be held against what it really costs; chosen by only where the strategy is open.
        const bool open = settings_.strategy == settings::StrategyChoice::automatic;
        request.weigh = [this, open](std::int64_t changes) {
            auto weighed = costs_.weigh(changes);
            weighed.recompute = weighed.recompute && open;
            return weighed;
        };
    }
    if (settings_.retention) {
        request.keep = settings_.retention->keep;
    }
    if (trigger != TriggeredBy::event || broken_) {
        request.work = refresh::Work::recompute;
    }
    if (trigger == TriggeredBy::scheduled && !scheduled_.empty()) {
        request.tenant = scheduled_.front();
    }
    if (broken_) {
        request.tenant.reset();
        request.why = "the view was broken";
    }
    return request;
}

// A session, or null if the loop is to stop and there is none: a database that is away holds nobody up.
asio::awaitable<pg::Connection*> ViewLoop::session(pg::Link& link) {
    if (link.current() == nullptr && !stopping_) {
        co_await async::first_of(open_session(link), stop_requested_.wait());
    }
    co_return link.current();
}

// A COMMIT whose answer was lost: the position says whether it happened.
asio::awaitable<bool> ViewLoop::happened_after_all(pg::Link& link) {
    link.drop();
    auto* connection = co_await session(link);
    if (connection == nullptr || broken_) {
        co_return false;  // a broken view is recomputed once more: it must be marked ready, too
    }
    const auto generation = co_await refresh::generation_of(*connection, view_.id);
    co_return generation&&* generation > generation_;
}

asio::awaitable<refresh::Outcome> ViewLoop::refresh_on(pg::Connection& connection, refresh::Request request) {
    refresh::Outcome outcome;
    if (chained()) {
        outcome = co_await refresh_chain_on(connection, std::move(request));
    } else {
        outcome = co_await refresh::refresh(connection, view_, std::move(request));
    }
    co_await mark_repaired(connection, outcome.kind);
    co_return outcome;
}

asio::awaitable<void> ViewLoop::mark_repaired(pg::Connection& connection, refresh::Outcome::Kind kind) {
    // While changes go unnoticed, what was recomputed is wrong again soon.
    if (broken_ && fault_.empty() && kind == refresh::Outcome::Kind::refreshed) {
        co_await install::mark_ready(connection, view_.id);
        broken_ = !fault_.empty();
        if (broken_) {  // it came while we wrote
            co_await install::mark_broken(connection, view_.id, fault_);
        }
    }
}

asio::awaitable<void> ViewLoop::refresh_once(TriggeredBy trigger) {
    brought_along_ = false;
    ChainGate::Pass pass(nullptr);
    if (gate_) {
        pass.take(co_await gate_->enter());
    }
    if (brought_along_ && trigger == TriggeredBy::event && !broken_) {
        refresh_done(trigger);  // by the refresh that was waited for
        co_return;
    }
    auto lease = co_await context_.pool.lease(view_.id);
    auto& link = lease.link();
    auto* connection = co_await session(link);
    if (connection == nullptr) {
        retrying_ = true;
        act(machine_.connection_lost(context_.clock.now()));
        co_return;
    }
    began(trigger);
    const auto began = Clock::now();
    const auto took = [&began] { return observe::Seconds(Clock::now() - began); };
    const auto request = request_for(trigger);
    std::optional<refresh::Outcome> outcome;
    std::optional<pg::Error> server_error;
    std::optional<core::Error> other_error;
    try {
        outcome = co_await refresh_on(*connection, request);
    } catch (const pg::Error& error) {
        server_error = error;
    } catch (const core::Error& error) {
        other_error = error;
    }
    if (outcome) {
        if (outcome->kind == refresh::Outcome::Kind::refreshed && !request.tenant) {
            costs_.learn(*outcome);
        }
        succeeded(*outcome, trigger, took(), request.announce);
        co_return;
    }
    const core::Error& error = server_error ? *server_error : *other_error;
    if (server_error && server_error->in_doubt()) {
        bool happened = false;
        try {
            happened = co_await happened_after_all(link);
        } catch (const pg::Error&) {
            link.drop();
        }
        context_.log.warning("connection lost during commit", {{"view", name_}, {"committed", happened}});
        context_.metrics.refresh_ended(name_,
                                       {std::string(catalog::name_of(view_.strategy)),
                                        happened ? observe::RefreshOutcome::success : observe::RefreshOutcome::failed,
                                        trigger,
                                        observe::FailureReason::other,
                                        took(),
                                        {},
                                        0,
                                        0,
                                        0});
        if (happened) {
            refresh_done(trigger);
        } else {
            retrying_ = true;
            act(machine_.connection_lost(context_.clock.now()));
        }
        context_.look_again();
        co_return;
    }
    failed(error, trigger, took());
    if (server_error && server_error->connection_lost()) {
        link.drop();
        act(machine_.connection_lost(context_.clock.now()));
        co_return;
    }
    try {
        co_await refresh::record_failure(*connection, view_, request, error.what());
    } catch (const pg::Error&) {
        link.drop();  // the failure is in the log and the metrics; the table can wait
    }
    act(machine_.refresh_failed(context_.clock.now(), Failure::retryable));
}

void ViewLoop::succeeded(const refresh::Outcome& outcome, TriggeredBy trigger, observe::Seconds took, bool announced) {
    report(outcome, trigger, took, announced);
    if (outcome.kind == refresh::Outcome::Kind::busy) {
        act(machine_.turn_taken(context_.clock.now()));
        return;
    }
    refresh_done(trigger);
    context_.look_again();
}

void ViewLoop::report(const refresh::Outcome& outcome, TriggeredBy trigger, observe::Seconds took, bool announced) {
    using Kind = refresh::Outcome::Kind;
    observe::RefreshSample sample;
    sample.outcome = outcome.kind == Kind::busy ? observe::RefreshOutcome::skipped : observe::RefreshOutcome::success;
    sample.strategy = outcome.strategy.empty() ? std::string(catalog::name_of(view_.strategy)) : outcome.strategy;
    sample.triggered_by = trigger;
    sample.duration = took;
    if (outcome.kind == Kind::refreshed) {
        sample.phases = {{"read", outcome.read}, {"merge", outcome.merge}, {"commit", outcome.commit}};
    }
    if (outcome.kind == Kind::refreshed && waited_) {
        sample.phases.emplace_back("debounce", *waited_);
    }
    sample.groups_upserted = outcome.groups_upserted;
    sample.groups_deleted = outcome.groups_deleted;
    sample.changes_applied = outcome.changes;
    context_.metrics.refresh_ended(name_, sample);
    if (outcome.kind == Kind::busy) {
        return;
    }
    set_as_of(outcome.as_of);
    pending_ = 0;
    if (outcome.kind == Kind::refreshed) {
        if (trigger == TriggeredBy::event && sample.strategy == "reconcile" && !broken_) {
            context_.log.info("a backlog was recomputed, not folded", {{"view", name_},
                                                                       {"changes", outcome.changes},
                                                                       {"why", outcome.why},
                                                                       {"rows", outcome.rows_affected()},
                                                                       {"seconds", took}});
        }
        announcement_held_ = !announced;
        generation_ = outcome.generation;
        last_refresh_at_ = outcome.as_of;
        last_status_ = "success";
        last_error_.clear();
        if (outcome.oldest_change) {
            context_.metrics.change_became_visible(name_,
                                                   observe::Seconds(outcome.as_of - *outcome.oldest_change) + took);
        }
        for (const auto& [event, count] : outcome.events) {
            if (counted_events_.contains(event)) {
                context_.metrics.events_seen(event, count);
            }
        }
        context_.log.debug("view refreshed", {{"view", name_},
                                              {"strategy", sample.strategy},
                                              {"triggered_by", observe::to_string(trigger)},
                                              {"changes", outcome.changes},
                                              {"rows", outcome.rows_affected()},
                                              {"seconds", took}});
    }
}

void ViewLoop::refresh_done(TriggeredBy trigger) {
    if (trigger == TriggeredBy::scheduled && !scheduled_.empty()) {
        scheduled_.pop_front();
    }
    refreshed_at_ = context_.clock.now();
    retrying_ = false;
    consecutive_failures_ = 0;
    context_.metrics.set_consecutive_failures(name_, 0);
    act(machine_.refresh_succeeded(context_.clock.now()));
    if (!scheduled_.empty()) {
        act(machine_.refresh_requested(context_.clock.now(), TriggeredBy::scheduled));
    }
}

void ViewLoop::began(TriggeredBy trigger) {
    context_.metrics.refresh_started(name_);
    waited_.reset();
    if (retrying_) {
        context_.metrics.refresh_retried(name_);
    } else if (const auto since = machine_.taken_since(); since && trigger == TriggeredBy::event) {
        waited_ = context_.clock.now() - *since;
    }
}

void ViewLoop::failed(const core::Error& error, TriggeredBy trigger, observe::Seconds took) {
    retrying_ = true;
    last_status_ = "failed";
    last_error_ = error.what();
    context_.log.error("refresh failed", {{"view", name_},
                                          {"triggered_by", observe::to_string(trigger)},
                                          {"error", error.what()},
                                          {"hint", error.hint()},
                                          {"seconds", took}});
    observe::RefreshSample sample;
    sample.strategy = catalog::name_of(view_.strategy);
    sample.outcome = observe::RefreshOutcome::failed;
    sample.triggered_by = trigger;
    sample.reason = reason_of(error);
    sample.duration = took;
    context_.metrics.refresh_ended(name_, sample);
}

}  // namespace freshet::schedule
