// The people who write: some sessions with small transactions and short pauses, the same ones for the same seed.
//
// Not thread-safe; lives on its executor. close() and await join() before it goes out of scope.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "freshet/async/task_group.hpp"
#include "freshet/demo/action.hpp"
#include "freshet/pg/connection.hpp"

namespace freshet::demo {

class Office {
  public:
    // A writer that fails for another reason than a lost race is reported, and is not replaced.
    Office(boost::asio::any_io_executor executor, pg::ConnectOptions session,
           async::TaskGroup::FailureHandler on_failure);

    void open(int writers);
    // Each writer ends after the transaction under way.
    void close() noexcept { open_ = false; }
    // Each writer ends now; its transaction is rolled back.
    void cancel() { writers_.cancel_all(); }
    boost::asio::awaitable<void> join() { return writers_.join(); }

    const Ledger& ledger() const noexcept { return ledger_; }

  private:
    boost::asio::awaitable<void> write(std::uint64_t seed);
    boost::asio::awaitable<void> act(pg::Connection* connection, std::size_t index, std::uint64_t seed);
    boost::asio::awaitable<void> act_with_ending(pg::Connection* connection, std::size_t index, std::uint64_t seed);
    void record(std::size_t index, std::int64_t rows);

    boost::asio::any_io_executor executor_;
    pg::ConnectOptions session_;
    bool open_ = true;
    Ledger ledger_{};
    async::TaskGroup writers_;
};

}  // namespace freshet::demo
