#include "freshet/catalog/store.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "freshet/compile/emit.hpp"
#include "freshet/sql/texts.hpp"
#include "queries.hpp"

namespace freshet::catalog {

namespace {

StoredSource read_source(const pg::Result& rows, int row) {
    StoredSource source;
    source.id = static_cast<int>(rows.integer(row, rows.column_index("id")));
    source.table = {rows.text(row, rows.column_index("schema_name")), rows.text(row, rows.column_index("table_name"))};
    source.relation = rows.integer(row, rows.column_index("relation"));
    source.fingerprint = rows.text(row, rows.column_index("fingerprint"));
    source.events = rows.strings(row, rows.column_index("events"));
    return source;
}

ViewState state_from(const std::string& text) {
    return text == "ready" ? ViewState::ready : text == "broken" ? ViewState::broken : ViewState::building;
}

void stand_in_for_program(const core::Error& error, StoredView& view) {
    view.unreadable = error.what();
    view.fingerprint.clear();
    view.program.view_id = view.id;
    for (const auto& source : view.sources) {
        view.program.sources.push_back({source.id, source.table, {}});
    }
}

void read_program(const std::string& document, Unreadable unreadable, StoredView& view) {
    try {
        view.program = compile::program_from_json(nlohmann::json::parse(document));
    } catch (const core::Error& error) {
        if (unreadable == Unreadable::refused) {
            throw core::Error("view " + view.display_name() + ": " + error.what(), error.hint());
        }
        stand_in_for_program(error, view);
    }
}

StoredView read_view(const pg::Result& rows, int row, const std::vector<StoredSource>& sources, Unreadable unreadable) {
    const auto text = [&](std::string_view column) { return rows.text(row, rows.column_index(column)); };
    StoredView view;
    view.id = static_cast<int>(rows.integer(row, rows.column_index("id")));
    view.name = {text("schema_name"), text("relation_name")};
    view.strategy = text("strategy") == "delta"     ? Strategy::delta
                    : text("strategy") == "partial" ? Strategy::partial
                                                    : Strategy::concurrent;
    view.state = state_from(text("state"));
    view.definition = text("definition");
    view.timezone = text("timezone");
    view.fingerprint = text("fingerprint");
    for (const auto& id : rows.strings(row, rows.column_index("sources"))) {
        const auto source = std::find_if(sources.begin(), sources.end(),
                                         [&](const StoredSource& one) { return std::to_string(one.id) == id; });
        view.sources.push_back(*source);
    }
    view.tables = rows.strings(row, rows.column_index("tables"));
    if (keeps_state(view.strategy)) {
        read_program(text("program"), unreadable, view);
    }
    return view;
}

}  // namespace

std::string_view name_of(Strategy strategy) {
    switch (strategy) {
        case Strategy::delta:
            return "delta";
        case Strategy::partial:
            return "partial";
        case Strategy::concurrent:
            return "concurrent";
    }
    throw std::logic_error("unknown strategy");
}

std::string_view name_of(ViewState state) {
    switch (state) {
        case ViewState::building:
            return "building";
        case ViewState::ready:
            return "ready";
        case ViewState::broken:
            return "broken";
    }
    throw std::logic_error("unknown view state");
}

std::string display_name(const sql::QualifiedName& name) {
    return name.schema == "public" ? name.name : name.display();
}

std::string StoredView::display_name() const {
    return catalog::display_name(name);
}

int schema_version() {
    return static_cast<int>(sql::text_paths("triggers/schema/").size());
}

std::optional<core::Error> version_conflict(const Installation& installation) {
    const int ours = schema_version();
    if (installation.schema_version == ours) {
        return std::nullopt;
    }
    const bool newer = installation.schema_version > ours;
    return core::Error("the database was installed by " + std::string(newer ? "a newer" : "an older") +
                           " freshetd (schema version " + std::to_string(installation.schema_version) +
                           ", this one works with " + std::to_string(ours) + ")",
                       newer ? "use the newer freshetd" : "run freshetd install with this version");
}

asio::awaitable<std::optional<Installation>> load_installation(pg::Connection& connection) {
    const auto exists = co_await connection.query(
        "SELECT to_regclass('freshet.installation') IS NOT NULL AS installed, "
        "coalesce(has_schema_privilege(to_regnamespace('freshet'), 'USAGE'), true) AS allowed");
    if (!exists.boolean(0, 1)) {
        throw core::Error("no right to use the schema freshet",
                          "run as the role that installed freshet, or a member of it");
    }
    if (!exists.boolean(0, 0)) {
        co_return std::nullopt;
    }
    const auto row = co_await connection.query(query_text("installation"));
    if (row.rows() == 0) {
        co_return std::nullopt;
    }
    Installation found;
    found.schema_version = static_cast<int>(row.integer(0, 0));
    found.freshet_version = row.text(0, 1);
    found.system_identifier = row.text(0, 2);
    found.present_system_identifier = row.text(0, 3);
    found.copied = row.boolean(0, row.column_index("copied"));
    found.ahead = row.boolean(0, row.column_index("ahead"));
    found.timeline = row.text(0, row.column_index("timeline"));
    found.present_timeline = row.text(0, row.column_index("present_timeline"));
    found.standby = row.boolean(0, row.column_index("standby"));
    found.read_only = row.boolean(0, row.column_index("read_only"));
    co_return found;
}

asio::awaitable<std::vector<StoredSource>> load_sources(pg::Connection& connection) {
    const auto rows = co_await connection.query(query_text("sources"));
    std::vector<StoredSource> sources;
    for (int i = 0; i < rows.rows(); ++i) {
        sources.push_back(read_source(rows, i));
    }
    co_return sources;
}

asio::awaitable<std::vector<StoredView>> load_views(pg::Connection& connection, Unreadable unreadable) {
    const auto sources = co_await load_sources(connection);
    const auto rows = co_await connection.query(query_text("views"));
    std::vector<StoredView> views;
    for (int i = 0; i < rows.rows(); ++i) {
        views.push_back(read_view(rows, i, sources, unreadable));
    }
    co_return views;
}

std::vector<std::string> drop_tables(const StoredView& view) {
    if (view.unreadable.empty()) {
        return compile::drop_state(view.program);
    }
    std::vector<std::string> statements;
    for (const auto& table : view.tables) {
        statements.push_back("DROP TABLE IF EXISTS freshet." + sql::quote(table));
    }
    return statements;
}

}  // namespace freshet::catalog
