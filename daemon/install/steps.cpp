#include "steps.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "adoption.hpp"
#include "freshet/async/sleep.hpp"
#include "freshet/capture/integrity.hpp"
#include "freshet/compile/emit.hpp"
#include "freshet/core/duration.hpp"
#include "freshet/refresh/refresh.hpp"
#include "freshet/sql/texts.hpp"
#include "handover.hpp"

namespace freshet::install {

namespace {

constexpr const char* lock_not_available = "55P03";
constexpr const char* deadlock_detected = "40P01";
// True if the transaction committed, false if a lock was not to be had.
asio::awaitable<bool> try_once(pg::Connection& connection, const Work& work, std::chrono::milliseconds timeout) {
    auto transaction = co_await pg::Transaction::begin(connection, pg::Isolation::read_committed);
    std::exception_ptr failure;
    try {
        co_await connection.query("SELECT set_config('lock_timeout', $1, true)",
                                  pg::params(std::to_string(timeout.count()) + "ms"));
        co_await work();
        co_await transaction.commit();
        co_return true;
    } catch (const pg::Error& error) {
        if (!worth_another_try(error)) {
            failure = std::current_exception();
        }
    }
    if (connection.alive()) {
        co_await transaction.rollback();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    co_return false;
}

asio::awaitable<void> run_all(pg::Connection& connection, const std::vector<std::string>& statements) {
    for (const auto& statement : statements) {
        co_await connection.script(statement);
    }
}

core::Error no_lock(const std::string& what, LockPolicy policy) {
    return core::Error("cannot " + what + ": a lock was not to be had within " + core::human_duration(policy.patience),
                       "end long transactions on the table (pg_stat_activity shows them), then run install again");
}

}  // namespace

bool worth_another_try(const pg::Error& error) {
    return error.sqlstate() == lock_not_available || error.sqlstate() == deadlock_detected;
}

std::string query_text(std::string_view name) {
    return std::string(sql::text("triggers/queries/install/" + std::string(name) + ".sql"));
}

asio::awaitable<void> under_lock(pg::Connection& connection, std::vector<std::string> statements, LockPolicy policy,
                                 std::string what) {
    co_await under_lock(
        connection, [&] { return run_all(connection, statements); }, policy, std::move(what));
}

asio::awaitable<void> under_lock(pg::Connection& connection, Work work, LockPolicy policy, std::string what) {
    const Attempt attempt = [&] { return try_once(connection, work, policy.timeout); };
    co_await try_until_done(attempt, policy, std::move(what));
}

asio::awaitable<void> try_until_done(Attempt attempt, LockPolicy policy, std::string what) {
    const auto deadline = std::chrono::steady_clock::now() + policy.patience;
    bool done = co_await attempt();
    while (!done) {
        if (std::chrono::steady_clock::now() >= deadline) {
            throw no_lock(what, policy);
        }
        co_await async::sleep_for(pause_between_tries);
        done = co_await attempt();
    }
}

namespace {

std::string array_of(const std::vector<std::string>& texts) {
    std::string list;
    for (const auto& text : texts) {
        list += (list.empty() ? "" : ", ") + sql::literal(text);
    }
    return "ARRAY[" + list + "]::text[]";
}

// What the triggers read of a row.
std::vector<std::string> read_columns(const capture::SourceCapture& capture) {
    std::vector<std::string> columns;
    for (const auto* facts : {&capture.columns, &capture.pairing}) {
        for (const auto& fact : *facts) {
            columns.push_back(fact.name);
        }
    }
    return columns;
}

std::string record_capture(const capture::SourceCapture& capture) {
    return "INSERT INTO freshet.source (id, schema_name, table_name, relation, fingerprint, operations, reads, key, "
           "lookup_keys, functions, triggers) VALUES (" +
           std::to_string(capture.source_id) + ", " + sql::literal(capture.table.schema) + ", " +
           sql::literal(capture.table.name) + ", " + sql::literal(capture.table.quoted()) + "::regclass, " +
           sql::literal(capture::fingerprint(capture)) + ", " + array_of(capture::operations(capture)) + ", " +
           array_of(read_columns(capture)) + ", " + array_of(capture.identity) + ", " +
           sql::literal(nlohmann::json(capture.lookup_keys).dump()) + "::jsonb, " +
           array_of(capture::create_functions(capture)) + ", " + array_of(capture::trigger_templates(capture)) +
           ") ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint, operations = excluded.operations, "
           "reads = "
           "excluded.reads, key = excluded.key, lookup_keys = excluded.lookup_keys, functions = "
           "excluded.functions, triggers = excluded.triggers";
}

}  // namespace

namespace {

asio::awaitable<std::vector<capture::LogColumn>> log_columns(pg::Connection& connection, std::string source_id) {
    const auto rows = co_await connection.query(query_text("log_columns"), pg::params(source_id));
    std::vector<capture::LogColumn> columns;
    for (int i = 0; i < rows.rows(); ++i) {
        columns.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.boolean(i, 3)});
    }
    co_return columns;
}

// What the log has of the source is lost: the views are to be recomputed.
std::string break_views(int source_id) {
    return "UPDATE freshet.view v SET state = 'broken' FROM freshet.view_source x WHERE v.state = 'ready' AND "
           "x.view_id = "
           "v.id AND x.source_id = " +
           std::to_string(source_id);
}

asio::awaitable<bool> missed_changes(pg::Connection& connection, int source_id) {
    std::vector<int> sources(1, source_id);
    const auto asked = capture::capture_faults_of(sources);
    const auto faults = capture::read_faults(co_await connection.prepared(asked.sql, asked.params));
    co_return std::any_of(faults.begin(), faults.end(),
                          [](const capture::CaptureFault& fault) { return fault.reason != "not_recorded"; });
}

}  // namespace

asio::awaitable<void> install_capture(pg::Connection& connection, capture::SourceCapture capture, LockPolicy policy) {
    const auto id = std::to_string(capture.source_id);
    const auto existing = co_await log_columns(connection, id);
    std::vector<std::string> statements;
    if (existing.empty()) {
        statements = capture::create_log(capture);
    } else {
        for (const auto& statement : capture::extend_log(capture, existing)) {
            co_await under_lock(connection, std::vector<std::string>(1, statement), policy,
                                "extend the log of " + capture.table.display());
        }
    }
    // Before what it is compared with changes.
    const auto damaged = co_await missed_changes(connection, capture.source_id);
    if (damaged) {
        statements.push_back(break_views(capture.source_id));
    }
    auto retyping = capture::retype_log(capture, co_await log_columns(connection, id));
    if (!retyping.empty()) {
        std::move(retyping.begin(), retyping.end(), std::back_inserter(statements));
        statements.push_back(break_views(capture.source_id));
    }
    statements.push_back(record_capture(capture));
    statements.push_back("SELECT freshet.restore_capture(" + id + ", true)");
    co_await under_lock(connection, std::move(statements), policy, "capture changes of " + capture.table.display());
}

namespace {

// The new generation's rows and empty tables. An earlier attempt's leftovers go first.
asio::awaitable<void> prepare_generation(pg::Connection& connection, const ViewPlan& plan, LockPolicy policy) {
    const auto id = std::to_string(plan.id);
    std::vector<std::string> statements{"DELETE FROM freshet.view WHERE id = " + id};
    if (catalog::keeps_state(plan.strategy)) {
        const auto drops = compile::drop_state(plan.program);
        statements.insert(statements.end(), drops.begin(), drops.end());
        statements.insert(statements.end(), plan.create_statements.begin(), std::prev(plan.create_statements.end()));
    }
    const auto program =
        catalog::keeps_state(plan.strategy) ? compile::to_json(plan.program).dump() : std::string("{}");
    statements.push_back(
        "INSERT INTO freshet.view (id, schema_name, relation_name, strategy, state, definition, timezone, fingerprint, "
        "program) VALUES (" +
        id + ", " + sql::literal(plan.name.schema) + ", " + sql::literal(plan.name.name) + ", '" +
        std::string(catalog::name_of(plan.strategy)) + "', 'building', " + sql::literal(plan.definition) + ", " +
        sql::literal(plan.timezone) + ", " + sql::literal(plan.fingerprint) + ", " + sql::literal(program) +
        "::jsonb)");
    for (const auto& table : plan.sources) {
        statements.push_back("INSERT INTO freshet.view_source SELECT " + id +
                             ", s.id FROM freshet.source s WHERE s.schema_name = " + sql::literal(table.schema) +
                             " AND s.table_name = " + sql::literal(table.name));
    }
    co_await under_lock(connection, std::move(statements), policy, "create the tables of " + plan.name.display());
}

}  // namespace

std::vector<std::string> drop_generation(const catalog::StoredView& view) {
    std::vector<std::string> statements;
    if (catalog::keeps_state(view.strategy)) {
        statements = catalog::drop_tables(view);
    }
    statements.push_back("DELETE FROM freshet.view WHERE id = " + std::to_string(view.id));
    return statements;
}

std::vector<std::string> forget_view(const catalog::StoredView& view) {
    auto statements = drop_generation(view);
    statements.push_back("DELETE FROM freshet.adoption WHERE schema_name = " + sql::literal(view.name.schema) +
                         " AND relation_name = " + sql::literal(view.name.name));
    return statements;
}

std::string create_public(const sql::QualifiedName& name, const std::string& select) {
    return "CREATE VIEW " + name.quoted() + " AS\n" + select;
}

namespace {

// In place if its columns allow that; or else made anew, with whatever hangs on it.
std::string replace_view(const Legacy& legacy, const std::string& create_statement,
                         const std::vector<std::string>& before) {
    const std::string create = "CREATE ";
    auto successor = before;
    successor.push_back(create_statement);
    std::string in_place;
    std::string anew;
    for (const auto& statement : before) {
        in_place += "EXECUTE " + sql::literal(statement) + ";\n";
    }
    in_place += "EXECUTE " + sql::literal(create + "OR REPLACE " + create_statement.substr(create.size())) + ";\n";
    for (const auto& statement : handover(legacy, successor, Becomes::view)) {
        anew += "EXECUTE " + sql::literal(statement) + ";\n";
    }
    return "DO LANGUAGE plpgsql " +
           sql::literal("BEGIN\n" + in_place + "EXCEPTION WHEN invalid_table_definition THEN\n" + anew + "END");
}

// The public relation as the new generation has it.
asio::awaitable<std::string> replace_public(pg::Connection& connection, Built built) {
    const auto create = create_public(built.plan.name, built.select);
    const auto legacy = co_await read_legacy(connection, built.plan.name);
    co_return legacy ? replace_view(*legacy, create, let_owner_read(built.plan.program, legacy->relation)) : create;
}

// What makes way for the new generation, and makes it the one in place.
std::vector<std::string> succeed(const ViewPlan& plan) {
    std::vector<std::string> statements;
    if (plan.present) {
        statements = drop_generation(*plan.present);
    }
    statements.push_back("UPDATE freshet.view SET state = 'ready' WHERE id = " + std::to_string(plan.id));
    return statements;
}

catalog::StoredView stored_from(const ViewPlan& plan, std::vector<catalog::StoredSource> sources) {
    catalog::StoredView view;
    view.id = plan.id;
    view.state = catalog::ViewState::building;
    view.name = plan.name;
    view.strategy = plan.strategy;
    view.definition = plan.definition;
    view.timezone = plan.timezone;
    view.program = plan.program;
    view.sources = std::move(sources);
    return view;
}

}  // namespace

asio::awaitable<Built> build_generation(pg::Connection& connection, ViewPlan plan, std::optional<std::string> keep,
                                        LockPolicy policy) {
    co_await prepare_generation(connection, plan, policy);
    co_await refresh::create_position(connection, plan.id);
    std::vector<catalog::StoredSource> sources;
    auto all = co_await catalog::load_sources(connection);
    for (auto& source : all) {
        if (std::find(plan.sources.begin(), plan.sources.end(), source.table) != plan.sources.end()) {
            sources.push_back(std::move(source));
        }
    }
    const auto view = stored_from(plan, std::move(sources));
    refresh::Request request;
    request.work = refresh::Work::recompute;
    request.trigger = refresh::Trigger::startup;
    request.keep = keep;
    co_await refresh::refresh(connection, view, request);
    std::string select;
    if (catalog::keeps_state(plan.strategy)) {
        select = co_await fitting_select(connection, plan);
    }
    if (plan.adopt) {
        plan.rows_that_differed = co_await prove_adopted(connection, view, select, std::move(keep));
    }
    co_return Built{std::move(plan), std::move(select)};
}

// Public relations, grants and states change hands in one transaction: readers see the old or the new, never neither.
asio::awaitable<void> put_in_place(pg::Connection& connection, std::vector<Built> built, LockPolicy policy) {
    if (built.size() == 1 && built.front().plan.adopt) {
        const auto& one = built.front();
        co_await take_over(connection, one.plan, one.select, succeed(one.plan), policy);
        co_return;
    }
    std::vector<std::string> statements;
    std::vector<std::string> afterwards;
    std::string names;
    for (const auto& one : built) {
        if (catalog::keeps_state(one.plan.strategy)) {
            statements.push_back(co_await replace_public(connection, one));
        }
        const auto more = succeed(one.plan);
        afterwards.insert(afterwards.end(), more.begin(), more.end());
        names += (names.empty() ? "" : ", ") + one.plan.name.display();
    }
    statements.insert(statements.end(), afterwards.begin(), afterwards.end());
    co_await under_lock(connection, std::move(statements), policy, "put " + names + " in place");
}

asio::awaitable<void> drop_view(pg::Connection& connection, const catalog::StoredView& view, LockPolicy policy) {
    std::vector<std::string> statements;
    if (catalog::keeps_state(view.strategy) && view.state != catalog::ViewState::building) {
        statements.push_back("DROP VIEW IF EXISTS " + view.name.quoted());
    }
    const auto drops = view.state == catalog::ViewState::building ? drop_generation(view) : forget_view(view);
    statements.insert(statements.end(), drops.begin(), drops.end());
    co_await under_lock(connection, std::move(statements), policy, "drop " + view.name.display());
}

}  // namespace freshet::install
