#include "freshet/capture/captured.hpp"

#include "freshet/sql/identifier.hpp"
#include "queries.hpp"

namespace freshet::capture {

namespace {

asio::awaitable<std::vector<std::string>> log_table_counts(pg::Connection& connection) {
    const auto rows = co_await connection.prepared(query_text("log_tables"));
    std::vector<std::string> selects;
    for (int i = 0; i < rows.rows(); ++i) {
        if (rows.integer(i, rows.column_index("source_id")) == 0) {
            continue;  // markers, which query_text("captured") counts
        }
        auto select = query_text("captured_rows");
        select.replace(select.find("{log}"), 5, sql::quote(rows.text(i, rows.column_index("name"))));
        select.replace(select.find("{source}"), 8, sql::literal(rows.text(i, rows.column_index("source"))));
        selects.push_back(std::move(select));
    }
    co_return selects;
}

}  // namespace

// One statement, so one snapshot: what it does not see the next count does.
asio::awaitable<Captured> count_captured(pg::Connection& connection, std::string since) {
    auto statement = query_text("captured");
    std::string logs;
    const auto selects = co_await log_table_counts(connection);
    for (const auto& select : selects) {
        logs += "UNION ALL\n" + select;
    }
    statement.replace(statement.find("{logs}"), 6, logs);
    pg::Params values(1);
    if (!since.empty()) {
        values.front() = std::move(since);
    }
    const auto rows = co_await connection.query(statement, values);
    Captured captured;
    for (int i = 0; i < rows.rows(); ++i) {
        captured.until = rows.text(i, rows.column_index("until"));
        captured.oldest_transaction = std::chrono::duration<double>(rows.number(i, rows.column_index("oldest")));
        if (rows.get(i, rows.column_index("source"))) {
            captured.counts.push_back({rows.text(i, rows.column_index("source")), rows.text(i, rows.column_index("op")),
                                       rows.integer(i, rows.column_index("rows"))});
        }
    }
    co_return captured;
}

}  // namespace freshet::capture
