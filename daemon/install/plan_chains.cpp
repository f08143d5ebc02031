// Views that read views: in which order they are planned, and what the upper ones read in place of the lower.
#include <algorithm>

#include "freshet/catalog/chain.hpp"
#include "freshet/compile/readable.hpp"
#include "planner.hpp"
#include "steps.hpp"
#include "view_order.hpp"

namespace freshet::install {

namespace {

bool will_be_built(const ViewPlan& plan) {
    return plan.action == Action::create || plan.action == Action::rebuild;
}

bool names_twice(const std::vector<catalog::StandIn>& stand_ins, const sql::QualifiedName& name) {
    return std::any_of(stand_ins.begin(), stand_ins.end(),
                       [&](const catalog::StandIn& one) { return one.view.name == name.name; });
}

}  // namespace

asio::awaitable<void> Planner::settle_queries() {
    for (auto& view : settings_.views) {
        if (view.query.empty()) {
            ViewPlan plan;
            plan.name = sql::parse_qualified_name(view.name, "public");
            plan.present = present_of(plan.name);
            try {
                view = co_await with_query(view, plan);
            } catch (const pg::Error&) {
                throw;
            } catch (const core::Error&) {
                continue;  // planning it says so
            }
        }
    }
}

// Configured views that a query reads through plain views.
asio::awaitable<void> Planner::look_behind_plain_views() {
    named_ = views_named(settings_.views);
    for (std::size_t i = 0; i < settings_.views.size(); ++i) {
        const auto own = sql::parse_qualified_name(settings_.views[i].name, "public").schema;
        for (const auto& relation : relations_in(settings_.views[i].query)) {
            const auto schemas = relation.name.schema.empty() ? std::vector<std::string>{own, "public"}
                                                              : std::vector<std::string>{relation.name.schema};
            for (const auto& schema : schemas) {
                const sql::QualifiedName name{schema, relation.name.name};
                const bool found = co_await look_behind(i, name, relation.offset);
                if (found) {
                    break;
                }
            }
        }
    }
}

// False if there is no view of that name.
asio::awaitable<bool> Planner::look_behind(std::size_t reader, sql::QualifiedName name, std::size_t offset) {
    const auto kind = co_await relation_kind(name);
    if (kind != "v") {
        co_return !kind.empty();
    }
    const auto rows = co_await connection_.query(query_text("views_behind"), pg::params(name.schema, name.name));
    for (int row = 0; row < rows.rows(); ++row) {
        const sql::QualifiedName behind{rows.text(row, 0), rows.text(row, 1)};
        for (std::size_t i = 0; i < settings_.views.size(); ++i) {
            const bool known = std::any_of(named_[reader].begin(), named_[reader].end(),
                                           [&](const NamedView& one) { return one.view == i; });
            if (!known && sql::parse_qualified_name(settings_.views[i].name, "public") == behind) {
                named_[reader].push_back({i, offset, true});
            }
        }
    }
    co_return true;
}

std::vector<std::size_t> Planner::planning_order() {
    auto cycles = cycle_faults(settings_, named_);
    faults_.insert(faults_.end(), cycles.begin(), cycles.end());
    const auto order = order_of(named_);
    for (const auto& cycle : order.cycles) {
        for (const auto view : cycle) {
            failed_.insert(view);
        }
    }
    return order.order;
}

bool Planner::reads_failed(std::size_t view) const {
    return failed_.contains(view) || std::any_of(named_[view].begin(), named_[view].end(),
                                                 [&](const NamedView& one) { return failed_.contains(one.view); });
}

asio::awaitable<std::vector<catalog::StandIn>> Planner::stand_ins(const settings::ViewSettings& view, ViewPlan& plan,
                                                                  Follow follow) {
    std::vector<catalog::StandIn> result;
    for (const auto& named : named_of(view)) {
        const auto name = sql::parse_qualified_name(settings_.views[named.view].name, "public");
        bool hidden = false;
        if (!named.behind) {
            hidden = co_await hidden_by_own_schema(view, plan.name.schema, named.offset, name);
        }
        if (hidden) {
            continue;
        }
        auto one = stand_in(view, named, name, follow);
        if (names_twice(result, name)) {
            throw unreadable(view, named,
                             core::Error("another view of that name in another schema is read, too", "rename one"));
        }
        plan.reads.push_back(name);
        result.push_back(std::move(one));
    }
    co_return result;
}

core::Faults Planner::unreadable(const settings::ViewSettings& view, const NamedView& named,
                                 const core::Error& why) const {
    const auto& other = settings_.views[named.view].name;
    return core::Faults(
        {fault_at_name(settings_, view, named.offset,
                       "it reads the view " + other + ", which cannot be read by another: " + why.what(), why.hint())});
}

catalog::StandIn Planner::stand_in(const settings::ViewSettings& view, const NamedView& named,
                                   const sql::QualifiedName& name, Follow follow) const {
    const auto& lower = planned_as_.at(name);
    if (!catalog::keeps_state(lower.strategy)) {
        throw unreadable(view, named,
                         core::Error("it is refreshed as a whole, so nothing tells what changes in it",
                                     "give it a query that can be maintained incrementally, or read its tables"));
    }
    catalog::StandIn result{name, {}, "", compile::state_tables(lower.program)};
    try {
        result.select = compile::readable_select(lower.program);
    } catch (const core::Error& error) {
        if (follow == Follow::changes) {
            throw unreadable(view, named, error);
        }
        result.select = compile::expanded_select(lower.program);
    }
    if (will_be_built(lower)) {
        result.tables.assign(lower.create_statements.begin(), std::prev(lower.create_statements.end()));
    }
    return result;
}

bool Planner::reads_unfollowed(const settings::ViewSettings& view) const {
    const auto named = named_of(view);
    return std::any_of(named.begin(), named.end(), [&](const NamedView& one) {
        const auto& lower = planned_as_.at(sql::parse_qualified_name(settings_.views[one.view].name, "public"));
        if (!catalog::keeps_state(lower.strategy)) {
            return false;
        }
        try {
            compile::readable_select(lower.program);
            return false;
        } catch (const core::Error&) {
            return true;
        }
    });
}

std::vector<NamedView> Planner::named_of(const settings::ViewSettings& view) const {
    for (std::size_t i = 0; i < settings_.views.size(); ++i) {
        if (settings_.views[i].name == view.name) {
            return named_[i];
        }
    }
    return {};
}

// A name without a schema that means a relation of the view's own schema, which is none of ours.
asio::awaitable<bool> Planner::hidden_by_own_schema(const settings::ViewSettings& view, std::string schema,
                                                    std::size_t offset, sql::QualifiedName name) {
    if (schema == name.schema) {
        co_return false;
    }
    for (const auto& relation : relations_in(view.query)) {
        if (relation.offset == offset && relation.name.schema.empty()) {
            const sql::QualifiedName own{schema, name.name};
            const auto kind = co_await relation_kind(own);
            co_return !kind.empty();
        }
    }
    co_return false;
}

void Planner::refuse_views_given_up(const settings::ViewSettings& view, const sql::QualifiedName& reader) const {
    for (const auto& relation : relations_in(view.query)) {
        for (const auto& stored : stored_) {
            const bool same = stored.name == relation.name ||
                              (relation.name.schema.empty() && stored.name.name == relation.name.name &&
                               (stored.name.schema == reader.schema || stored.name.schema == "public"));
            const bool configured =
                std::any_of(settings_.views.begin(), settings_.views.end(), [&](const settings::ViewSettings& one) {
                    return sql::parse_qualified_name(one.name, "public") == stored.name;
                });
            if (same && !configured && catalog::keeps_state(stored.strategy)) {
                throw core::Faults({fault_at_name(
                    settings_, view, relation.offset,
                    "it reads the view " + stored.display_name() + ", which the configuration has no more",
                    "keep " + stored.display_name() + " in the configuration, or remove this view with it")});
            }
        }
    }
}

void Planner::learn_state_tables(const ViewPlan& plan,
                                 const std::map<sql::QualifiedName, std::vector<query::ColumnFact>>& tables) {
    for (const auto& [name, lower] : planned_as_) {
        for (const auto& table : plan.sources) {
            if (will_be_built(lower) && catalog::view_of_state(table) == lower.id) {
                facts_.emplace(table, catalog::TableFacts{0, {}, 0, tables.at(table)});
            }
        }
    }
}

std::string Planner::why_rebuilt(const ViewPlan& plan) const {
    for (const auto& name : plan.reads) {
        if (planned_as_.at(name).action == Action::rebuild) {
            return "the view " + catalog::display_name(name) + ", which it reads, is rebuilt";
        }
    }
    return "the query, its types or its settings changed since it was installed";
}

std::optional<catalog::StoredView> Planner::present_of(const sql::QualifiedName& name) const {
    const auto present = std::find_if(stored_.begin(), stored_.end(), [&](const catalog::StoredView& one) {
        return one.name == name && one.state != catalog::ViewState::building;
    });
    return present == stored_.end() ? std::nullopt : std::optional(*present);
}

}  // namespace freshet::install
