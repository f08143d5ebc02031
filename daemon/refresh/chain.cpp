#include "freshet/refresh/chain.hpp"

#include <algorithm>
#include <set>

#include "chain_turn.hpp"
#include "explain_failure.hpp"
#include "freshet/catalog/chain.hpp"

namespace freshet::refresh {

namespace {

bool folds_quietly(const ChainMember& member) {
    return member.request.trigger == Trigger::event && catalog::keeps_state(member.view.strategy);
}

// The log row of the one member that was asked for by name: it says "running" while others look. Event-driven folds are
// coalesced when done.
struct RunningLog {
    std::optional<std::size_t> member;
    std::optional<std::string> id;
};

asio::awaitable<RunningLog> start_log(pg::Connection& connection, const std::vector<ChainMember>& members) {
    RunningLog log;
    const auto asked = std::find_if_not(members.begin(), members.end(), folds_quietly);
    if (asked == members.end()) {
        co_return log;
    }
    const bool whole = catalog::keeps_state(asked->view.strategy) && asked->request.work == Work::recompute;
    const auto strategy = whole ? std::string("reconcile") : std::string(catalog::name_of(asked->view.strategy));
    const auto row = co_await connection.prepared(query_text("log_start"),
                                                  pg::params(asked->view.display_name(), asked->request.tenant,
                                                             std::string(name_of(asked->request.trigger)), strategy));
    log.member = static_cast<std::size_t>(asked - members.begin());
    log.id = row.text(0, 0);
    co_return log;
}

asio::awaitable<void> drop_log(pg::Connection& connection, RunningLog log) {
    if (log.id) {
        co_await connection.query("DELETE FROM freshet.refresh_log WHERE id = $1::bigint", pg::params(*log.id));
    }
}

asio::awaitable<void> fail_log(pg::Connection& connection, const std::vector<ChainMember>& members, RunningLog log,
                               std::string error) {
    if (!log.id || !connection.alive() || connection.in_transaction()) {
        co_return;
    }
    const auto& asked = members[*log.member];
    co_await connection.query(
        query_text("log_failure"),
        pg::params(log.id, asked.view.display_name(), asked.request.tenant, std::string(name_of(asked.request.trigger)),
                   std::string(catalog::name_of(asked.view.strategy)), std::move(error)));
}

// One transaction over all the members that are left.
struct Attempt {
    enum class Kind { done, nothing, busy, must_recompute, failed };
    Kind kind = Kind::nothing;
    std::size_t member = 0;  // of must_recompute and failed
    std::exception_ptr error;
    std::vector<Outcome> outcomes;
};

asio::awaitable<void> attempt_in(ChainTurn& turn, const std::vector<ChainMember>& members, RunningLog log,
                                 Attempt& attempt) {
    const bool taken = co_await turn.take();
    if (!taken) {
        attempt.kind = Attempt::Kind::busy;
        co_return;
    }
    const bool folded = co_await turn.advance_to(members.size());
    if (!folded) {
        co_await turn.give_back();
        attempt.kind = Attempt::Kind::must_recompute;
        co_return;
    }
    const bool changed = co_await turn.finish(log.member, log.id);
    attempt.kind = changed ? Attempt::Kind::done : Attempt::Kind::nothing;
}

asio::awaitable<Attempt> attempt(pg::Connection& connection, const std::vector<ChainMember>& members, RunningLog log) {
    ChainTurn turn(connection, members);
    Attempt attempt;
    try {
        co_await attempt_in(turn, members, log, attempt);
    } catch (const core::Error&) {
        attempt.kind = Attempt::Kind::failed;
        attempt.error = explain_failure(std::current_exception());
    }
    if (attempt.kind == Attempt::Kind::failed) {
        // Without this the turn's destructor would close the connection, which other views still want.
        co_await turn.give_back();
        if (blames_nobody(connection, attempt.error)) {
            std::rethrow_exception(attempt.error);
        }
    }
    attempt.member = turn.at();
    for (std::size_t i = 0; i < members.size(); ++i) {
        attempt.outcomes.push_back(turn.outcome(i));
    }
    co_return attempt;
}

// Asked for whatever it takes: each member whose batch cannot be folded is recomputed, as a whole, whatever the scope
// asked for: the batch could not be folded for anyone.
asio::awaitable<Attempt> attempt_until_foldable(pg::Connection& connection, std::vector<ChainMember>& members,
                                                RunningLog log) {
    auto result = co_await attempt(connection, members, log);
    while (result.kind == Attempt::Kind::must_recompute) {
        auto& request = members[result.member].request;
        if (request.work == Work::recompute && !request.tenant) {
            throw std::logic_error("a recomputation asked to be recomputed");
        }
        request.work = Work::recompute;
        request.why = "the query fails on a row that came and went within the batch";
        request.tenant.reset();
        result = co_await attempt(connection, members, log);
    }
    co_return result;
}

std::string message_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const core::Error& error) {
        return error.what();
    }
}

// One round, with its log row.
asio::awaitable<Attempt> round(pg::Connection& connection, std::vector<ChainMember>& members) {
    const auto log = co_await start_log(connection, members);
    Attempt result;
    std::exception_ptr lost;
    try {
        result = co_await attempt_until_foldable(connection, members, log);
    } catch (const core::Error&) {
        lost = std::current_exception();
    }
    if (lost) {
        co_await fail_log(connection, members, log, message_of(lost));
        std::rethrow_exception(lost);
    }
    if (result.kind == Attempt::Kind::failed) {
        co_await fail_log(connection, members, log, message_of(result.error));
    } else if (result.kind != Attempt::Kind::done) {
        co_await drop_log(connection, log);
    }
    co_return result;
}

Outcome as_reported(Outcome outcome, Attempt::Kind kind) {
    if (kind == Attempt::Kind::busy) {
        outcome.kind = Outcome::Kind::busy;
    }
    return outcome;
}

}  // namespace

std::set<int> left_out_with(const std::vector<ChainMember>& members, int failed) {
    std::vector<catalog::StoredView> views;
    for (const auto& member : members) {
        views.push_back(member.view);
    }
    return catalog::with_all_above(views, {failed});
}

Request request_to_follow(std::optional<std::string> keep) {
    Request request;
    request.keep = std::move(keep);
    return request;
}

std::vector<ChainMember> chain_members(std::vector<catalog::StoredView> chain, int target, Request request,
                                       const KeepOf& keep_of) {
    std::vector<ChainMember> members;
    for (auto& view : chain) {
        auto asked = view.id == target ? request : request_to_follow(keep_of(view.name));
        members.push_back({std::move(view), std::move(asked)});
    }
    return members;
}

const Outcome& outcome_of(const ChainOutcome& done, const std::vector<ChainMember>& members, std::size_t member) {
    if (done.outcomes[member]) {
        return *done.outcomes[member];
    }
    for (const auto& failure : done.failures) {
        if (failure.member == member) {
            std::rethrow_exception(failure.error);
        }
    }
    for (const auto& failure : done.failures) {
        const auto& below = members[failure.member].view;
        if (left_out_with(members, below.id).contains(members[member].view.id)) {
            throw core::Error("the view " + below.display_name() + ", which it reads, could not be refreshed: " +
                              message_of(failure.error));
        }
    }
    throw std::logic_error("a view of the chain was left out for no reason");
}

std::size_t member_of(const std::vector<ChainMember>& members, int id) {
    const auto found = std::find_if(members.begin(), members.end(), [&](const auto& one) { return one.view.id == id; });
    if (found == members.end()) {
        throw std::logic_error("the view is no member of the chain");
    }
    return static_cast<std::size_t>(found - members.begin());
}

asio::awaitable<ChainOutcome> refresh_chain(pg::Connection& connection, std::vector<ChainMember> members) {
    ChainOutcome result;
    result.outcomes.resize(members.size());
    std::vector<std::size_t> numbers;  // of those that are left
    for (std::size_t i = 0; i < members.size(); ++i) {
        numbers.push_back(i);
    }
    while (!members.empty()) {
        auto done = co_await round(connection, members);
        if (done.kind != Attempt::Kind::failed) {
            for (std::size_t i = 0; i < members.size(); ++i) {
                result.outcomes[numbers[i]] = as_reported(std::move(done.outcomes[i]), done.kind);
            }
            break;
        }
        result.failures.push_back({numbers[done.member], done.error});
        const auto out = left_out_with(members, members[done.member].view.id);
        for (auto i = members.size(); i-- > 0;) {
            if (out.contains(members[i].view.id)) {
                members.erase(members.begin() + static_cast<std::ptrdiff_t>(i));
                numbers.erase(numbers.begin() + static_cast<std::ptrdiff_t>(i));
            }
        }
    }
    co_return result;
}

}  // namespace freshet::refresh
