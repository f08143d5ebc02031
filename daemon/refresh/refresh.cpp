#include "freshet/refresh/refresh.hpp"

#include <chrono>

#include "turn.hpp"

namespace freshet::refresh {

namespace {

// More signed joins than this cost more to plan than the recomputation they save.
constexpr std::size_t most_fold_terms = 64;

using Clock = std::chrono::steady_clock;

bool must_recompute(const Turn& turn, const catalog::StoredView& view, const Request& request) {
    const auto& survey = turn.survey();
    return (request.work == Work::recompute && !request.tenant) || survey.truncated || turn.horizon_widened() ||
           compile::fold_terms(view.program, survey.changed_sources) > most_fold_terms ||
           (request.recompute_from && survey.changes >= *request.recompute_from);
}

// A row that says "running" while others look; nullopt for event-driven folds, which are coalesced when done.
asio::awaitable<std::optional<std::string>> start_log(pg::Connection& connection, const catalog::StoredView& view,
                                                      Request request) {
    if (request.trigger == Trigger::event && view.strategy == catalog::Strategy::delta) {
        co_return std::nullopt;
    }
    const auto* strategy = view.strategy == catalog::Strategy::concurrent ? "concurrent"
                           : request.work == Work::recompute              ? "reconcile"
                                                                          : "delta";
    const auto row = co_await connection.prepared(
        query_text("log_start"),
        pg::params(view.display_name(), request.tenant, std::string(name_of(request.trigger)), strategy));
    co_return row.text(0, 0);
}

asio::awaitable<void> drop_log(pg::Connection& connection, std::optional<std::string> log_id) {
    if (log_id) {
        co_await connection.query("DELETE FROM freshet.refresh_log WHERE id = $1::bigint", pg::params(*log_id));
    }
}

asio::awaitable<void> fail_log(pg::Connection& connection, const catalog::StoredView& view, Request request,
                               std::optional<std::string> log_id, std::string error) {
    co_await connection.query(query_text("log_failure"),
                              pg::params(log_id, view.display_name(), request.tenant,
                                         std::string(name_of(request.trigger)),
                                         std::string(catalog::name_of(view.strategy)), std::move(error)));
}

bool nothing_to_do(const Turn& turn, const Request& request) {
    return request.work == Work::fold && turn.survey().changes == 0 && !turn.horizon_moved();
}

enum class Attempt { done, nothing, busy, must_recompute };

asio::awaitable<Attempt> attempt_in(Turn& turn, const catalog::StoredView& view, Request request,
                                    std::optional<std::string> log_id, Outcome& outcome) {
    const auto began = Clock::now();
    const bool taken = co_await turn.take(request.keep);
    if (!taken) {
        co_return Attempt::busy;
    }
    outcome = Outcome{};
    outcome.as_of = turn.as_of();
    if (nothing_to_do(turn, request)) {
        co_await turn.give_back();
        co_return Attempt::nothing;
    }
    outcome.changes = turn.survey().changes;
    outcome.events = turn.survey().events;
    outcome.oldest_change = turn.survey().oldest;
    const auto read = Clock::now();
    const bool folded = co_await bring_up_to_date(turn, view, request, outcome);
    if (!folded) {
        co_await turn.give_back();
        co_return Attempt::must_recompute;
    }
    const auto merged = Clock::now();
    co_await turn.finish(outcome, request, log_id);
    outcome.read = read - began;
    outcome.merge = merged - read;
    outcome.commit = Clock::now() - merged;
    co_return Attempt::done;
}

asio::awaitable<Attempt> attempt(pg::Connection& connection, const catalog::StoredView& view, Request request,
                                 std::optional<std::string> log_id, Outcome& outcome) {
    Turn turn(connection, view);
    std::exception_ptr failure;
    try {
        co_return co_await attempt_in(turn, view, request, log_id, outcome);
    } catch (const core::Error&) {
        failure = std::current_exception();
    }
    co_await turn.give_back();
    std::rethrow_exception(failure);
}

}  // namespace

std::string_view name_of(Trigger trigger) {
    switch (trigger) {
        case Trigger::event:
            return "event";
        case Trigger::scheduled:
            return "scheduled";
        case Trigger::manual:
            return "manual";
        case Trigger::startup:
            return "startup";
    }
    throw std::logic_error("unknown trigger");
}

asio::awaitable<bool> bring_up_to_date(Turn& turn, const catalog::StoredView& view, Request request,
                                       Outcome& outcome) {
    if (view.strategy == catalog::Strategy::concurrent) {
        co_await turn.refresh_materialized(request.locking, outcome);
        co_return true;
    }
    if (must_recompute(turn, view, request)) {
        co_await turn.recompute(std::nullopt, outcome);
        co_await turn.apply_retention(outcome);  // a recomputation looks no further back than the new horizon
        co_return true;
    }
    const bool folded = co_await turn.fold(outcome);
    if (!folded) {
        co_return false;
    }
    co_await turn.apply_retention(outcome);
    if (request.work == Work::recompute) {
        co_await turn.recompute(request.tenant, outcome);
    }
    co_return true;
}

asio::awaitable<Outcome> refresh(pg::Connection& connection, const catalog::StoredView& view, Request request) {
    const auto log_id = co_await start_log(connection, view, request);
    Outcome outcome;
    std::exception_ptr failure;
    std::string message;
    try {
        auto result = co_await attempt(connection, view, request, log_id, outcome);
        if (result == Attempt::must_recompute) {
            // The whole view, whatever the scope asked for: the batch could not be folded for anyone.
            request.work = Work::recompute;
            request.tenant.reset();
            result = co_await attempt(connection, view, request, log_id, outcome);
        }
        if (result == Attempt::busy || result == Attempt::nothing) {
            outcome.kind = result == Attempt::busy ? Outcome::Kind::busy : Outcome::Kind::nothing_pending;
            co_await drop_log(connection, log_id);
        }
    } catch (const core::Error& error) {
        failure = std::current_exception();
        message = error.what();
    }
    if (failure) {
        if (log_id && connection.alive() && !connection.in_transaction()) {
            co_await fail_log(connection, view, request, log_id, message);
        }
        std::rethrow_exception(failure);
    }
    co_return outcome;
}

asio::awaitable<std::optional<std::int64_t>> generation_of(pg::Connection& connection, int view_id) {
    const auto row = co_await connection.query(
        "SELECT generation FROM freshet.position WHERE view_id = $1::integer AND node = 'local'",
        pg::params(std::to_string(view_id)));
    co_return row.rows() == 0 ? std::nullopt : std::optional(row.integer(0, 0));
}

asio::awaitable<int> record_failure(pg::Connection& connection, const catalog::StoredView& view, Request request,
                                    std::string error) {
    if (request.trigger == Trigger::event && view.strategy == catalog::Strategy::delta) {
        co_await fail_log(connection, view, request, std::nullopt, error);
    }
    const auto row = co_await connection.query(query_text("record_failure"),
                                               pg::params(std::to_string(view.id), std::move(error)));
    co_return row.rows() == 0 ? 0 : static_cast<int>(row.integer(0, 0));
}

asio::awaitable<void> create_position(pg::Connection& connection, int view_id) {
    co_await connection.query(
        "INSERT INTO freshet.position (view_id, snapshot, as_of) VALUES ($1::integer, pg_current_snapshot(), now()) "
        "ON CONFLICT (view_id, node) DO NOTHING",
        pg::params(std::to_string(view_id)));
}

}  // namespace freshet::refresh
