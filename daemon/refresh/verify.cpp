#include "freshet/refresh/verify.hpp"

#include "turn.hpp"

namespace freshet::refresh {

namespace {

constexpr std::size_t most_examples = 20;

std::string definition_without_terminator(const catalog::StoredView& view) {
    auto end = view.definition.find_last_not_of(" \t\r\n;");
    return view.definition.substr(0, end == std::string::npos ? 0 : end + 1);
}

// The user's own text, so that the proof shares nothing with what the engine made of it.
asio::awaitable<void> name_resolution_as_user(pg::Connection& connection, const catalog::StoredView& view) {
    const auto path = (view.name.schema == "public" ? "" : sql::quote(view.name.schema) + ", ") + std::string("public");
    co_await connection.query("SELECT set_config('search_path', $1, true)", pg::params(path));
}

asio::awaitable<void> compare(pg::Connection& connection, const catalog::StoredView& view, Turn& turn,
                              VerifyRequest request, Proof& proof) {
    co_await name_resolution_as_user(connection, view);
    const auto statement =
        view.strategy == catalog::Strategy::delta
            ? compile::compare(view.program, view.name.quoted(), definition_without_terminator(view),
                               {request.tenant.has_value()}, static_cast<int>(most_examples))
            : "WITH published AS MATERIALIZED (SELECT * FROM " + view.name.quoted() + "), expected AS MATERIALIZED (" +
                  definition_without_terminator(view) +
                  "\n), differences AS (SELECT 'missing' AS side, to_jsonb(x) AS difference FROM (SELECT * FROM "
                  "expected "
                  "EXCEPT ALL SELECT * FROM published) x UNION ALL SELECT 'unexpected', to_jsonb(x) FROM (SELECT * "
                  "FROM "
                  "published EXCEPT ALL SELECT * FROM expected) x) SELECT side, difference, count(*) OVER () AS total "
                  "FROM differences LIMIT " +
                  std::to_string(most_examples);
    const auto rows = co_await connection.query(statement, turn.scope_params(request.tenant));
    for (int i = 0; i < rows.rows(); ++i) {
        proof.differences = rows.integer(i, 2);
        proof.examples.push_back({rows.text(i, 0), rows.text(i, 1)});
    }
    co_await connection.query("SELECT set_config('search_path', 'pg_catalog', true)");
}

// What the view will answer after the next change depends on more than it shows now: multiplicities, counts of NULLs.
asio::awaitable<void> compare_state(const catalog::StoredView& view, Turn& turn, const VerifyRequest& request,
                                    Proof& proof) {
    const auto values = turn.scope_params(request.tenant);
    for (const auto& table : compile::recompute(view.program, {request.tenant.has_value()})) {
        const auto rows = co_await turn.compare_table(table, values);
        proof.differences += rows.rows() == 0 ? 0 : rows.integer(0, 2);
        for (int i = 0; i < rows.rows() && proof.examples.size() < most_examples; ++i) {
            proof.examples.push_back({rows.text(i, 0), rows.text(i, 1)});
        }
    }
}

asio::awaitable<void> repair(Turn& turn, const catalog::StoredView& view, const VerifyRequest& request,
                             Outcome& outcome, Proof& proof) {
    Outcome repaired;
    if (view.strategy == catalog::Strategy::concurrent) {
        co_await turn.refresh_materialized(Locking::concurrent, repaired);
    } else {
        co_await turn.recompute(request.tenant, repaired);
    }
    outcome.groups_deleted += repaired.groups_deleted;
    outcome.groups_upserted += repaired.groups_upserted;
    outcome.strategy = repaired.strategy;
    proof.repair = repaired;
}

// False if the pending batch cannot be folded: then everything is to be recomputed, in a turn of its own.
asio::awaitable<bool> prove(pg::Connection& connection, const catalog::StoredView& view, Turn& turn, Request work,
                            const VerifyRequest& request, Proof& proof) {
    Outcome outcome;
    outcome.as_of = turn.as_of();
    outcome.changes = turn.survey().changes;
    outcome.events = turn.survey().events;
    const bool pending = outcome.changes > 0 || turn.horizon_moved();
    bool up_to_date = true;
    if (pending) {
        up_to_date = co_await bring_up_to_date(turn, view, work, outcome);
    }
    if (!up_to_date) {
        co_await turn.give_back();
        co_return false;
    }
    proof.as_of = outcome.as_of;
    co_await compare(connection, view, turn, request, proof);
    if (proof.differences == 0 && view.strategy == catalog::Strategy::delta) {
        co_await compare_state(view, turn, request, proof);
    }
    if (proof.differences > 0 && request.repair) {
        co_await repair(turn, view, request, outcome, proof);
    }
    if (pending || proof.repair) {
        co_await turn.finish(outcome, work, std::nullopt);
    } else {
        co_await turn.give_back();
    }
    co_return true;
}

asio::awaitable<bool> attempt(pg::Connection& connection, const catalog::StoredView& view, Request work,
                              const VerifyRequest& request, Proof& proof) {
    Turn turn(connection, view);
    std::exception_ptr failure;
    try {
        const bool taken = co_await turn.take(request.keep);
        if (!taken) {
            proof.busy = true;
            co_return true;
        }
        co_return co_await prove(connection, view, turn, work, request, proof);
    } catch (const core::Error&) {
        failure = std::current_exception();
    }
    // Without this the turn's destructor would close the connection, which other views still want.
    co_await turn.give_back();
    std::rethrow_exception(failure);
}

}  // namespace

asio::awaitable<Proof> verify(pg::Connection& connection, const catalog::StoredView& view, VerifyRequest request) {
    Proof proof;
    Request work;
    work.trigger = Trigger::manual;
    work.keep = request.keep;
    for (int round = 0; round < 2; ++round) {
        const bool proven = co_await attempt(connection, view, work, request, proof);
        if (proven) co_return proof;
        work.work = Work::recompute;
    }
    throw std::logic_error("a recomputation asked to be recomputed");
}

}  // namespace freshet::refresh
