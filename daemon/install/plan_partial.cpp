// Strategy partial: a view whose rows are kept as its query gives them, with the user's word for which keys a change
// concerns.
#include <algorithm>

#include "freshet/catalog/resolve_partial.hpp"
#include "freshet/compile/readable.hpp"
#include "freshet/compile/whole.hpp"
#include "planner.hpp"

namespace freshet::install {

namespace {

catalog::PartialText partial_text(const settings::Settings& settings, const settings::ViewSettings& view,
                                  const sql::QualifiedName& name, std::vector<catalog::StandIn> stand_ins) {
    catalog::PartialText text;
    text.query = {view.query, view.query_file.empty() ? settings.file : view.query_file, name.schema, view.timezone,
                  std::move(stand_ins)};
    text.file = settings.file;
    text.at = {view.line, view.column};
    return text;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
    return text;
}

// The entry of a freshet view: its rows that changed are what it reads of the rows of its state that changed.
catalog::DirtyKeysText of_view(catalog::DirtyKeysText entry, const catalog::StandIn& below, bool followed) {
    entry.view = below.view;
    entry.table = below.states.front();
    if (entry.sql.empty()) {
        return entry;
    }
    if (!followed || below.states.size() != 1) {
        throw core::Error("dirty_keys of " + below.view.display() +
                              ": changes of its state do not tell which of its rows changed",
                          "let its entry be \"all\"");
    }
    const auto state = entry.table.schema + "." + entry.table.name;
    entry.sql = "WITH changed AS (" + replaced(below.select, state, "changed") + "\n) SELECT * FROM (" + entry.sql +
                "\n) AS freshet_dirty";
    return entry;
}

bool is_followed(const compile::Program& program) {
    try {
        compile::readable_select(program);
        return true;
    } catch (const core::Error&) {
        return false;
    }
}

// Column `name`, which setting `what` names; its type must be one of `types` if there are any.
void require_column(const compile::Whole& whole, const std::string& name, const std::string& what,
                    const std::vector<std::string>& types) {
    const auto found = std::find_if(whole.columns.begin(), whole.columns.end(),
                                    [&](const compile::TypedColumn& one) { return one.name == name; });
    if (found == whole.columns.end()) {
        throw core::Error(what + " " + name + " is no column of the query", "name one of its columns");
    }
    if (!types.empty() && std::find(types.begin(), types.end(), found->type) == types.end()) {
        throw core::Error(what + " column " + name + " is of type " + found->type,
                          "it must be a date or a timestamp");
    }
}

}  // namespace

asio::awaitable<void> Planner::plan_partial(const settings::ViewSettings& view, ViewPlan& plan) {
    refuse_views_given_up(view, plan.name);
    const auto below = co_await stand_ins(view, plan, Follow::anything);
    auto text = partial_text(settings_, view, plan.name, below);
    text.keys = view.keys;
    for (const auto& dirty : view.dirty_keys) {
        catalog::DirtyKeysText entry{sql::parse_qualified_name(dirty.table, "public"),
                                     dirty.all ? "" : dirty.query,
                                     {dirty.line, dirty.column}};
        const auto view_below = std::find_if(below.begin(), below.end(),
                                             [&](const catalog::StandIn& one) { return one.view == entry.table; });
        if (view_below == below.end()) {
            text.dirty.push_back(std::move(entry));
            continue;
        }
        text.dirty.push_back(of_view(entry, *view_below, is_followed(planned_as_.at(view_below->view).program)));
        for (std::size_t i = 1; i < view_below->states.size(); ++i) {
            auto more = text.dirty.back();
            more.table = view_below->states[i];
            text.dirty.push_back(std::move(more));
        }
    }
    co_await plan_whole(view, plan, std::move(text));
}

asio::awaitable<void> Planner::plan_recomputed(const settings::ViewSettings& view, ViewPlan& plan) {
    auto below = co_await stand_ins(view, plan, Follow::anything);
    auto text = partial_text(settings_, view, plan.name, std::move(below));
    text.all = true;
    co_await plan_whole(view, plan, std::move(text));
}

asio::awaitable<void> Planner::plan_whole(const settings::ViewSettings& view, ViewPlan& plan,
                                          catalog::PartialText text) {
    auto resolved = co_await catalog::resolve_partial(connection_, std::move(text));
    plan.strategy = catalog::Strategy::partial;
    plan.sources = resolved.tables;
    auto& program = plan.program;
    program = {};
    program.view_id = plan.id;
    program.tenant = view.tenant;
    program.retention_column = view.retention ? view.retention->column : "";
    for (std::size_t i = 0; i < resolved.tables.size(); ++i) {
        const auto& table = resolved.tables[i];
        const auto& columns = resolved.columns.at(table);
        const auto id = source_id(table);
        program.sources.push_back({id, table, {columns.begin(), columns.end()}});
        resolved.whole.dirty[i].source_id = id;
    }
    for (std::size_t i = 0; i < resolved.whole.columns.size(); ++i) {
        const auto& keys = resolved.whole.keys;
        const bool key = std::find(keys.begin(), keys.end(), i) != keys.end();
        program.columns.push_back({resolved.whole.columns[i].name,
                                   key ? query::OutputKind::key : query::OutputKind::computed, "c" + std::to_string(i)});
    }
    program.whole = std::move(resolved.whole);
    program.views = std::move(resolved.views);
    learn_state_tables(plan, resolved.states);
    if (program.has_tenant()) {
        require_column(*program.whole, program.tenant, "tenant", {});
    }
    if (program.has_retention()) {
        require_column(*program.whole, program.retention_column, "retention",
                       {"date", "timestamp without time zone", "timestamp with time zone"});
    }
    plan.create_statements = compile::create_state(program, view.indexes);
    plan.create_statements.push_back("CREATE VIEW " + plan.name.quoted() + " AS\n" + compile::public_select(program));
}

}  // namespace freshet::install
