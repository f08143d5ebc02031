#include "chain_turn.hpp"

#include <algorithm>

#include "freshet/catalog/chain.hpp"

namespace freshet::refresh {

namespace {

using Clock = std::chrono::steady_clock;

// NOWAIT failing means that somebody else is at it.
constexpr const char* lock_not_available = "55P03";
constexpr const char* serialization_failure = "40001";

// Statements of one round trip, and which member each is for.
struct MemberStatements {
    std::vector<pg::Statement> statements;
    std::vector<std::size_t> members;

    void add(std::size_t member, pg::Statement statement) {
        statements.push_back(std::move(statement));
        members.push_back(member);
    }
    void add_all(std::size_t member, std::vector<pg::Statement> more) {
        for (auto& statement : more) {
            add(member, std::move(statement));
        }
    }
};

bool recomputes_all(const Request& request) {
    return request.work == Work::recompute && !request.tenant;
}

bool nothing_to_do(const Turn& turn, const Request& request) {
    return request.work == Work::fold && turn.survey().changes == 0 && !turn.horizon_moved() && !turn.broken();
}

}  // namespace

// A snapshot from before a TRUNCATE sees an empty table afterwards. So this comes before there is a snapshot.
std::string lock_sources(const catalog::StoredView& view) {
    std::string tables;
    for (const auto& source : view.sources) {
        tables += (tables.empty() ? "" : ", ") + source.table.quoted();
    }
    return "LOCK TABLE " + tables + " IN ACCESS SHARE MODE";
}

ChainTurn::ChainTurn(pg::Connection& connection, const std::vector<ChainMember>& members) : connection_(connection) {
    for (const auto& member : members) {
        steps_.push_back(std::make_unique<Step>(connection, member));
    }
}

asio::awaitable<bool> ChainTurn::take() {
    const auto began = Clock::now();
    MemberStatements opening;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        const auto& view = steps_[i]->member.view;
        if (catalog::keeps_state(view.strategy)) {
            opening.add(i, {lock_sources(view), {}});
        }
    }
    const auto first_turn = opening.statements.size();
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        opening.add(i, steps_[i]->turn.take(steps_[i]->member.request));
    }
    const auto first_look = opening.statements.size();
    opening.add_all(0, steps_.front()->turn.look());
    std::vector<pg::Result> results;
    try {
        auto begun = co_await pg::Transaction::begin_with(connection_, pg::Isolation::repeatable_read,
                                                          std::move(opening.statements));
        transaction_.emplace(std::move(begun.first));
        results = std::move(begun.second);
    } catch (const pg::Error& error) {
        const auto index = error.fields().index;
        at_ = opening.members.at(index);
        const bool turns = index >= first_turn && index < first_look;
        if (!turns || (error.sqlstate() != lock_not_available && error.sqlstate() != serialization_failure)) {
            throw;
        }
        co_return false;
    }
    for (at_ = 0; at_ < steps_.size(); ++at_) {
        auto& step = *steps_[at_];
        step.turn.taken(results[first_turn + at_]);
        step.outcome.as_of = step.turn.as_of();
    }
    at_ = 0;
    results.erase(results.begin(), results.begin() + static_cast<std::ptrdiff_t>(first_look));
    steps_.front()->turn.looked(results);
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
    if (at_ > 0) {  // the first has looked when the turns were taken; the others see what those below wrote
        step.turn.looked(co_await connection_.pipeline(step.turn.look()));
    }
    const auto surveyed = Clock::now();
    step.outcome.read += surveyed - began;
    const auto& survey = step.turn.survey();
    step.outcome.changes = survey.changes;
    step.outcome.events = survey.events;
    step.outcome.oldest_change = oldest_below(step);
    const auto& fault = step.turn.capture_fault();
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
    MemberStatements closing;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        auto& step = *steps_[i];
        if (step.changed) {
            closing.add_all(i,
                            step.turn.finish(step.outcome, step.member.request, logged == i ? log_id : std::nullopt));
        } else {
            closing.add(i, step.turn.move_position());
        }
    }
    closing.members.push_back(0);  // the COMMIT
    try {
        co_await transaction_->commit_with(std::move(closing.statements));
    } catch (const pg::Error& error) {
        at_ = closing.members.at(error.fields().index);
        throw;
    }
    at_ = 0;
    transaction_.reset();
    for (const auto& step : steps_) {
        step->outcome.commit = Clock::now() - began;
    }
    co_return true;
}

}  // namespace freshet::refresh
