// The inside of Connection: the right order of libpq's asynchronous calls. Private to pg.
//
// One Exchange at a time: from sending the first byte of a statement until libpq has no result left. If the coroutine
// is cancelled in between, the session is of no use any more: it is closed, and the statement cancelled on the server.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "freshet/pg/connection.hpp"
#include "freshet/pg/handles.hpp"
#include "freshet/pg/socket.hpp"

namespace freshet::pg {

class Connection::Impl {
  public:
    Impl(asio::any_io_executor executor, ConnectOptions options);
    ~Impl();
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    asio::awaitable<void> connect();
    asio::awaitable<Result> query(std::string sql, Params params, Timeout timeout);
    asio::awaitable<Result> prepared(std::string sql, Params params, Timeout timeout);
    asio::awaitable<Result> script(std::string sql, Timeout timeout);
    enum class Ends { open, commit };
    asio::awaitable<std::vector<Result>> pipeline(std::vector<Statement> statements, Timeout timeout, Ends ends);
    asio::awaitable<std::int64_t> copy_in(std::string sql, std::function<bool(std::string&)> next, Timeout timeout);
    asio::awaitable<void> commit();
    asio::awaitable<void> commit_with(std::vector<Statement> statements);
    asio::awaitable<bool> wait_notification(Timeout timeout);
    asio::awaitable<bool> cancel();
    void close() noexcept;

    std::deque<Notification> take_notifications();
    bool alive() const noexcept;
    bool in_transaction() const noexcept;
    int backend_pid() const noexcept;
    int server_version() const noexcept;
    Timeout default_timeout() const noexcept { return options_.default_timeout; }

  private:
    // What libpq answers one by one: a statement is prepared, or runs.
    struct PipelineStep {
        std::size_t statement;
        std::string prepares;  // the name; empty for one that runs
    };
    struct Pipeline {
        std::vector<Statement> statements;
        std::vector<PipelineStep> steps;
        std::size_t next = 0;  // the step whose results are being read
        bool synced = false;
        std::vector<Result> results;  // by statement
        std::size_t failed = 0;       // the statement
    };
    struct Exchange {
        std::string statement;
        Timeout timeout{};
        Deadline deadline;
        bool during_commit = false;
        Result last;
        std::optional<Error::Fields> failure;
        std::optional<Pipeline> pipeline;
    };
    // Holds the turn: engages exchange_, and abandons the session when left with a statement still under way.
    class Turn;

    // connect
    void check_conninfo() const;
    void start_connecting();
    asio::awaitable<void> poll_connection(Deadline deadline);
    asio::awaitable<void> apply_settings();
    [[noreturn]] void fail_connecting();

    // one exchange
    asio::awaitable<Result> finish();
    asio::awaitable<bool> drain(Deadline deadline);
    asio::awaitable<bool> flush(Deadline deadline);
    asio::awaitable<bool> next_result(Deadline deadline);
    asio::awaitable<void> stop();
    void require_sent(int sent);
    void keep(Result result);
    static void require_committed(const Result& result);
    void note_loss();
    void note_timeout();
    Result outcome();
    void abandon() noexcept;
    Error lost_error() const;

    // prepared statements
    asio::awaitable<std::string> prepare(const std::string* sql);
    asio::awaitable<void> drop_oldest_statement();
    void forget_if_stale(const std::string& sql);
    void send_prepared(const std::string& name, const Params& params);

    // pipeline
    void send(Pipeline& pipeline);
    asio::awaitable<bool> drain_pipeline(Deadline deadline);
    void keep_step(Pipeline& pipeline, Result result);

    // copy
    asio::awaitable<bool> start_copy();
    asio::awaitable<bool> send_chunks(std::function<bool(std::string&)> next);

    void collect_notifications();

    static constexpr std::size_t statements_kept = 256;
    static constexpr int text_format = 0;  // of results

    asio::any_io_executor executor_;
    ConnectOptions options_;
    ConnectionHandle connection_;  // null: closed
    Socket socket_;                // after connection_: it must let go of the descriptor first
    std::optional<Exchange> exchange_;
    std::deque<Notification> notifications_;
    std::unordered_map<std::string, std::string> statements_;  // text to name
    std::deque<std::string> statement_order_;                  // texts, oldest first
    std::uint64_t statements_made_ = 0;
};

class Connection::Impl::Turn {
  public:
    Turn(Impl& impl, std::string statement, Timeout timeout);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

  private:
    Impl& impl_;
};

}  // namespace freshet::pg
