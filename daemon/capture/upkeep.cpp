#include "freshet/capture/upkeep.hpp"

#include <algorithm>
#include <map>

#include "queries.hpp"

namespace freshet::capture {

namespace {

struct LogTable {
    std::string name;
    std::int64_t bytes = 0;
    std::int64_t heap_bytes = 0;
    bool in_use = false;
    std::string source;
    int source_id = 0;  // 0: the markers of all sources
};

asio::awaitable<std::vector<LogTable>> log_tables(pg::Connection& connection) {
    const auto rows = co_await connection.prepared(query_text("log_tables"));
    std::vector<LogTable> tables;
    for (int i = 0; i < rows.rows(); ++i) {
        tables.push_back({rows.text(i, rows.column_index("name")), rows.integer(i, rows.column_index("bytes")),
                          rows.integer(i, rows.column_index("heap_bytes")),
                          rows.boolean(i, rows.column_index("in_use")), rows.text(i, rows.column_index("source")),
                          static_cast<int>(rows.integer(i, rows.column_index("source_id")))});
    }
    co_return tables;
}

// Whether some view has not folded a row of the table yet.
std::string still_needed(const LogTable& table) {
    const std::string xid = table.source_id == 0 ? "xid" : "freshet_xid";
    const auto views = table.source_id == 0
                           ? std::string("SELECT p.snapshot FROM freshet.position p")
                           : "SELECT p.snapshot FROM freshet.position p JOIN freshet.view_source s ON s.view_id = "
                             "p.view_id WHERE s.source_id = " +
                                 std::to_string(table.source_id);
    return "SELECT EXISTS (SELECT FROM freshet." + table.name + " AS l, (" + views + ") AS p WHERE l." + xid +
           " >= pg_snapshot_xmin(p.snapshot) AND NOT pg_visible_in_snapshot(l." + xid + ", p.snapshot))";
}

// The statistics of the log count a packed row as one (schedule/statistics_watch.hpp).
std::string remember_packed(const LogTable& table) {
    return "UPDATE freshet.source AS s SET unpacked = s.unpacked + l.rows FROM (SELECT sum(abs(freshet_rows) - 1) AS "
           "rows "
           "FROM freshet." +
           table.name + ") AS l WHERE s.id = " + std::to_string(table.source_id) + " AND l.rows > 0";
}

asio::awaitable<bool> trim_under_lock(pg::Connection& connection, const LogTable& table) {
    co_await connection.script("LOCK TABLE freshet." + table.name + " IN ACCESS EXCLUSIVE MODE");
    const auto needed = co_await connection.query(still_needed(table));
    if (needed.boolean(0, 0)) {
        co_return false;
    }
    if (table.source_id != 0) {
        co_await connection.query(remember_packed(table));
    }
    co_await connection.script("TRUNCATE freshet." + table.name);
    co_return true;
}

asio::awaitable<bool> trim(pg::Connection& connection, LogTable table, std::chrono::milliseconds lock_timeout) {
    const auto needed = co_await connection.query(still_needed(table));
    if (needed.boolean(0, 0)) {
        co_return false;
    }
    auto transaction = co_await pg::Transaction::begin(connection, pg::Isolation::read_committed);
    bool trimmed = false;
    std::exception_ptr failure;
    try {
        co_await connection.query("SELECT set_config('lock_timeout', $1, true)",
                                  pg::params(std::to_string(lock_timeout.count()) + "ms"));
        trimmed = co_await trim_under_lock(connection, table);
        co_await transaction.commit();
        co_return trimmed;
    } catch (const pg::Error& error) {
        if (!error.retryable() || error.connection_lost()) {
            failure = std::current_exception();
        }
    }
    if (connection.alive()) {
        co_await transaction.rollback();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    co_return false;
}

}  // namespace

asio::awaitable<Upkeep> keep_log_small(pg::Connection& connection, std::int64_t rotate_bytes,
                                       std::chrono::milliseconds lock_timeout) {
    const auto tables = co_await log_tables(connection);
    Upkeep upkeep;
    std::map<std::string, std::int64_t> sizes;
    bool others_empty = true;
    bool grown = false;
    for (const auto& table : tables) {
        if (table.source_id != 0) {
            sizes[table.source] += table.bytes;
        }
        grown = grown || (table.in_use && table.bytes >= rotate_bytes);
        if (table.in_use || table.heap_bytes == 0) {
            continue;
        }
        const bool trimmed = co_await trim(connection, table, lock_timeout);
        upkeep.trimmed += trimmed ? 1 : 0;
        others_empty = others_empty && trimmed;
    }
    for (const auto& [source, bytes] : sizes) {
        upkeep.sizes.push_back({source, bytes});
    }
    if (grown && others_empty) {
        co_await connection.query(query_text("flip_slot"));
        upkeep.rotated = true;
    }
    co_return upkeep;
}

}  // namespace freshet::capture
