#include "turn.hpp"

#include <nlohmann/json.hpp>

#include "freshet/capture/integrity.hpp"
#include "freshet/capture/source_capture.hpp"
#include "freshet/catalog/views_read.hpp"
#include "freshet/refresh/refresh.hpp"
#include "freshet/sql/texts.hpp"

namespace freshet::refresh {

namespace {

std::optional<std::string> optional_text(const pg::Result& rows, int row, std::string_view column) {
    const auto value = rows.get(row, rows.column_index(column));
    return value ? std::optional<std::string>(*value) : std::nullopt;
}

// The one row of a result, as the parameters of the next statement.
pg::Params row_as_params(const pg::Result& rows) {
    pg::Params values;
    for (int column = 0; column < rows.columns(); ++column) {
        const auto value = rows.get(0, column);
        values.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
    }
    return values;
}

std::string survey_statement(const catalog::StoredView& view) {
    std::vector<capture::SurveyedSource> sources;
    for (const auto& source : view.sources) {
        sources.push_back({source.id, static_cast<int>(source.events.size())});
    }
    return "SELECT source, kind, changes, extract(epoch FROM oldest)::float8 AS oldest, events::text[] FROM (" +
           capture::survey_sql("$1::integer", sources, catalog::name_of(view.strategy)) + ") AS survey";
}

// Seconds predicted of a fold and of a reconcile and the real ones, the rows a reconcile reads, and why. NULL for what
// is not known.
pg::Params cost_params(const Outcome& outcome) {
    pg::Params values(4);
    if (outcome.weighed) {
        values[0] = std::to_string(outcome.weighed->fold_seconds);
        values[1] = std::to_string(outcome.weighed->reconcile_seconds);
        values[3] = std::to_string(outcome.weighed->source_rows);
    }
    if (outcome.merge.count() > 0) {
        values[2] = std::to_string(std::chrono::duration<double>(outcome.merge).count());
    }
    values.push_back(outcome.why.empty() ? std::nullopt : std::optional(outcome.why));
    return values;
}

// For folds, which mostly are of few changes. The planner cannot know that: nobody analyzes a log, and statistics of
// sources and state are as old as they are. By their price it is kept from reading a table from end to end, or doing so
// for each row of the batch. Prices, and not enable_seqscan: where there is no index, the rest of the plan still
// matters. The plan knows nothing of its parameters, so it is made once: planning takes longer than folding.
constexpr const char* planning_for_few =
    "SELECT set_config('TimeZone', $1, true), set_config('seq_page_cost', '100', true), "
    "set_config('random_page_cost', '1.1', true), set_config('jit', 'off', true), "
    "set_config('plan_cache_mode', 'force_generic_plan', true)";
constexpr const char* planning_for_many =
    "SET LOCAL seq_page_cost TO DEFAULT; SET LOCAL random_page_cost TO DEFAULT; SET LOCAL jit TO DEFAULT; "
    "SET LOCAL plan_cache_mode TO DEFAULT";

constexpr const char* data_exception = "22";  // the class: division by zero, number out of range, invalid text

}  // namespace

std::string query_text(std::string_view name) {
    return std::string(sql::text("triggers/queries/refresh/" + std::string(name) + ".sql"));
}

std::string announcement(const std::string& view, double as_of, const std::map<std::string, std::int64_t>& events) {
    return nlohmann::json{{"view", view}, {"as_of", as_of}, {"events", events}}.dump();
}

// A commit that is lost with a crash of the server takes the position along: what it had folded is pending again. So
// who waits for nobody but the reports need not wait for the disk.
pg::Statement Turn::take(const Request& request) const {
    return {query_text("take_turn"), pg::params(std::to_string(view_.id), view_.timezone, request.keep,
                                                std::string(request.trigger == Trigger::event ? "true" : "false"))};
}

void Turn::taken(const pg::Result& row) {
    if (row.rows() == 0) {
        throw core::Error("view " + view_.display_name() + " has no position", "run freshetd install");
    }
    if (row.boolean(0, row.column_index("ahead"))) {
        throw core::Error("the position of view " + view_.display_name() +
                              " lies ahead of the server's transactions: it is not the server's own history",
                          "freshetd run or freshetd refresh begins with all views anew");
    }
    snapshot_ = row.text(0, row.column_index("snapshot"));
    generation_ = row.integer(0, row.column_index("generation"));
    horizon_ = optional_text(row, 0, "horizon");
    wanted_horizon_ = view_.program.has_retention() ? optional_text(row, 0, "wanted_horizon") : std::nullopt;
    as_of_ = row.number(0, row.column_index("present_epoch"));
    broken_ = row.boolean(0, row.column_index("broken"));
}

bool Turn::horizon_widened() const {
    return horizon_.has_value() && (!wanted_horizon_.has_value() || *wanted_horizon_ < *horizon_);
}

std::vector<pg::Statement> Turn::look() const {
    std::vector<pg::Statement> statements;
    // Of a chain each view has its own.
    statements.push_back({planning_for_few, pg::params(view_.timezone)});
    statements.push_back({survey_statement(view_), pg::params(std::to_string(view_.id))});
    if (catalog::keeps_state(view_.strategy)) {
        std::vector<int> sources;
        for (const auto& source : view_.sources) {
            sources.push_back(source.id);
        }
        statements.push_back(capture::capture_faults_of(sources));
        if (!view_.program.views.empty()) {
            statements.push_back(catalog::ask_for_redefined(view_.program.views));
        }
    }
    return statements;
}

void Turn::looked(const std::vector<pg::Result>& results) {
    count_batch(results.at(1));
    if (results.size() > 2) {
        if (const auto faults = capture::read_faults(results[2]); !faults.empty()) {
            capture_fault_ = faults.front().text();
        }
    }
    if (results.size() > 3 && !capture_fault_) {
        if (const auto redefined = catalog::read_redefined(results[3]); !redefined.empty()) {
            capture_fault_ = redefined.front();
        }
    }
}

void Turn::count_batch(const pg::Result& rows) {
    for (int i = 0; i < rows.rows(); ++i) {
        const auto id = static_cast<int>(rows.integer(i, 0));
        const auto changes = rows.integer(i, 2);
        if (changes == 0) {
            continue;
        }
        survey_.changes += changes;
        survey_.changed_sources.insert(id);
        survey_.truncated = survey_.truncated || rows.text(i, 1) == "truncate";
        survey_.unclear = survey_.unclear || rows.text(i, 1) == "unclear";
        const auto oldest = rows.number(i, 3);
        survey_.oldest = survey_.oldest ? std::min(*survey_.oldest, oldest) : oldest;
        const auto counts = rows.strings(i, 4);
        for (const auto& source : view_.sources) {
            for (std::size_t bit = 0; source.id == id && bit < counts.size(); ++bit) {
                if (counts[bit] != "0") {
                    survey_.events[source.events[bit]] += std::stoll(counts[bit]);
                }
            }
        }
    }
}

asio::awaitable<void> Turn::mark_ready() {
    co_await connection_.query("UPDATE freshet.view SET state = 'ready' WHERE id = $1::integer AND state = 'broken'",
                               pg::params(std::to_string(view_.id)));
}

asio::awaitable<void> Turn::mark_broken() {
    co_await connection_.query("UPDATE freshet.view SET state = 'broken' WHERE id = $1::integer AND state = 'ready'",
                               pg::params(std::to_string(view_.id)));
}

asio::awaitable<bool> Turn::fold(Outcome& outcome, std::int64_t few_changes) {
    outcome.strategy = catalog::name_of(view_.strategy);
    if (survey_.changed_sources.empty()) {
        co_return true;
    }
    try {
        co_await fold_batch(outcome, survey_.changes > few_changes);
        co_return true;
    } catch (const pg::Error& error) {
        // A row that came and went may be one that the query cannot evaluate, say 1 / 0. It stays in every later batch;
        // the tables are rid of it.
        if (!error.sqlstate().starts_with(data_exception)) {
            throw;
        }
    }
    co_return false;
}

asio::awaitable<void> Turn::fold_batch(Outcome& outcome, bool many) {
    if (many) {
        co_await plan_for_many();
    }
    if (view_.program.whole) {
        co_await replace_dirty(outcome);
        co_return;
    }
    for (const auto& level : compile::fold(view_.program, survey_.changed_sources)) {
        co_await fold_level(level, outcome, many);
    }
}

asio::awaitable<void> Turn::fold_level(const compile::Fold& fold, Outcome& outcome, bool many) {
    auto values = pg::params(snapshot_);
    if (view_.program.has_retention()) {
        values.push_back(wanted_horizon_);
    }
    const auto merged = co_await connection_.prepared(many ? fold.merge_many : fold.merge, std::move(values));
    outcome.groups_upserted += merged.integer(0, merged.column_index("groups"));
    if (const auto emptied = optional_text(merged, 0, "emptied_state")) {
        const auto deleted = co_await connection_.prepared(fold.delete_emptied, pg::params(*emptied));
        outcome.groups_deleted += deleted.affected();
        outcome.groups_upserted -= deleted.affected();
    }
    std::optional<std::string> settled;
    if (const auto overflowing = optional_text(merged, 0, "overflowing_state")) {
        const auto moved = co_await connection_.prepared(fold.spill, pg::params(*overflowing));
        const auto rows = co_await connection_.prepared(fold.settle_spilled, row_as_params(moved));
        settled = optional_text(rows, 0, "dirty_state");
    }
    co_await renew(fold, optional_text(merged, 0, "dirty_state"));
    co_await renew(fold, std::move(settled));
}

asio::awaitable<void> Turn::renew(const compile::Fold& fold, std::optional<std::string> dirty) {
    if (!fold.renew.empty() && dirty) {
        // Not prepared: a plan for ten groups is none for ten thousand.
        co_await connection_.query(fold.renew, pg::params(*dirty));
    }
}

pg::Params Turn::scope_params(const std::optional<std::string>& tenant) const {
    pg::Params values;
    if (tenant) {
        values.emplace_back(tenant);
    }
    if (view_.program.has_retention()) {
        values.push_back(wanted_horizon_);
    }
    return values;
}

asio::awaitable<void> Turn::recompute(std::optional<std::string> tenant, Outcome& outcome) {
    outcome.strategy = "reconcile";
    if (view_.program.whole) {
        co_await replace_all(std::move(tenant), outcome);
        co_return;
    }
    co_await plan_for_many();
    const auto values = scope_params(tenant);
    for (const auto& level : compile::recompute(view_.program, {tenant.has_value()})) {
        bool groups = true;
        for (const auto& table : level.tables) {
            co_await connection_.script(table.create_fresh);
            co_await connection_.query(table.fill_fresh, values);
            const auto stale = co_await connection_.query(table.delete_stale, values);
            const auto changed = co_await connection_.query(table.upsert_changed, values);
            outcome.groups_deleted += groups ? stale.affected() : 0;
            outcome.groups_upserted += groups ? changed.affected() : 0;
            groups = false;
        }
        co_await connection_.script(level.drop_fresh);
    }
}

asio::awaitable<void> Turn::plan_for_many() {
    co_await connection_.script(planning_for_many);
}

asio::awaitable<std::vector<pg::Result>> Turn::compare_level(compile::Recompute level, pg::Params values) {
    std::vector<pg::Result> found;
    for (const auto& table : level.tables) {
        co_await connection_.script(table.create_fresh);
        co_await connection_.query(table.fill_fresh, values);
        found.push_back(co_await connection_.query(table.compare, values));
    }
    co_await connection_.script(level.drop_fresh);
    co_return found;
}

asio::awaitable<void> Turn::refresh_materialized(Locking locking, Outcome& outcome) {
    co_await plan_for_many();
    outcome.strategy = locking == Locking::concurrent ? "concurrent" : "blocking";
    co_await connection_.query("REFRESH MATERIALIZED VIEW " +
                               std::string(locking == Locking::concurrent ? "CONCURRENTLY " : "") +
                               view_.name.quoted());
}

asio::awaitable<void> Turn::apply_retention(Outcome& outcome) {
    if (!view_.program.has_retention() || !horizon_moved() || !wanted_horizon_) {
        co_return;
    }
    for (const auto& cut : compile::delete_before_horizon(view_.program)) {
        const auto result = co_await connection_.query(cut, pg::params(*wanted_horizon_));
        outcome.groups_deleted += result.affected();
    }
}

pg::Statement Turn::write_log(const Outcome& outcome, Trigger trigger, const std::optional<std::string>& log_id) const {
    const auto events = nlohmann::json(outcome.events).dump();
    const auto rows = std::to_string(outcome.rows_affected());
    const auto changes = std::to_string(outcome.changes);
    const auto label = outcome.strategy.empty() ? std::string(catalog::name_of(view_.strategy)) : outcome.strategy;
    pg::Params values = log_id ? pg::params(*log_id) : pg::params(view_.display_name(), std::string(name_of(trigger)));
    for (auto& value : pg::params(label, rows, changes, events)) {
        values.push_back(std::move(value));
    }
    for (auto& value : cost_params(outcome)) {
        values.push_back(std::move(value));
    }
    return {query_text(log_id ? "log_success" : "log_coalesced"), std::move(values)};
}

pg::Statement Turn::move_position() const {
    return {query_text(view_.reads_views() ? "move_upper_position" : "move_position"),
            pg::params(std::to_string(view_.id), wanted_horizon_)};
}

std::vector<pg::Statement> Turn::finish(Outcome& outcome, const Request& request,
                                        const std::optional<std::string>& log_id) const {
    std::vector<pg::Statement> statements;
    statements.push_back(move_position());
    statements.push_back(write_log(outcome, request.trigger, log_id));
    if (request.announce) {
        statements.push_back({"SELECT pg_notify('freshet_refreshed', $1)",
                              pg::params(announcement(view_.display_name(), as_of_, outcome.events))});
    }
    outcome.kind = Outcome::Kind::refreshed;
    outcome.generation = generation_ + 1;
    return statements;
}

}  // namespace freshet::refresh
