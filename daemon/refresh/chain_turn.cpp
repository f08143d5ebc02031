#include "chain_turn.hpp"

#include <algorithm>

#include "freshet/capture/integrity.hpp"
#include "freshet/catalog/chain.hpp"
#include "freshet/catalog/views_read.hpp"

namespace freshet::refresh {

namespace {

using Clock = std::chrono::steady_clock;

// TRUNCATE, and an ALTER TABLE that writes the table anew, are not MVCC-safe: a snapshot from before sees an empty
// table afterwards. So what is to be read is held before there is a snapshot.
std::string lock_sources(const catalog::StoredView& view) {
    std::string tables;
    for (const auto& source : view.sources) {
        tables += (tables.empty() ? "" : ", ") + source.table.quoted();
    }
    return "LOCK TABLE " + tables + " IN ACCESS SHARE MODE";
}

bool recomputes_all(const Request& request) {
    return request.work == Work::recompute && !request.tenant;
}

bool nothing_to_do(const Turn& turn, const Request& request) {
    return request.work == Work::fold && turn.survey().changes == 0 && !turn.horizon_moved() && !turn.broken();
}

}  // namespace

ChainTurn::ChainTurn(pg::Connection& connection, const std::vector<ChainMember>& members) : connection_(connection) {
    for (const auto& member : members) {
        steps_.push_back(std::make_unique<Step>(connection, member));
    }
}

asio::awaitable<bool> ChainTurn::take() {
    const auto began = Clock::now();
    transaction_.emplace(co_await pg::Transaction::begin(connection_, pg::Isolation::repeatable_read));
    for (at_ = 0; at_ < steps_.size(); ++at_) {
        const auto& view = steps_[at_]->member.view;
        if (catalog::keeps_state(view.strategy)) {
            co_await connection_.script(lock_sources(view));
        }
    }
    at_ = 0;
    for (const auto& step : steps_) {
        const bool taken = co_await step->turn.take(step->member.request.keep);
        if (!taken) {
            co_await give_back();
            co_return false;
        }
        step->outcome.as_of = step->turn.as_of();
    }
    for (const auto& step : steps_) {
        step->outcome.read = Clock::now() - began;
    }
    co_return true;
}

asio::awaitable<void> ChainTurn::give_back() {
    if (transaction_ && connection_.alive()) {
        co_await transaction_->rollback();
    }
    transaction_.reset();
}

asio::awaitable<bool> ChainTurn::advance_to(std::size_t end) {
    while (next_ < end) {
        at_ = next_++;
        const bool done = co_await advance(*steps_[at_]);
        if (!done) {
            co_return false;
        }
    }
    co_return true;
}

asio::awaitable<bool> ChainTurn::advance(Step& step) {
    const auto began = Clock::now();
    co_await step.turn.look();
    const auto surveyed = Clock::now();
    step.outcome.read += surveyed - began;
    const auto& survey = step.turn.survey();
    step.outcome.changes = survey.changes;
    step.outcome.events = survey.events;
    step.outcome.oldest_change = oldest_below(step);
    const auto fault = co_await capture_fault(step);
    const bool building = step.member.view.state == catalog::ViewState::building;
    if (fault && (building || !recomputes_all(step.member.request))) {
        throw core::Error(*fault,
                          "nothing is folded until they are, and the view is recomputed then; see docs/runbooks.md");
    }
    if (nothing_to_do(step.turn, step.member.request)) {
        co_return true;
    }
    step.changed = true;
    const bool done = co_await bring_up_to_date(step.turn, step.member.view, step.member.request, step.outcome);
    if (done && step.turn.broken() && !fault) {
        co_await step.turn.mark_ready();
    } else if (done && fault) {
        co_await step.turn.mark_broken();  // what was logged since the damage does not fit its position
    }
    step.outcome.merge = Clock::now() - surveyed;
    co_return done;
}

// In the turn's own snapshot: what is wrong with the capture of a source, or with a plain view between it and the
// query, is known before anything is folded from its log.
asio::awaitable<std::optional<std::string>> ChainTurn::capture_fault(const Step& step) {
    std::optional<std::string> fault;
    if (catalog::keeps_state(step.member.view.strategy)) {
        std::vector<int> sources;
        for (const auto& source : step.member.view.sources) {
            sources.push_back(source.id);
        }
        const auto faults = co_await capture::capture_faults_of(connection_, sources);
        if (!faults.empty()) {
            fault = faults.front().text();
            co_return fault;
        }
        const auto redefined = co_await catalog::redefined_views(connection_, step.member.view.program.views);
        if (!redefined.empty()) {
            fault = redefined.front();
        }
    }
    co_return fault;
}

// What the views below wrote just now is as old as what made them write it.
std::optional<double> ChainTurn::oldest_below(const Step& step) const {
    auto oldest = step.turn.survey().oldest;
    const auto below = catalog::views_below(step.member.view);
    for (const auto& other : steps_) {
        const auto& theirs = other->outcome.oldest_change;
        if (theirs && below.contains(other->member.view.id)) {
            oldest = oldest ? std::min(*oldest, *theirs) : theirs;
        }
    }
    return oldest;
}

asio::awaitable<bool> ChainTurn::finish(std::optional<std::size_t> logged, std::optional<std::string> log_id) {
    const auto began = Clock::now();
    if (std::none_of(steps_.begin(), steps_.end(), [](const auto& step) { return step->changed; })) {
        co_await give_back();
        co_return false;
    }
    for (at_ = 0; at_ < steps_.size(); ++at_) {
        auto& step = *steps_[at_];
        if (step.changed) {
            std::optional<std::string> own_log;
            if (logged == at_) {
                own_log = log_id;
            }
            co_await step.turn.finish(step.outcome, step.member.request, std::move(own_log));
        } else {
            co_await step.turn.move_position();
        }
    }
    at_ = 0;
    co_await transaction_->commit();
    transaction_.reset();
    for (const auto& step : steps_) {
        step->outcome.commit = Clock::now() - began;
    }
    co_return true;
}

}  // namespace freshet::refresh
