// Which strategy fits each configured view, and what it needs.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "freshet/catalog/chain.hpp"
#include "freshet/compile/emit.hpp"
#include "planner.hpp"

namespace freshet::install {

namespace {

core::Fault fault_of(const settings::Settings& settings, const settings::ViewSettings& view, std::string message,
                     std::string hint) {
    return {settings.file, view.line, view.column, "view " + view.name + ": " + std::move(message), std::move(hint)};
}

catalog::QueryText query_text(const settings::Settings& settings, const settings::ViewSettings& view,
                              const sql::QualifiedName& name) {
    return {view.query, view.query_file.empty() ? settings.file : view.query_file, name.schema, view.timezone};
}

// Positions in a query that is written into the configuration mean nothing there: the view's key must do.
std::vector<core::Fault> placed(std::vector<core::Fault> faults, const settings::Settings& settings,
                                const settings::ViewSettings& view) {
    for (auto& fault : faults) {
        const bool of_entry = fault.message.starts_with("dirty_keys of ");  // it has a place of its own in the file
        if (view.query_file.empty() && fault.file == settings.file && !of_entry) {
            fault.line = view.line;
            fault.column = view.column;
        }
    }
    return faults;
}

// The reasons of faults with the nearest rewrite, one line each, for people who ask why a better strategy does not fit.
std::vector<std::string> as_reasons(const core::Faults& faults) {
    std::vector<std::string> reasons;
    for (const auto& fault : faults.faults()) {
        const auto where = fault.line > 0 ? std::to_string(fault.line) + ":" + std::to_string(fault.column) + ": " : "";
        reasons.push_back("not delta: " + where + fault.message + (fault.hint.empty() ? "" : "; " + fault.hint));
    }
    return reasons;
}

// For another strategy than the one that these faults rule out.
void begin_anew(ViewPlan& plan, const core::Faults& obstacles) {
    plan.sources.clear();
    plan.reads.clear();
    plan.reasons = as_reasons(obstacles);
}

// The views that a view was installed over and that are defined otherwise now.
std::vector<std::string> redefined_since(const compile::Program& installed, const compile::Program& now) {
    std::vector<std::string> reasons;
    for (const auto& view : installed.views) {
        const auto redefined = [&](const compile::ViewRead& one) { return one.name == view.name && one != view; };
        if (std::any_of(now.views.begin(), now.views.end(), redefined)) {
            reasons.push_back("the view " + view.name.display() + ", which it reads, was defined anew");
        }
    }
    return reasons;
}

// A materialized view over freshet's views reads their states: those of another generation are other tables.
std::string definition_and_states(const ViewPlan& plan) {
    auto text = plan.definition;
    for (const auto& source : plan.sources) {
        text += catalog::view_of_state(source) ? "\n" + source.quoted() : "";
    }
    return text;
}

std::string fingerprint_of(const ViewPlan& plan, const settings::ViewSettings& view) {
    auto program = plan.program;
    program.set_view_id(0);
    const auto text = nlohmann::json{
        {"strategy", catalog::name_of(plan.strategy)},
        {"timezone", plan.timezone},
        {"program", catalog::keeps_state(plan.strategy) ? compile::to_json(program) : nlohmann::json()},
        {"definition", catalog::keeps_state(plan.strategy) ? "" : definition_and_states(plan)},
        {"indexes",
         view.indexes}}.dump();
    std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a; against accidents, not attackers
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    }
    return std::to_string(hash);
}

}  // namespace

asio::awaitable<void> Planner::plan_delta(const settings::ViewSettings& view, ViewPlan& plan) {
    auto text = query_text(settings_, view, plan.name);
    refuse_views_given_up(view, plan.name);
    text.stand_ins = co_await stand_ins(view, plan, Follow::changes);
    auto resolved = co_await catalog::resolve(connection_, text);
    compile::CompileOptions options;
    options.tenant = view.tenant;
    options.retention_column = view.retention ? view.retention->column : "";
    for (const auto& level : resolved.form.levels) {
        for (const auto& arm : level.arms) {
            for (const auto& relation : arm.relations) {
                options.source_ids[relation.table] = source_id(relation.table);
            }
        }
    }
    options.view_id = plan.id;
    try {
        plan.program = compile::compile(resolved.form, resolved.types, options);
        plan.create_statements = compile::create_state(plan.program, view.indexes);
    } catch (const query::Rejected& rejected) {
        std::vector<core::Fault> faults;
        for (const auto& rejection : rejected.rejections) {
            faults.push_back(fault_of(settings_, view, rejection.reason, rejection.hint));
        }
        throw core::Faults(std::move(faults));
    } catch (const core::Faults&) {
        throw;
    } catch (const core::Error& error) {
        throw core::Faults({fault_of(settings_, view, error.what(), error.hint())});
    }
    plan.strategy = catalog::Strategy::delta;
    plan.program.views = std::move(resolved.views);
    for (const auto& source : plan.program.sources) {
        plan.sources.push_back(source.table);
    }
    learn_state_tables(plan, resolved.facts.tables);
    plan.create_statements.push_back("CREATE VIEW " + plan.name.quoted() + " AS\n" +
                                     compile::public_select(plan.program));
}

asio::awaitable<void> Planner::plan_concurrent(const settings::ViewSettings& view, ViewPlan& plan) {
    auto existing = co_await catalog::materialized_view(connection_, plan.name);
    plan.strategy = catalog::Strategy::concurrent;
    plan.definition = existing.definition;
    plan.sources = existing.sources;
    if (view.tenant.empty() && !view.retention && view.indexes.empty()) {
        co_return;
    }
    throw core::Error(
        "strategy concurrent has no tenant, retention or indexes of ours: the materialized view is refreshed "
        "as a whole",
        "remove those settings, or use strategy delta");
}

asio::awaitable<void> Planner::choose_strategy(const settings::ViewSettings& view, ViewPlan& plan) {
    if (view.strategy == settings::StrategyChoice::concurrent) {
        plan.reasons.emplace_back("strategy concurrent is configured");
        co_await plan_concurrent(view, plan);
        co_return;
    }
    if (view.strategy == settings::StrategyChoice::partial) {
        plan.reasons.emplace_back("strategy partial is configured");
        co_await plan_partial(view, plan);
        co_return;
    }
    std::optional<core::Faults> obstacles;
    try {
        co_await plan_delta(view, plan);
        plan.reasons.emplace_back("every clause can be maintained incrementally");
        if (!view.dirty_keys.empty()) {
            plan.reasons.emplace_back("dirty_keys are not needed");
        }
        co_return;
    } catch (const core::Faults& faults) {
        obstacles = faults;
    }
    if (!view.dirty_keys.empty() && view.strategy == settings::StrategyChoice::automatic) {
        begin_anew(plan, *obstacles);
        plan.reasons.emplace_back("dirty_keys are given: the rows of the keys that changed are recomputed");
        co_await plan_partial(view, plan);
        co_return;
    }
    if (view.strategy == settings::StrategyChoice::automatic && reads_unfollowed(view)) {
        begin_anew(plan, *obstacles);
        plan.reasons.emplace_back("recomputed as a whole, in one transaction with the views that it reads");
        co_await plan_recomputed(view, plan);
        co_return;
    }
    // Automatic: a materialized view of this name can still be refreshed concurrently.
    const auto kind = co_await relation_kind(plan.name);
    if (view.strategy == settings::StrategyChoice::delta || kind != "m") {
        throw core::Faults(*obstacles);
    }
    begin_anew(plan, *obstacles);
    co_await plan_concurrent(view, plan);
}

asio::awaitable<void> Planner::check_name(const settings::ViewSettings& view, ViewPlan& plan) {
    if (plan.strategy == catalog::Strategy::concurrent) {
        co_return;
    }
    const auto rights = co_await connection_.query(
        "SELECT n.oid IS NOT NULL AND has_schema_privilege(n.oid, 'CREATE') FROM (SELECT to_regnamespace($1) AS oid) "
        "AS n",
        pg::params(sql::quote(plan.name.schema)));
    if (!rights.boolean(0, 0)) {
        throw core::Error("the schema " + plan.name.schema + " does not exist or the role may not create views in it",
                          "CREATE SCHEMA " + sql::quote(plan.name.schema) + ", or GRANT CREATE ON SCHEMA " +
                              sql::quote(plan.name.schema) + " to the daemon's role");
    }
    const auto kind = co_await relation_kind(plan.name);
    if (kind.empty() || (plan.present && catalog::keeps_state(plan.present->strategy) && kind == "v")) {
        co_return;
    }
    if (kind == "m" && options_.adopt) {
        plan.adopt = true;
        co_return;
    }
    throw core::Error("a relation named " + plan.name.display() + " exists already and is not ours",
                      kind == "m" ? "freshetd install --adopt replaces the materialized view, keeping what hangs on it"
                                  : "rename or drop it, or choose another name for the view (line " +
                                        std::to_string(view.line) + ")");
}

asio::awaitable<std::vector<std::string>> Planner::damage(ViewPlan plan) {
    std::vector<std::string> reasons;
    if (!plan.present) {
        co_return reasons;
    }
    for (const auto& source : plan.present->sources) {
        const auto fault = capture_faults_.find(source.id);
        if (fault != capture_faults_.end()) {
            reasons.push_back(fault->second);
        }
    }
    const auto kind = co_await relation_kind(plan.name);
    if (kind.empty() && catalog::keeps_state(plan.strategy)) {
        reasons.push_back("the view " + plan.name.display() + " was dropped");
    }
    co_return reasons;
}

asio::awaitable<ViewPlan> Planner::plan_view(const settings::ViewSettings& configured) {
    ViewPlan plan;
    plan.name = sql::parse_qualified_name(configured.name, "public");
    plan.timezone = configured.timezone;
    plan.present = present_of(plan.name);
    const bool taken = std::any_of(planned_.begin(), planned_.end(),
                                   [&](const sql::QualifiedName& name) { return name == plan.name; });
    if (taken) {
        throw core::Error("another view of the configuration is " + plan.name.display() + " already",
                          "public.name and name are the same view");
    }
    planned_.push_back(plan.name);
    plan.id = next_view_id_;
    const auto view = co_await with_query(configured, plan);
    plan.definition = view.query;
    co_await choose_strategy(view, plan);
    co_await check_name(view, plan);
    plan.fingerprint = fingerprint_of(plan, view);
    for (const auto& source : plan.sources) {
        plan.estimated_rows += (co_await facts_of(source)).estimated_rows;
    }
    const auto damaged = co_await damage(plan);
    plan.reasons.insert(plan.reasons.end(), damaged.begin(), damaged.end());
    if (plan.present && plan.present->fingerprint == plan.fingerprint && damaged.empty()) {
        plan.action = Action::keep;
        plan.id = plan.present->id;
        plan.program.set_view_id(plan.id);
        plan.create_statements.clear();
    } else {
        plan.action = plan.present ? Action::rebuild : Action::create;
        if (plan.present && plan.present->fingerprint != plan.fingerprint) {
            auto changed = redefined_since(plan.present->program, plan.program);
            if (changed.empty()) {
                changed.push_back(why_rebuilt(plan));
            }
            plan.reasons.insert(plan.reasons.end(), changed.begin(), changed.end());
        }
        ++next_view_id_;
        co_await plan_adoption(view, plan);
    }
    co_return plan;
}

asio::awaitable<void> Planner::plan_views(Plan& plan) {
    co_await settle_queries();
    co_await look_behind_plain_views();
    for (const auto number : planning_order()) {
        const auto& view = settings_.views[number];
        if (reads_failed(number)) {
            failed_.insert(number);
            continue;
        }
        failed_.insert(number);
        try {
            plan.views.push_back(co_await plan_view(view));
            planned_as_.emplace(plan.views.back().name, plan.views.back());
            failed_.erase(number);
        } catch (const core::Faults& faults) {
            const auto found = placed(faults.faults(), settings_, view);
            faults_.insert(faults_.end(), found.begin(), found.end());
        } catch (const pg::Error& error) {
            if (error.connection_lost() || error.timed_out()) {
                throw;
            }
            faults_.push_back(fault_of(settings_, view, error.what(), error.hint()));
        } catch (const core::Error& error) {
            faults_.push_back(fault_of(settings_, view, error.what(), error.hint()));
        }
    }
    for (const auto& stored : stored_) {
        const bool wanted = std::any_of(plan.views.begin(), plan.views.end(),
                                        [&](const ViewPlan& one) { return one.name == stored.name; });
        if (wanted || stored.state == catalog::ViewState::building) {
            continue;
        }
        ViewPlan drop;
        drop.action = Action::drop;
        drop.name = stored.name;
        drop.strategy = stored.strategy;
        drop.id = stored.id;
        drop.present = stored;
        drop.reasons.emplace_back("the configuration has no such view any more");
        plan.views.push_back(std::move(drop));
    }
}

}  // namespace freshet::install
