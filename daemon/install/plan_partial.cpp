// Strategy partial: a view whose rows are kept as its query gives them, with the user's word for which keys a change
// concerns.
#include <algorithm>

#include "freshet/catalog/resolve_partial.hpp"
#include "freshet/compile/whole.hpp"
#include "planner.hpp"

namespace freshet::install {

namespace {

catalog::PartialText partial_text(const settings::Settings& settings, const settings::ViewSettings& view,
                                  const sql::QualifiedName& name) {
    catalog::PartialText text;
    text.query = {view.query, view.query_file.empty() ? settings.file : view.query_file, name.schema, view.timezone};
    text.keys = view.keys;
    text.file = settings.file;
    text.at = {view.line, view.column};
    for (const auto& dirty : view.dirty_keys) {
        text.dirty.push_back({sql::parse_qualified_name(dirty.table, "public"), dirty.all ? "" : dirty.query,
                              {dirty.line, dirty.column}});
    }
    return text;
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
    auto resolved = co_await catalog::resolve_partial(connection_, partial_text(settings_, view, plan.name));
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
