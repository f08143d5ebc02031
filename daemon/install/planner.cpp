#include "planner.hpp"

#include <algorithm>

#include "freshet/capture/integrity.hpp"
#include "freshet/catalog/chain.hpp"
#include "freshet/compile/emit.hpp"
#include "freshet/query/shape.hpp"
#include "freshet/sql/texts.hpp"
#include "view_order.hpp"

namespace freshet::install {

namespace {

constexpr int oldest_server = 150000;

// Of dirty_keys whether they parse; all else the server must say.
std::vector<core::Fault> dirty_keys_faults(const settings::Settings& settings, const settings::ViewSettings& view) {
    std::vector<core::Fault> faults;
    for (const auto& dirty : view.dirty_keys) {
        const auto shape = dirty.all ? query::Shape{true, {}, {}} : query::check_shape(dirty.query);
        if (!shape.parses) {
            const auto& first = shape.rejections.front();
            faults.push_back({settings.file, dirty.line, dirty.column,
                              "dirty_keys of " + dirty.table + ": " + first.reason, first.hint});
        }
    }
    return faults;
}

std::vector<core::Fault> offline_faults(const settings::Settings& settings, const settings::ViewSettings& view) {
    auto faults = dirty_keys_faults(settings, view);
    const auto shape = query::check_shape(view.query);
    // Outside the class is a fault only where nothing but delta was asked for; auto may still find another strategy.
    if (shape.parses && view.strategy != settings::StrategyChoice::delta) {
        return faults;
    }
    for (const auto& rejection : shape.rejections) {
        const auto at = core::position_of(view.query, rejection.offset);
        faults.push_back({view.query_file.empty() ? settings.file : view.query_file,
                          view.query_file.empty() ? view.line : at.line,
                          view.query_file.empty() ? view.column : at.column, rejection.reason, rejection.hint});
    }
    return faults;
}

}  // namespace

std::string_view name_of(Action action) {
    switch (action) {
        case Action::keep:
            return "keep";
        case Action::create:
            return "create";
        case Action::rebuild:
            return "rebuild";
        case Action::drop:
            return "drop";
    }
    throw std::logic_error("unknown action");
}

std::vector<core::Fault> check_offline(const settings::Settings& settings) {
    std::vector<core::Fault> faults;
    for (const auto& view : settings.views) {
        if (!view.query.empty()) {
            const auto more = offline_faults(settings, view);
            faults.insert(faults.end(), more.begin(), more.end());
        }
    }
    const auto cycles = cycle_faults(settings);
    faults.insert(faults.end(), cycles.begin(), cycles.end());
    return faults;
}

std::vector<std::string> schema_statements(int present_version) {
    std::vector<std::string> statements;
    const auto files = sql::text_paths("triggers/schema/");
    for (std::size_t i = static_cast<std::size_t>(present_version); i < files.size(); ++i) {
        statements.emplace_back(sql::text(files[i]));
    }
    for (const auto path : sql::text_paths("triggers/functions/")) {
        statements.emplace_back(sql::text(path));
    }
    return statements;
}

std::vector<capture::CapturedEvent> events_on(const std::vector<EventPlan>& events, const sql::QualifiedName& table) {
    std::vector<capture::CapturedEvent> result;
    for (const auto& event : events) {
        if (event.table == table) {
            result.push_back({event.name, event.bit, event.predicate, event.columns});
        }
    }
    return result;
}

asio::awaitable<Plan> Planner::make() {
    if (connection_.server_version() < oldest_server) {
        throw core::Faults({{settings_.file, 0, 0,
                             "PostgreSQL " + std::to_string(connection_.server_version() / 10000) + " is not supported",
                             "use PostgreSQL 15 or newer"}});
    }
    Plan plan;
    co_await load();
    co_await plan_schema(plan);
    co_await plan_views(plan);
    co_await plan_events(plan);
    if (!faults_.empty()) {
        throw core::Faults(std::move(faults_));
    }
    co_await plan_sources(plan);
    co_return plan;
}

asio::awaitable<void> Planner::load() {
    const auto installation = co_await catalog::load_installation(connection_);
    installed_ = installation.has_value();
    if (!installed_) {
        co_return;
    }
    const auto tables = co_await connection_.query("SELECT to_regclass('freshet.adoption') IS NOT NULL");
    remembers_adoptions_ = tables.boolean(0, 0);
    stored_ = co_await catalog::load_views(connection_, catalog::Unreadable::replaceable);
    sources_ = co_await catalog::load_sources(connection_);
    for (const auto& source : sources_) {
        source_ids_[source.table] = source.id;
        next_source_id_ = std::max(next_source_id_, source.id + 1);
    }
    const auto faults = co_await capture::capture_faults(connection_);
    for (const auto& fault : faults) {
        if (fault.harmless() || fault.reason == "not_recorded") {
            continue;
        }
        capture_faults_[fault.source_id] = "changes of " + fault.source + " may have been missed: " + fault.reason +
                                           (fault.object.empty() ? "" : " (" + fault.object + ")");
    }
    for (const auto& view : stored_) {
        next_view_id_ = std::max(next_view_id_, view.id + 1);
    }
}

asio::awaitable<void> Planner::plan_schema(Plan& plan) {
    int version = 0;
    if (installed_) {
        const auto installation = co_await catalog::load_installation(connection_);
        version = installation->schema_version;
        if (version > catalog::schema_version()) {
            throw core::Error(*catalog::version_conflict(*installation));
        }
    } else {
        const auto schema = co_await connection_.query(
            "SELECT to_regnamespace('freshet') IS NOT NULL, has_database_privilege(current_database(), 'CREATE')");
        if (schema.boolean(0, 0)) {
            throw core::Error("a schema named freshet exists already and is not ours", "rename or drop it");
        }
        if (!schema.boolean(0, 1)) {
            throw core::Error("no right to create the schema freshet", "GRANT CREATE ON DATABASE to the daemon's role");
        }
    }
    plan.create_schema = version < catalog::schema_version();
    plan.schema_statements = schema_statements(version);
}

asio::awaitable<std::string> Planner::relation_kind(sql::QualifiedName name) {
    const auto row = co_await connection_.query(
        "SELECT c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND "
        "c.relname = $2",
        pg::params(name.schema, name.name));
    co_return row.rows() == 0 ? std::string() : row.text(0, 0);
}

asio::awaitable<catalog::TableFacts> Planner::facts_of(sql::QualifiedName table) {
    auto found = facts_.find(table);
    if (found == facts_.end()) {
        auto facts = co_await catalog::table_facts(connection_, table);
        found = facts_.emplace(table, std::move(facts)).first;
    }
    co_return found->second;
}

int Planner::source_id(const sql::QualifiedName& table) {
    const auto found = source_ids_.find(table);
    return found != source_ids_.end() ? found->second : source_ids_.emplace(table, next_source_id_++).first->second;
}

asio::awaitable<void> Planner::plan_events(Plan& plan) {
    std::map<sql::QualifiedName, int> bits;
    for (const auto& event : settings_.events) {
        std::string reason;
        std::string hint;
        try {
            const auto table = sql::parse_qualified_name(event.table, "public");
            const auto resolved = co_await catalog::resolve_predicate(connection_, table, event.when);
            plan.events.push_back({event.name, table, resolved.text, resolved.relation.columns, bits[table]++});
            const bool read = std::any_of(plan.views.begin(), plan.views.end(), [&](const ViewPlan& view) {
                return view.action != Action::drop && catalog::keeps_state(view.strategy) &&
                       std::find(view.sources.begin(), view.sources.end(), table) != view.sources.end();
            });
            if (!read && faults_.empty()) {
                reason = "no delta view reads " + table.display() + ", so nothing would count it";
                hint = "remove the event, or add a view over the table";
            }
            if (bits[table] > 30) {
                reason = "more than 30 events on one table";
            }
        } catch (const core::Faults& faults) {
            reason = faults.faults().front().message;
            hint = faults.faults().front().hint;
        } catch (const pg::Error& error) {
            if (error.connection_lost() || error.timed_out()) {
                throw;
            }
            reason = error.what();
            hint = error.hint();
        } catch (const core::Error& error) {
            reason = error.what();
            hint = error.hint();
        }
        if (!reason.empty()) {
            faults_.push_back({settings_.file, 0, 0, "event " + event.name + ": " + reason, hint});
        }
    }
}

asio::awaitable<void> Planner::plan_sources(Plan& plan) {
    std::map<sql::QualifiedName, CaptureNeed> needs;
    for (const auto& view : plan.views) {
        for (const auto& table : view.sources) {
            if (catalog::keeps_state(view.strategy)) {
                needs[table].programs.push_back(&view.program);
            } else {
                ++needs[table].concurrent_views;
            }
        }
    }
    for (const auto& [table, need] : needs) {
        const auto facts = co_await facts_of(table);
        const auto capture = capture::make_capture(
            source_id(table), table, facts.columns, facts.primary_key, need.programs, events_on(plan.events, table),
            need.concurrent_views, facts.partitioned ? capture::TableKind::partitioned : capture::TableKind::plain);
        SourcePlan source{Action::keep, table, capture.source_id, {}};
        const auto stored = std::find_if(sources_.begin(), sources_.end(),
                                         [&](const catalog::StoredSource& one) { return one.table == table; });
        if (stored == sources_.end() || stored->fingerprint != capture::fingerprint(capture) ||
            stored->relation != facts.oid || capture_faults_.contains(stored->id)) {
            source.action = stored == sources_.end() || stored->fingerprint.empty() ? Action::create : Action::rebuild;
            source.statements = capture::create_triggers(capture);
            if (source.action == Action::create) {
                const auto log = capture::create_log(capture);
                source.statements.insert(source.statements.begin(), log.begin(), log.end());
            }
        }
        plan.sources.push_back(std::move(source));
    }
    for (const auto& stored : sources_) {
        if (!needs.contains(stored.table)) {
            plan.sources.push_back({Action::drop, stored.table, stored.id, capture::drop_capture(stored.id)});
        }
    }
}

bool Plan::has_changes() const {
    const auto changes = [](const auto& one) { return one.action != Action::keep; };
    return create_schema || std::any_of(views.begin(), views.end(), changes) ||
           std::any_of(sources.begin(), sources.end(), changes);
}

std::vector<std::string> Plan::statements() const {
    std::vector<std::string> all;
    const auto add = [&](const std::vector<std::string>& more) { all.insert(all.end(), more.begin(), more.end()); };
    if (create_schema) {
        add(schema_statements);
    }
    const auto built_here = [&](const sql::QualifiedName& table) {
        return std::any_of(views.begin(), views.end(), [&](const ViewPlan& view) {
            const bool built = view.action == Action::create || view.action == Action::rebuild;
            return built && catalog::view_of_state(table) == view.id;
        });
    };
    for (const auto& source : sources) {
        if (source.action != Action::drop && !built_here(source.table)) {
            add(source.statements);
        }
    }
    std::set<sql::QualifiedName> captured;
    for (const auto& view : views) {
        for (const auto& source : sources) {
            const bool read = std::find(view.sources.begin(), view.sources.end(), source.table) != view.sources.end();
            if (read && built_here(source.table) && captured.insert(source.table).second) {
                add(source.statements);
            }
        }
        if (view.action == Action::drop && catalog::keeps_state(view.strategy)) {
            all.push_back("DROP VIEW " + view.name.quoted());
        }
        if (view.present && view.action != Action::keep) {
            add(catalog::drop_tables(*view.present));
        }
        if (view.adopt) {
            all.insert(all.end(), view.create_statements.begin(), std::prev(view.create_statements.end()));
            add(view.handover);
        } else {
            add(view.create_statements);
        }
    }
    for (const auto& source : sources) {
        if (source.action == Action::drop) {
            add(source.statements);
        }
    }
    return all;
}

asio::awaitable<Plan> make_plan(pg::Connection& connection, settings::Settings settings, PlanOptions options) {
    std::optional<core::Fault> fault;
    try {
        auto plan = co_await Planner(connection, settings, options).make();
        co_return plan;
    } catch (const core::Faults&) {
        throw;
    } catch (const pg::Error&) {
        throw;
    } catch (const core::Error& error) {
        fault = core::Fault{settings.file, 0, 0, error.what(), error.hint()};
    }
    throw core::Faults({std::move(*fault)});
}

}  // namespace freshet::install
