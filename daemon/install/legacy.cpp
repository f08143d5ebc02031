#include "legacy.hpp"

#include <nlohmann/json.hpp>

#include "steps.hpp"

namespace freshet::install {

namespace {

Relation relation_from(const pg::Result& rows) {
    const auto text = [&](std::string_view column) { return rows.text(0, rows.column_index(column)); };
    const auto boolean = [&](std::string_view column) { return rows.boolean(0, rows.column_index(column)); };
    Relation relation;
    relation.name = {text("schema_name"), text("relation_name")};
    relation.materialized = boolean("materialized");
    relation.populated = boolean("populated");
    relation.owner = text("owner");
    relation.may_own = boolean("may_own");
    relation.may_replace = boolean("may_replace");
    relation.definition = text("definition");
    relation.options = text("options");
    relation.tablespace = text("tablespace");
    relation.access_method = text("access_method");
    relation.comment = text("comment");
    return relation;
}

asio::awaitable<Relation> read_relation(pg::Connection& connection, std::string oid) {
    auto relation = relation_from(co_await connection.query(query_text("relation"), pg::params(oid)));
    relation.oid = std::stoll(oid);
    const auto belongings = co_await connection.query(query_text("belongings"), pg::params(oid));
    for (int i = 0; i < belongings.rows(); ++i) {
        relation.belongings.push_back(belongings.text(i, 0));
    }
    const auto indexes = co_await connection.query(query_text("relation_indexes"), pg::params(oid));
    for (int i = 0; i < indexes.rows(); ++i) {
        relation.indexes.push_back(index_from_json(indexes.text(i, 0)));
    }
    co_return relation;
}

asio::awaitable<std::vector<BoundObject>> read_bound(pg::Connection& connection, const Legacy& legacy) {
    std::vector<std::string> gone{std::to_string(legacy.relation.oid)};
    for (const auto& dependent : legacy.dependents) {
        if (dependent.materialized) {
            gone.push_back(std::to_string(dependent.oid));
        }
    }
    const auto rows = co_await connection.query(query_text("bound_objects"), pg::params(pg::array_text(gone)));
    std::vector<BoundObject> bound;
    for (int i = 0; i < rows.rows(); ++i) {
        bound.push_back({rows.text(i, 0), rows.boolean(i, 1)});
    }
    co_return bound;
}

}  // namespace

Index index_from_json(const std::string& facts) {
    const auto json = nlohmann::json::parse(facts);
    Index index;
    index.oid = json.at("oid");
    index.name = json.at("name");
    index.tail = json.at("tail");
    index.method = json.at("method");
    for (const auto& column : json.at("columns")) {
        index.columns.push_back({column.at("key"), column.at("name"), column.at("expression"), column.at("suffix")});
    }
    index.predicate = json.at("predicate");
    index.storage = json.at("storage");
    index.tablespace = json.at("tablespace");
    index.comment = json.at("comment");
    index.unique = json.at("unique");
    index.clustered = json.at("clustered");
    index.facts = facts;
    return index;
}

asio::awaitable<std::optional<Legacy>> read_legacy(pg::Connection& connection, sql::QualifiedName name) {
    const auto found = co_await connection.query(
        "SELECT c.oid::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND "
        "c.relname = $2 AND c.relkind IN ('v', 'm')",
        pg::params(name.schema, name.name));
    if (found.rows() == 0) {
        co_return std::nullopt;
    }
    const auto oid = found.text(0, 0);
    Legacy legacy;
    legacy.relation = co_await read_relation(connection, oid);
    const auto dependents = co_await connection.query(query_text("dependents"), pg::params(oid));
    for (int i = 0; i < dependents.rows(); ++i) {
        legacy.dependents.push_back(co_await read_relation(connection, dependents.text(i, 0)));
    }
    legacy.bound = co_await read_bound(connection, legacy);
    co_return legacy;
}

}  // namespace freshet::install
