// A blocking PostgreSQL session for tests. Shares no code with the engine, so it cannot share its mistakes.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

struct pg_conn;

namespace freshet::testing {

using Value = std::optional<std::string>;  // nullopt is NULL
using Row = std::vector<Value>;
using Rows = std::vector<Row>;

class ClientError : public std::runtime_error {
  public:
    ClientError(const std::string& message, std::string sqlstate)
        : std::runtime_error(message), sqlstate_(std::move(sqlstate)) {}
    const std::string& sqlstate() const noexcept { return sqlstate_; }

  private:
    std::string sqlstate_;
};

class Client {
  public:
    // Throws ClientError.
    explicit Client(const std::string& conninfo);
    ~Client();
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;

    // One or several statements; what they return is dropped. Throws ClientError.
    void exec(const std::string& sql);
    // One statement with parameters $1...
    Rows query(const std::string& sql, const std::vector<Value>& params = {});
    // The first value of the first row as text; throws std::logic_error if there is no row or it is NULL.
    std::string scalar(const std::string& sql, const std::vector<Value>& params = {});

    // COPY ... FROM STDIN with `data` in COPY's text format.
    void copy_in(const std::string& sql, const std::string& data);

    // Starts statements without waiting, e.g. to hold a lock queue; finish() waits and throws what went wrong.
    void send(const std::string& sql);
    void finish();

    int backend_pid() const;
    // Payloads of the notifications received since the last call; asks the server for what is on its way.
    std::vector<std::string> notifications();

  private:
    struct Close {
        void operator()(pg_conn* connection) const noexcept;
    };
    std::unique_ptr<pg_conn, Close> connection_;
};

}  // namespace freshet::testing
