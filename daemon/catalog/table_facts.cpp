#include <algorithm>

#include "freshet/catalog/resolve.hpp"
#include "queries.hpp"

namespace freshet::catalog {

namespace {

struct Kind {
    std::string_view letter;  // pg_class.relkind
    std::string_view name;
    std::string_view why_not;
    std::string_view hint;
};
constexpr Kind kinds[] = {
    {"v", "a view", "which has no rows of its own to capture", "write the tables behind it into the query"},
    {"m", "a materialized view", "whose refreshes no trigger sees",
     "read what it is defined from, or hand it to freshet: install --adopt"},
    {"f", "a foreign table", "whose rows change on another server, where no trigger tells",
     "copy it into an ordinary table, or use strategy concurrent"},
    {"S", "a sequence", "whose changes no trigger sees", "read an ordinary table"},
};

void check_kind(const pg::Result& row, const std::string& name) {
    const auto letter = row.text(0, row.column_index("kind"));
    if (letter != "r" && letter != "p") {
        const auto* kind =
            std::find_if(std::begin(kinds), std::end(kinds), [&](const Kind& one) { return one.letter == letter; });
        if (kind == std::end(kinds)) {
            throw core::Error(name + " is no table", "read an ordinary table");
        }
        throw core::Error(name + " is " + std::string(kind->name) + ", " + std::string(kind->why_not),
                          std::string(kind->hint));
    }
    if (row.boolean(0, row.column_index("is_partition"))) {
        throw core::Error(name + " is a partition: rows written through its parent do not fire its triggers",
                          "read the partitioned table");
    }
    if (row.boolean(0, row.column_index("foreign_partitions"))) {
        throw core::Error(name + " has foreign tables among its partitions, whose changes cannot be captured",
                          "read a table whose partitions are all here");
    }
    if ((letter == "r" && row.boolean(0, row.column_index("has_children"))) ||
        row.boolean(0, row.column_index("is_child"))) {
        throw core::Error(name + " takes part in table inheritance: its rows can change without its triggers firing",
                          "read a table without parents and children");
    }
    if (row.text(0, row.column_index("persistence")) == "t") {
        throw core::Error(name + " is a temporary table, which only its own session can see", "use an ordinary table");
    }
    if (row.text(0, row.column_index("persistence")) == "u") {
        throw core::Error(name + " is unlogged: after a crash it is empty and nothing tells the view",
                          "ALTER TABLE " + name + " SET LOGGED");
    }
}

void check_rights(const pg::Result& row, const std::string& name) {
    if (!row.boolean(0, row.column_index("may_read"))) {
        throw core::Error("no right to read " + name, "GRANT SELECT ON " + name + " to the daemon's role");
    }
    if (!row.boolean(0, row.column_index("may_create_trigger"))) {
        throw core::Error("no right to create triggers on " + name,
                          "GRANT TRIGGER ON " + name + " to the daemon's role, or install as the owner " +
                              row.text(0, row.column_index("owner")));
    }
    if (row.boolean(0, row.column_index("row_security"))) {
        throw core::Error("row-level security on " + name + " would hide rows from the daemon",
                          "give the daemon's role BYPASSRLS, or let it own the table without FORCE ROW LEVEL SECURITY");
    }
}

query::ColumnFact column_fact(const pg::Result& rows, int row) {
    query::ColumnFact fact;
    fact.name = rows.text(row, rows.column_index("name"));
    fact.type = rows.text(row, rows.column_index("type"));
    fact.log_type = rows.text(row, rows.column_index("log_type"));
    fact.collation = rows.text(row, rows.column_index("collation"));
    fact.not_null = rows.boolean(row, rows.column_index("not_null"));
    fact.is_enum = rows.boolean(row, rows.column_index("is_enum"));
    fact.deterministic = rows.boolean(row, rows.column_index("deterministic"));
    return fact;
}

}  // namespace

asio::awaitable<TableFacts> table_facts(pg::Connection& connection, sql::QualifiedName table) {
    const auto name = table.display();
    const auto row = co_await connection.query(query_text("table_facts"), pg::params(table.schema, table.name));
    if (row.rows() == 0) {
        throw core::Error("there is no table " + name, "check the name and its schema");
    }
    check_kind(row, name);
    check_rights(row, name);
    TableFacts facts;
    facts.oid = row.integer(0, row.column_index("oid"));
    facts.partitioned = row.text(0, row.column_index("kind")) == "p";
    facts.primary_key = row.strings(0, row.column_index("primary_key"));
    facts.estimated_rows = row.integer(0, row.column_index("estimated_rows"));
    const auto columns = co_await connection.query(query_text("column_types"), pg::params(std::to_string(facts.oid)));
    for (int i = 0; i < columns.rows(); ++i) {
        facts.columns.push_back(column_fact(columns, i));
    }
    const auto indexes = co_await connection.query(query_text("unique_indexes"), pg::params(std::to_string(facts.oid)));
    for (int i = 0; i < indexes.rows(); ++i) {
        facts.unique_indexes.push_back({indexes.strings(i, 0), indexes.strings(i, 1)});
    }
    co_return facts;
}

asio::awaitable<MaterializedView> materialized_view(pg::Connection& connection, sql::QualifiedName name) {
    const auto shown = name.display();
    const auto row = co_await connection.query(query_text("matview_facts"), pg::params(name.schema, name.name));
    if (row.rows() == 0 || row.text(0, row.column_index("kind")) != "m") {
        throw core::Error("there is no materialized view " + shown,
                          "strategy concurrent refreshes a materialized view that exists already");
    }
    if (!row.boolean(0, row.column_index("may_refresh"))) {
        throw core::Error("no right to refresh " + shown, "only its owner " + row.text(0, row.column_index("owner")) +
                                                              " may; make the daemon's role a member of it");
    }
    if (!row.boolean(0, row.column_index("populated"))) {
        throw core::Error("materialized view " + shown + " was never populated, so it cannot be refreshed concurrently",
                          "REFRESH MATERIALIZED VIEW " + name.quoted());
    }
    if (!row.boolean(0, row.column_index("has_unique_index"))) {
        throw core::Error(
            "materialized view " + shown +
                " has no unique index on plain columns over all rows, so it cannot be refreshed concurrently",
            "CREATE UNIQUE INDEX ON " + name.quoted() + " (the columns that identify a row)");
    }
    MaterializedView view;
    view.oid = row.integer(0, row.column_index("oid"));
    view.definition = row.text(0, row.column_index("definition"));
    view.columns = row.strings(0, row.column_index("columns"));
    const auto tables = co_await connection.query(query_text("base_tables"), pg::params(std::to_string(view.oid)));
    for (int i = 0; i < tables.rows(); ++i) {
        view.sources.push_back({tables.text(i, 0), tables.text(i, 1)});
    }
    co_return view;
}

}  // namespace freshet::catalog
