#include "freshet/refresh/verify.hpp"

#include "chain_turn.hpp"
#include "explain_failure.hpp"
#include "proof_query.hpp"

namespace freshet::refresh {

namespace {

constexpr std::size_t most_examples = 20;

asio::awaitable<void> compare(pg::Connection& connection, const catalog::StoredView& view, Turn& turn,
                              VerifyRequest request, Proof& proof) {
    const auto special = co_await comparisons(connection, view.name);
    co_await name_resolution_as_user(connection, view);
    const auto published = request.published.empty() ? view.name.quoted() : request.published;
    const auto statement =
        catalog::keeps_state(view.strategy)
            ? compile::compare(view.program, published, definition_without_terminator(view),
                               {request.tenant.has_value()}, special, static_cast<int>(most_examples))
            : "WITH published AS MATERIALIZED (SELECT * FROM " + published + " AS p), expected AS MATERIALIZED (" +
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
    for (const auto& level : compile::recompute(view.program, {request.tenant.has_value()})) {
        const auto tables = co_await turn.compare_level(level, values);
        for (const auto& rows : tables) {
            proof.differences += rows.rows() == 0 ? 0 : rows.integer(0, 2);
            for (int i = 0; i < rows.rows() && proof.examples.size() < most_examples; ++i) {
                proof.examples.push_back({rows.text(i, 0), rows.text(i, 1)});
            }
        }
    }
}

asio::awaitable<void> repair(ChainTurn& chain, const ChainMember& member, std::size_t target,
                             const VerifyRequest& request, Proof& proof) {
    auto& turn = chain.turn(target);
    auto& outcome = chain.outcome(target);
    Outcome repaired;
    if (member.view.strategy == catalog::Strategy::concurrent) {
        co_await turn.refresh_materialized(Locking::concurrent, repaired);
    } else {
        co_await turn.recompute(request.tenant, repaired);
    }
    outcome.groups_deleted += repaired.groups_deleted;
    outcome.groups_upserted += repaired.groups_upserted;
    outcome.strategy = repaired.strategy;
    proof.repair = repaired;
    chain.mark_changed(target);
}

// What the view reads comes first, so that it is proven at one moment with it; what reads the view comes last, so that
// it is repaired along. False if a batch cannot be folded: then that view is to be recomputed, in a turn of its own.
asio::awaitable<bool> prove(pg::Connection& connection, const std::vector<ChainMember>& members, std::size_t target,
                            ChainTurn& chain, const VerifyRequest& request, Proof& proof) {
    const auto& view = members[target].view;
    auto& turn = chain.turn(target);
    bool up_to_date = co_await chain.advance_to(target + 1);
    if (up_to_date) {
        proof.as_of = turn.as_of();
        if (request.prepare) {
            co_await request.prepare();
        }
        co_await turn.plan_for_many();
        co_await compare(connection, view, turn, request, proof);
        if (proof.differences == 0 && catalog::keeps_state(view.strategy)) {
            co_await compare_state(view, turn, request, proof);
        }
        if (proof.differences > 0 && request.repair) {
            co_await repair(chain, members[target], target, request, proof);
        }
        up_to_date = co_await chain.advance_to(members.size());
    }
    if (!up_to_date) {
        co_await chain.give_back();
        co_return false;
    }
    if (request.conclude && proof.differences > 0) {
        co_await chain.give_back();
        co_return true;
    }
    if (request.conclude) {
        co_await request.conclude();
        chain.mark_changed(target);
    }
    co_await chain.finish(std::nullopt, std::nullopt);
    co_return true;
}

struct Attempt {
    bool settled = false;      // or another process has the turn
    std::size_t at = 0;        // otherwise the member that must be recomputed, or that failed
    std::exception_ptr error;  // of a failure
};

asio::awaitable<Attempt> attempt(pg::Connection& connection, const std::vector<ChainMember>& members,
                                 std::size_t target, const VerifyRequest& request, Proof& proof) {
    ChainTurn chain(connection, members);
    Attempt result;
    try {
        proof = Proof{};
        const bool taken = co_await chain.take();
        proof.busy = !taken;
        result.settled = true;
        if (taken) {
            result.settled = co_await prove(connection, members, target, chain, request, proof);
        }
    } catch (const core::Error&) {
        result.settled = false;
        result.error = std::current_exception();
    }
    result.at = chain.at();
    if (result.error) {
        // Without this the turn's destructor would close the connection, which other views still want.
        co_await chain.give_back();
    }
    co_return result;
}

// The view is proven without those that failed beside it or above it. Throws the failure if it needs them.
void go_on_without(std::vector<ChainMember>& chain, std::size_t& target, const Attempt& failed) {
    const auto id = chain[target].view.id;
    const auto out = left_out_with(chain, chain[failed.at].view.id);
    if (out.contains(id)) {
        std::rethrow_exception(failed.error);
    }
    std::erase_if(chain, [&](const ChainMember& member) { return out.contains(member.view.id); });
    target = member_of(chain, id);
}

}  // namespace

asio::awaitable<Proof> verify(pg::Connection& connection, std::vector<ChainMember> chain, std::size_t target,
                              VerifyRequest request) {
    Proof proof;
    const auto most_rounds = 2 * chain.size();  // each member can be recomputed, then be left out
    for (std::size_t round = 0; round <= most_rounds; ++round) {
        const auto result = co_await attempt(connection, chain, target, request, proof);
        if (result.settled) co_return proof;
        if (!result.error) {
            chain[result.at].request.work = Work::recompute;
            chain[result.at].request.why = "the query fails on a row that came and went within the batch";
        } else if (blames_nobody(connection, result.error)) {
            std::rethrow_exception(result.error);
        } else {
            go_on_without(chain, target, result);
        }
    }
    throw std::logic_error("a recomputation asked to be recomputed");
}

asio::awaitable<Proof> verify(pg::Connection& connection, const catalog::StoredView& view, VerifyRequest request) {
    std::vector<ChainMember> alone(1);
    alone.front().view = view;
    alone.front().request.trigger = Trigger::manual;
    alone.front().request.keep = request.keep;
    co_return co_await verify(connection, std::move(alone), 0, std::move(request));
}

}  // namespace freshet::refresh
