#include "freshet/capture/integrity.hpp"

#include <algorithm>
#include <array>

#include "queries.hpp"

namespace freshet::capture {

namespace {

constexpr std::array restorable_reasons = {"table_replaced",     "trigger_missing",   "trigger_altered",
                                           "function_missing",   "function_replaced", "partition_attached",
                                           "partition_detached", "partition_new",     "column_altered",
                                           "key_altered",        "not_recorded"};

std::string array_of(const std::vector<int>& numbers) {
    std::string text;
    for (const int number : numbers) {
        text += (text.empty() ? "" : ",") + std::to_string(number);
    }
    return "{" + text + "}";
}

}  // namespace

bool CaptureFault::restorable() const {
    return std::find(restorable_reasons.begin(), restorable_reasons.end(), reason) != restorable_reasons.end();
}

std::string CaptureFault::text() const {
    return "changes of " + source + " are not captured: " + reason + (object.empty() ? "" : " (" + object + ")");
}

std::vector<CaptureFault> read_faults(const pg::Result& rows) {
    std::vector<CaptureFault> faults;
    for (int i = 0; i < rows.rows(); ++i) {
        faults.push_back({static_cast<int>(rows.integer(i, 0)), rows.text(i, 1), rows.text(i, 2), rows.text(i, 3)});
    }
    return faults;
}

asio::awaitable<std::vector<CaptureFault>> capture_faults(pg::Connection& connection) {
    const auto known =
        co_await connection.query("SELECT to_regprocedure('freshet.capture_faults(integer[])') IS NOT NULL");
    if (!known.boolean(0, 0)) {
        std::vector<CaptureFault> none;
        co_return none;
    }
    const auto rows = co_await connection.prepared(query_text("faults"));
    co_return read_faults(rows);
}

asio::awaitable<std::vector<CaptureFault>> watch_capture(pg::Connection& connection) {
    const auto rows = co_await connection.prepared(query_text("watch"));
    co_return read_faults(rows);
}

pg::Statement capture_faults_of(const std::vector<int>& sources) {
    return {query_text("faults_of"), pg::params(array_of(sources))};
}

asio::awaitable<Restored> restore(pg::Connection& connection, int source_id, std::chrono::milliseconds lock_timeout) {
    auto transaction = co_await pg::Transaction::begin(connection, pg::Isolation::read_committed);
    Restored restored;
    std::exception_ptr failure;
    try {
        // Readers of a partitioned table lock it before its partitions, the DROP of a trigger function as it comes. So
        // we give up before the server looks for deadlocks, and might end the statement of an application.
        co_await connection.query(
            "SELECT set_config('lock_timeout', least($1::integer, s.setting::integer / 2) || 'ms', true) FROM "
            "pg_settings s WHERE s.name = 'deadlock_timeout'",
            pg::params(std::to_string(lock_timeout.count())));
        const auto row = co_await connection.query("SELECT freshet.restore_capture($1::integer, false)",
                                                   pg::params(std::to_string(source_id)));
        co_await transaction.commit();
        restored.missed = row.boolean(0, 0);
        restored.done = true;
        co_return restored;
    } catch (const pg::Error& error) {
        restored.obstacle = error.what();
        if (error.connection_lost() || error.in_doubt()) {
            failure = std::current_exception();
        }
    }
    if (connection.alive()) {
        co_await transaction.rollback();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    co_return restored;
}

}  // namespace freshet::capture
