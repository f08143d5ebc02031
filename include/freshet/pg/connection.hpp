// One session with PostgreSQL on Asio: libpq in its non-blocking form.
//
// Not thread-safe; lives on the executor it was opened with. One statement at a time: a second call while one is under
// way is a std::logic_error. Destroying a Connection closes the session. Every wait ends at its deadline: the
// statement is then cancelled on the server and the call throws pg::Error with timed_out(); a server that does not
// answer that within two seconds loses the session. Cancelling the coroutine in the middle of a statement closes the
// session, cancels the statement on the server and throws operation_aborted; while waiting for a notification it leaves
// the session as it was. Host names are looked up by libpq, which blocks: name hosts by address where that matters.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/pg/error.hpp"
#include "freshet/pg/result.hpp"

namespace freshet::pg {

namespace asio = boost::asio;
using Timeout = std::chrono::milliseconds;

struct ConnectOptions {
    std::string conninfo;          // libpq conninfo or URI, may be empty
    std::string application_name;  // freshetd/<role>/<view>
    Timeout connect_timeout{10'000};
    Timeout default_timeout{60'000};  // of a statement that names none
    // Set after connecting; pinned so that no role or database default changes what our SQL means.
    std::vector<std::pair<std::string, std::string>> settings = {
        {"search_path", "pg_catalog"},         {"DateStyle", "ISO, MDY"},
        {"IntervalStyle", "postgres"},         {"TimeZone", "UTC"},
        {"extra_float_digits", "1"},           {"bytea_output", "hex"},
        {"standard_conforming_strings", "on"}, {"client_encoding", "UTF8"}};
};

// One statement of a pipeline, with its parameters ($1...).
struct Statement {
    std::string sql;
    Params params;
};

struct Notification {
    std::string channel;
    std::string payload;
    int backend_pid = 0;
};

enum class Isolation { read_committed, repeatable_read };

class Connection {
  public:
    static asio::awaitable<std::unique_ptr<Connection>> open(asio::any_io_executor executor, ConnectOptions options);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // One statement with parameters ($1...), extended protocol.
    asio::awaitable<Result> query(std::string sql, Params params = {});
    asio::awaitable<Result> query(std::string sql, Params params, Timeout timeout);
    // Prepared on first use in this session and kept by its text (at most 256, oldest dropped).
    asio::awaitable<Result> prepared(std::string sql, Params params = {});
    asio::awaitable<Result> prepared(std::string sql, Params params, Timeout timeout);
    // Statements that need not wait for each other's results, in one round trip: each prepared on first use as
    // prepared() does, their results in order. The first that fails throws, its number in the error's index; those
    // after it were not run. Outside a transaction they are one, which is committed at the end.
    asio::awaitable<std::vector<Result>> pipeline(std::vector<Statement> statements);
    asio::awaitable<std::vector<Result>> pipeline(std::vector<Statement> statements, Timeout timeout);
    // Several statements separated by semicolons, simple protocol; returns the last result.
    asio::awaitable<Result> script(std::string sql);
    asio::awaitable<Result> script(std::string sql, Timeout timeout);
    // COPY ... FROM STDIN: `next` fills its argument with the next chunk and returns false at the end.
    asio::awaitable<std::int64_t> copy_in(std::string sql, std::function<bool(std::string&)> next, Timeout timeout);

    // Waits for a notification, at most `timeout`. False when the time is over. Throws when the connection is lost.
    asio::awaitable<bool> wait_notification(Timeout timeout);
    // Notifications received so far, oldest first; also those that came along with query results.
    std::deque<Notification> take_notifications();

    bool alive() const noexcept;
    bool in_transaction() const noexcept;
    int backend_pid() const noexcept;
    int server_version() const noexcept;  // as PQserverVersion, e.g. 150018
    // Asks the server to cancel what runs on this session, from another connection; safe to call from other coroutines
    // of the same executor. Never throws; returns whether the request was delivered.
    asio::awaitable<bool> cancel();

  private:
    friend class Transaction;
    class Impl;
    explicit Connection(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// A transaction on a borrowed connection. Without commit() it is rolled back: explicitly by rollback(), or by the
// destructor closing the connection if that was never reached (a coroutine cannot await in a destructor).
class Transaction {
  public:
    static asio::awaitable<Transaction> begin(Connection& connection, Isolation isolation);
    // The same with its first statements in one round trip (Connection::pipeline). When one of them fails, the
    // transaction is rolled back and the error thrown; its index is that in `statements`.
    static asio::awaitable<std::pair<Transaction, std::vector<Result>>> begin_with(Connection& connection,
                                                                                   Isolation isolation,
                                                                                   std::vector<Statement> statements);
    ~Transaction();
    Transaction(Transaction&& other) noexcept;
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    Transaction& operator=(Transaction&&) = delete;

    // A connection lost meanwhile throws pg::Error with in_doubt().
    asio::awaitable<void> commit();
    // The same with its last statements in one round trip. When one of them fails, nothing is committed and the
    // transaction goes on to be: roll it back.
    asio::awaitable<void> commit_with(std::vector<Statement> statements);
    asio::awaitable<void> rollback();

  private:
    explicit Transaction(Connection& connection) : connection_(&connection) {}
    Connection* connection_;
};

// Runs `work` in a transaction: commits when it returns, rolls back and rethrows when it throws.
asio::awaitable<void> in_transaction(Connection& connection, Isolation isolation,
                                     std::function<asio::awaitable<void>()> work);

}  // namespace freshet::pg
