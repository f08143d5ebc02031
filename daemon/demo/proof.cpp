#include "freshet/demo/proof.hpp"

#include "freshet/sql/identifier.hpp"
#include "freshet/sql/texts.hpp"

namespace freshet::demo {

namespace {

// Says when a row was written, which no query can tell.
constexpr const char* not_compared = "refreshed_at";
constexpr std::chrono::minutes proof_limit{10};

std::string list_of(const std::vector<std::string>& columns) {
    std::string list;
    for (const std::string& column : columns) {
        if (column == not_compared) continue;
        list += (list.empty() ? "" : ", ") + sql::quote(column);
    }
    return list;
}

asio::awaitable<std::vector<std::string>> columns_of(pg::Connection* connection, std::string relation) {
    const pg::Result result =
        co_await connection->query(std::string(sql::text("triggers/queries/demo/columns.sql")), pg::params(relation));
    std::vector<std::string> columns;
    for (int row = 0; row < result.rows(); ++row) columns.push_back(result.text(row, 0));
    co_return columns;
}

}  // namespace

std::string proof_statement(const SampleView& view, const std::vector<std::string>& columns) {
    const std::string relation = "public." + sql::quote(view.name);
    const std::string list = list_of(columns);
    std::string kept;
    if (!view.retention_column.empty()) {
        const std::string column = sql::quote(view.retention_column);
        kept = " WHERE " + column + " >= (SELECT min(" + column + ") FROM " + relation + ")";
    }
    return "WITH report AS MATERIALIZED (SELECT " + list + " FROM " + relation + "), live AS MATERIALIZED (SELECT " +
           list + " FROM (\n" + view.query + "\n) query" + kept +
           ") SELECT (SELECT count(*) FROM report),"
           " (SELECT count(*) FROM (TABLE live EXCEPT ALL TABLE report) missing),"
           " (SELECT count(*) FROM (TABLE report EXCEPT ALL TABLE live) extra)";
}

asio::awaitable<Proof> prove(pg::Connection* connection, SampleView view) {
    const std::vector<std::string> columns = co_await columns_of(connection, "public." + sql::quote(view.name));
    const pg::Result result = co_await connection->query(proof_statement(view, columns), {}, proof_limit);
    co_return Proof{result.integer(0, 0), result.integer(0, 1), result.integer(0, 2)};
}

}  // namespace freshet::demo
