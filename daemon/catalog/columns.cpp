#include "freshet/catalog/columns.hpp"

#include "freshet/sql/texts.hpp"

namespace freshet::catalog {

namespace {

asio::awaitable<std::vector<Column>> columns_of(pg::Connection& connection, std::string oid) {
    const auto rows = co_await connection.query(std::string(sql::text("triggers/queries/catalog/column_types.sql")),
                                                pg::params(std::move(oid)));
    std::vector<Column> columns;
    for (int i = 0; i < rows.rows(); ++i) {
        columns.push_back({rows.text(i, rows.column_index("name")), rows.text(i, rows.column_index("type")),
                           rows.text(i, rows.column_index("collation"))});
    }
    co_return columns;
}

asio::awaitable<std::vector<Column>> probe(pg::Connection& connection, QueryText text) {
    const auto path = (text.schema == "public" ? "" : sql::quote(text.schema) + ", ") + std::string("public");
    co_await connection.query("SELECT set_config('search_path', $1, true)", pg::params(path));
    co_await connection.script("CREATE TEMPORARY VIEW freshet_columns AS\n" + text.sql + "\n");
    const auto oid = co_await connection.query("SELECT 'pg_temp.freshet_columns'::regclass::oid::text");
    co_await connection.query("SELECT set_config('search_path', 'pg_catalog', true)");
    co_return co_await columns_of(connection, oid.text(0, 0));
}

}  // namespace

asio::awaitable<std::vector<Column>> relation_columns(pg::Connection& connection, std::int64_t relation) {
    co_return co_await columns_of(connection, std::to_string(relation));
}

asio::awaitable<std::vector<Column>> query_columns(pg::Connection& connection, QueryText text) {
    auto transaction = co_await pg::Transaction::begin(connection, pg::Isolation::read_committed);
    std::exception_ptr failure;
    std::vector<Column> columns;
    try {
        columns = co_await probe(connection, std::move(text));
    } catch (const core::Error&) {
        failure = std::current_exception();
    }
    if (connection.alive()) {
        co_await transaction.rollback();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    co_return columns;
}

}  // namespace freshet::catalog
