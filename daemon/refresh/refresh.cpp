#include "freshet/refresh/refresh.hpp"

#include "freshet/refresh/chain.hpp"
#include "turn.hpp"

namespace freshet::refresh {

namespace {

// More signed joins than this cost more to plan than the recomputation they save.
constexpr std::size_t most_fold_terms = 64;

bool must_recompute(const Turn& turn, const catalog::StoredView& view, const Request& request) {
    const auto& survey = turn.survey();
    return (request.work == Work::recompute && !request.tenant) || survey.truncated || turn.horizon_widened() ||
           compile::fold_terms(view.program, survey.changed_sources) > most_fold_terms ||
           (request.recompute_from && survey.changes >= *request.recompute_from);
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
    if (request.trigger == Trigger::event && view.strategy == catalog::Strategy::delta) {
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
