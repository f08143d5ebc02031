#include "freshet/refresh/refresh.hpp"

#include "freshet/compile/whole.hpp"
#include "freshet/refresh/chain.hpp"
#include "turn.hpp"

namespace freshet::refresh {

namespace {

// More signed joins than this cost more to plan than the recomputation they save.
constexpr std::size_t most_fold_terms = 64;

std::string asked_for(const Request& request) {
    return request.why.empty() ? "asked for (" + std::string(name_of(request.trigger)) + ")" : request.why;
}

// Empty if the batch may be folded.
std::string why_not_folded(const Turn& turn, const catalog::StoredView& view, const Request& request) {
    const auto& survey = turn.survey();
    if (request.work == Work::recompute && !request.tenant) {
        return asked_for(request);
    }
    if (turn.broken()) {
        return "changes of a source were missed";
    }
    if (survey.truncated) {
        return "a source was truncated";
    }
    if (survey.unclear) {
        return "the rows that a statement wrote into a partitioned source are not known";
    }
    if (turn.horizon_widened()) {
        return "the retention reaches further back than before";
    }
    if (compile::concerns_all(view.program, survey.changed_sources)) {
        return view.program.whole->keys.empty()
                   ? "a source changed, and any change concerns all rows"
                   : "a source changed of which any change concerns all rows (dirty_keys: \"all\")";
    }
    if (compile::fold_terms(view.program, survey.changed_sources) > most_fold_terms) {
        return "so many sources changed together that the joins of their changes are more than a recomputation";
    }
    return "";
}

// The model is asked whatever is to be done, so that its predictions can be held against what things cost.
std::string why_recompute(const Turn& turn, const catalog::StoredView& view, const Request& request, Outcome& outcome) {
    if (request.weigh) {
        outcome.weighed = request.weigh(turn.survey().changes);
    }
    auto why = why_not_folded(turn, view, request);
    if (why.empty() && outcome.weighed && outcome.weighed->recompute) {
        why = outcome.weighed->why;
    } else if (!why.empty() && outcome.weighed) {
        outcome.weighed->recompute = false;  // not for its cost
    }
    return why;
}

asio::awaitable<void> fail_log(pg::Connection& connection, const catalog::StoredView& view, Request request,
                               std::string error) {
    co_await connection.query(
        query_text("log_failure"),
        pg::params(std::nullopt, view.display_name(), request.tenant, std::string(name_of(request.trigger)),
                   std::string(catalog::name_of(view.strategy)), std::move(error)));
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

asio::awaitable<bool> bring_up_to_date(Turn& turn, const catalog::StoredView& view, Request request, Outcome& outcome) {
    if (view.strategy == catalog::Strategy::concurrent) {
        outcome.why = request.work == Work::recompute ? asked_for(request) : "the sources changed";
        co_await turn.refresh_materialized(request.locking, outcome);
        co_return true;
    }
    if (auto why = why_recompute(turn, view, request, outcome); !why.empty()) {
        outcome.why = std::move(why);
        co_await turn.recompute(std::nullopt, outcome);
        co_await turn.apply_retention(outcome);  // a recomputation looks no further back than the new horizon
        co_return true;
    }
    outcome.why = outcome.weighed ? outcome.weighed->why : "";
    const bool folded = co_await turn.fold(outcome, request.few_changes);
    if (!folded) {
        co_return false;
    }
    co_await turn.apply_retention(outcome);
    if (request.work == Work::recompute) {
        outcome.why = asked_for(request);
        co_await turn.recompute(request.tenant, outcome);
    }
    co_return true;
}

asio::awaitable<Outcome> refresh(pg::Connection& connection, const catalog::StoredView& view, Request request) {
    std::vector<ChainMember> alone(1);
    alone.front().view = view;
    alone.front().request = std::move(request);
    const auto done = co_await refresh_chain(connection, std::move(alone));
    if (!done.failures.empty()) {
        std::rethrow_exception(done.failures.front().error);
    }
    co_return *done.outcomes.front();
}

asio::awaitable<std::optional<std::int64_t>> generation_of(pg::Connection& connection, int view_id) {
    const auto row = co_await connection.query(
        "SELECT generation FROM freshet.position WHERE view_id = $1::integer AND node = 'local'",
        pg::params(std::to_string(view_id)));
    co_return row.rows() == 0 ? std::nullopt : std::optional(row.integer(0, 0));
}

asio::awaitable<int> record_failure(pg::Connection& connection, const catalog::StoredView& view, Request request,
                                    std::string error) {
    if (request.trigger == Trigger::event && catalog::keeps_state(view.strategy)) {
        co_await fail_log(connection, view, request, error);
    }
    const auto row =
        co_await connection.query(query_text("record_failure"), pg::params(std::to_string(view.id), std::move(error)));
    co_return row.rows() == 0 ? 0 : static_cast<int>(row.integer(0, 0));
}

asio::awaitable<void> create_position(pg::Connection& connection, int view_id) {
    co_await connection.query(
        "INSERT INTO freshet.position (view_id, snapshot, as_of) VALUES ($1::integer, pg_current_snapshot(), now()) "
        "ON CONFLICT (view_id, node) DO NOTHING",
        pg::params(std::to_string(view_id)));
}

}  // namespace freshet::refresh
