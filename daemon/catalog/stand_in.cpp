#include "stand_in.hpp"

#include <map>

#include "freshet/query/expand_views.hpp"
#include "probe.hpp"

namespace freshet::catalog {

namespace {

asio::awaitable<void> ensure_schema(pg::Connection& connection) {
    const auto missing = co_await connection.query("SELECT to_regnamespace('freshet') IS NULL");
    if (missing.boolean(0, 0)) {
        co_await connection.script("CREATE SCHEMA freshet");
    }
}

}  // namespace

asio::awaitable<void> put_up(pg::Connection& connection, std::vector<StandIn> stand_ins) {
    if (stand_ins.empty()) {
        co_return;
    }
    co_await connection.query("SELECT set_config('search_path', '', true)");
    for (const auto& one : stand_ins) {
        if (!one.tables.empty()) {
            co_await ensure_schema(connection);
        }
        for (const auto& statement : one.tables) {
            co_await connection.script(statement);
        }
        co_await connection.script("CREATE TEMPORARY VIEW " + sql::quote(one.view.name) + " AS\n" + one.select);
    }
}

asio::awaitable<std::string> take_down(pg::Connection& connection, std::string normalised,
                                       std::vector<StandIn> stand_ins) {
    std::map<sql::QualifiedName, std::string> definitions;
    for (const auto& one : stand_ins) {
        const auto text = co_await connection.query("SELECT pg_get_viewdef($1::regclass)",
                                                    pg::params("pg_temp." + sql::quote(one.view.name)));
        definitions[{"", one.view.name}] = without_terminator(text.text(0, 0));
        definitions[{"pg_temp", one.view.name}] = definitions[{"", one.view.name}];
        definitions[one.view] = definitions[{"", one.view.name}];  // as a plain view over it names it
    }
    co_return query::expand_views(normalised, [&](const sql::QualifiedName& name) -> std::optional<std::string> {
        const auto found = definitions.find(name);
        return found == definitions.end() ? std::nullopt : std::optional(found->second);
    });
}

}  // namespace freshet::catalog
