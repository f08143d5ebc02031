// A turn of a view whose rows are kept whole (compile/whole.hpp): the rows of dirty keys are replaced, or all of them.
#include "freshet/compile/whole.hpp"
#include "turn.hpp"

namespace freshet::refresh {

namespace {

// Below this many keys their share of the view does not matter; from that share on, reading everything once is cheaper
// than looking the keys up.
constexpr std::int64_t few_keys = 1000;
constexpr std::int64_t largest_share = 4;  // one in so many

void count(const pg::Result& row, Outcome& outcome) {
    outcome.groups_deleted += row.integer(0, row.column_index("deleted"));
    outcome.groups_upserted += row.integer(0, row.column_index("inserted"));
}

}  // namespace

asio::awaitable<void> Turn::replace_dirty(Outcome& outcome) {
    // Not prepared, here and below: a plan for ten keys is none for ten thousand.
    const auto dirty =
        co_await connection_.query(compile::dirty_keys(view_.program, survey_.changed_sources), pg::params(snapshot_));
    const auto keys = dirty.integer(0, dirty.column_index("dirty"));
    const auto kept = dirty.integer(0, dirty.column_index("kept"));
    if (keys == 0) {
        co_return;
    }
    if (keys > few_keys && keys * largest_share > kept) {
        outcome.why = std::to_string(keys) + " dirty keys are too large a share of " + std::to_string(kept) + " rows";
        co_await replace_all(std::nullopt, outcome);
        co_return;
    }
    pg::Params values;
    for (std::size_t i = 0; i < view_.program.whole->keys.size(); ++i) {
        values.emplace_back(dirty.text(0, dirty.column_index("values_" + std::to_string(i))));
        values.emplace_back(dirty.text(0, dirty.column_index("null_" + std::to_string(i))));
    }
    if (view_.program.has_retention()) {
        values.push_back(wanted_horizon_);
    }
    const auto replaced =
        co_await connection_.query(compile::replace_rows(view_.program, compile::Replaced::dirty), std::move(values));
    count(replaced, outcome);
}

asio::awaitable<void> Turn::replace_all(std::optional<std::string> tenant, Outcome& outcome) {
    outcome.strategy = "reconcile";
    co_await plan_for_many();
    const auto which = tenant ? compile::Replaced::tenant : compile::Replaced::all;
    const auto replaced = co_await connection_.query(compile::replace_rows(view_.program, which), scope_params(tenant));
    count(replaced, outcome);
}

}  // namespace freshet::refresh
