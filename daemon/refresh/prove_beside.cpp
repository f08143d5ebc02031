#include "freshet/refresh/prove_beside.hpp"

#include <random>

#include "chain_turn.hpp"
#include "proof_query.hpp"

namespace freshet::refresh {

namespace {

constexpr const char* lock_not_available = "55P03";

// A fold that comes between the two snapshots takes as long as one round trip to hit.
constexpr int most_tries = 5;

// What both sessions are to ask of one moment. `values` are the parameters of the scope.
struct Question {
    const catalog::StoredView& view;
    compile::Scope scope;
    pg::Params values;
    pg::Params seeds;
    std::int64_t generation = 0;  // of the position at that moment
    double as_of = 0;
};

// Rows of digests, each as text.
using Digest = std::vector<std::string>;

// Drawn for each proof: a difference that one does not see is seen by the next.
pg::Params draw_seeds() {
    std::random_device device;
    std::uniform_int_distribution<std::int64_t> any(std::numeric_limits<std::int64_t>::min());
    return pg::params(std::to_string(any(device)), std::to_string(any(device)));
}

asio::awaitable<void> add_digest(pg::Connection& connection, std::string sql, pg::Params values, Digest& digest) {
    const auto rows = co_await connection.query(std::move(sql), std::move(values));
    for (int i = 0; i < rows.columns(); ++i) {
        digest.emplace_back(rows.get(0, i) ? rows.text(0, i) : "none");
    }
}

pg::Params scope_and_seeds(const Question& question) {
    auto values = question.values;
    values.insert(values.end(), question.seeds.begin(), question.seeds.end());
    return values;
}

pg::Statement in_time_zone_of(const catalog::StoredView& view) {
    return {"SELECT set_config('TimeZone', $1, true)", pg::params(view.timezone)};
}

// Both sides of the report, under the name resolution of the user.
asio::awaitable<compile::Digests> report_digests(pg::Connection& connection, const Question& question) {
    const auto special = co_await comparisons(connection, question.view.name);
    co_return compile::digests(question.view.program, question.view.name.quoted(),
                               definition_without_terminator(question.view), question.scope, special);
}

// In a transaction that sees the report and its state as they were left at that moment.
asio::awaitable<Digest> digest_of_stored(pg::Connection& connection, const Question& question) {
    Digest digest;
    const auto sql = co_await report_digests(connection, question);
    co_await name_resolution_as_user(connection, question.view);
    co_await add_digest(connection, sql.published, scope_and_seeds(question), digest);
    co_await connection.query("SELECT set_config('search_path', 'pg_catalog', true)");
    for (const auto& level : compile::recompute(question.view.program, question.scope)) {
        for (const auto& table : level.tables) {
            co_await add_digest(connection, table.digest_stored, scope_and_seeds(question), digest);
        }
    }
    co_return digest;
}

// In a transaction that sees the sources as they were at that moment. Stops at what is not as in `stored`.
asio::awaitable<bool> sources_give(pg::Connection& connection, const Question& question, Digest stored) {
    Digest digest;
    const auto sql = co_await report_digests(connection, question);
    co_await name_resolution_as_user(connection, question.view);
    co_await add_digest(connection, sql.expected, scope_and_seeds(question), digest);
    co_await connection.query("SELECT set_config('search_path', 'pg_catalog', true)");
    for (const auto& level : compile::recompute(question.view.program, question.scope)) {
        for (const auto& table : level.tables) {
            if (!std::equal(digest.begin(), digest.end(), stored.begin())) {
                co_return false;
            }
            co_await connection.script(table.create_fresh);
            co_await connection.query(table.fill_fresh, question.values);
            co_await add_digest(connection, table.digest_fresh, question.seeds, digest);
        }
        co_await connection.script(level.drop_fresh);
    }
    co_return digest == stored;
}

enum class Step { done, again, busy, impossible };

struct Session {
    explicit Session(pg::Connection& with) : connection(with) {}
    pg::Connection& connection;
    std::optional<pg::Transaction> transaction;
};

asio::awaitable<void> end(Session& session) {
    if (session.transaction && session.connection.alive()) {
        co_await session.transaction->rollback();
    }
    session.transaction.reset();
}

// The sources are held by the turn, too, from before its snapshot. Nothing is waited for: who waits for the turn to let
// go of a source would be waited for here.
asio::awaitable<void> share_snapshot(pg::Connection& turn, const catalog::StoredView& view, Session& sources) {
    const auto exported = co_await turn.query("SELECT pg_export_snapshot()");
    std::vector<pg::Statement> opening{{lock_sources(view) + " NOWAIT", {}},
                                       {"SET TRANSACTION SNAPSHOT '" + exported.text(0, 0) + "'", {}},
                                       in_time_zone_of(view)};
    auto begun = co_await pg::Transaction::begin_with(sources.connection, pg::Isolation::repeatable_read,
                                                      std::move(opening));
    sources.transaction.emplace(std::move(begun.first));
}

asio::awaitable<Step> fold_in(ChainTurn& chain, std::size_t members, std::size_t target, pg::Connection& connection,
                              Session& sources, Question& question) {
    const bool taken = co_await chain.take();
    if (!taken) {
        co_return Step::busy;
    }
    const bool folded = co_await chain.advance_to(members);
    if (!folded) {
        co_await chain.give_back();
        co_return Step::impossible;
    }
    const auto& turn = chain.turn(target);
    question.as_of = turn.as_of();
    question.values = turn.scope_params(question.scope.tenant ? question.values.front() : std::nullopt);
    co_await share_snapshot(connection, question.view, sources);
    const bool moved = co_await chain.finish(std::nullopt, std::nullopt);
    question.generation = turn.generation() + (moved ? 1 : 0);
    co_return Step::done;
}

// Folds what is pending, with a transaction of `sources` in the snapshot of that.
asio::awaitable<Step> fold(pg::Connection& connection, const std::vector<ChainMember>& members, std::size_t target,
                           Session& sources, Question& question) {
    ChainTurn chain(connection, members);
    std::exception_ptr failure;
    bool held = false;
    Step step = Step::impossible;
    try {
        step = co_await fold_in(chain, members.size(), target, connection, sources, question);
    } catch (const pg::Error& error) {
        held = error.sqlstate() == lock_not_available;
        failure = std::current_exception();
    } catch (const core::Error&) {
        failure = std::current_exception();
    }
    if (failure) {
        co_await chain.give_back();
        if (!held) std::rethrow_exception(failure);
        co_return Step::again;
    }
    co_return step;
}

// A transaction that sees what the fold left. False if another has come in between.
asio::awaitable<bool> look_behind(Session& turn, const Question& question) {
    std::vector<pg::Statement> opening{
        {"SET TRANSACTION READ ONLY", {}},
        {"SELECT generation FROM freshet.position WHERE view_id = $1::integer AND node = 'local'",
         pg::params(std::to_string(question.view.id))},
        in_time_zone_of(question.view)};
    auto begun =
        co_await pg::Transaction::begin_with(turn.connection, pg::Isolation::repeatable_read, std::move(opening));
    turn.transaction.emplace(std::move(begun.first));
    const auto& position = begun.second.at(1);
    co_return position.rows() == 1 && position.integer(0, 0) == question.generation;
}

asio::awaitable<Beside> prove(Session& turn, Session& sources, const std::vector<ChainMember>& members,
                              std::size_t target, const VerifyRequest& request) {
    Beside result;
    for (int i = 0; i < most_tries; ++i) {
        Question question{members[target].view, {request.tenant.has_value()}, {request.tenant}, draw_seeds()};
        const auto step = co_await fold(turn.connection, members, target, sources, question);
        if (step == Step::busy) {
            result.proof.emplace().busy = true;
            co_return result;
        }
        if (step == Step::impossible) {
            result.why_not = "what is pending cannot be folded";
            co_return result;
        }
        bool there = false;
        if (step == Step::done) {
            there = co_await look_behind(turn, question);
        }
        if (there) {
            auto stored = co_await digest_of_stored(turn.connection, question);
            co_await end(turn);
            const bool equal = co_await sources_give(sources.connection, question, std::move(stored));
            if (equal) {
                result.proof.emplace().as_of = question.as_of;
            } else {
                result.why_not = "it does not read as its query does";
            }
            co_return result;
        }
        co_await end(turn);
        co_await end(sources);
    }
    result.why_not = "it was refreshed by others each time";
    co_return result;
}

// What stands in the way of this kind of proof; empty for nothing.
std::string obstacle(const catalog::StoredView& view) {
    if (!catalog::keeps_state(view.strategy)) {
        return "its strategy is " + std::string(catalog::name_of(view.strategy));
    }
    return view.reads_views() ? "it reads other views" : "";
}

}  // namespace

asio::awaitable<Beside> prove_beside(pg::Connection& turn, pg::Connection& sources, std::vector<ChainMember> chain,
                                     std::size_t target, VerifyRequest request) {
    Beside result;
    result.why_not = obstacle(chain[target].view);
    if (!result.why_not.empty()) {
        co_return result;
    }
    Session with_turn(turn);
    Session with_sources(sources);
    std::exception_ptr failure;
    try {
        result = co_await prove(with_turn, with_sources, chain, target, request);
    } catch (const pg::Error& error) {
        result.why_not = error.what();
        if (error.timed_out()) failure = std::current_exception();
    } catch (const core::Error& error) {
        result.why_not = error.what();
    }
    co_await end(with_sources);
    co_await end(with_turn);
    if (failure) std::rethrow_exception(failure);
    co_return result;
}

}  // namespace freshet::refresh
