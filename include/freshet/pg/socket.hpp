// Waiting for the descriptor that libpq owns. Private to pg.
//
// The descriptor is borrowed: release() before libpq may close it (every PQconnectPoll, PQfinish), because a new socket
// can come back under the same number and Asio would go on watching the old one. Not thread-safe.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

namespace freshet::pg {

using Deadline = std::chrono::steady_clock::time_point;

// `timeout` from now; a timeout beyond all reason does not overflow into the past.
Deadline deadline_after(std::chrono::milliseconds timeout);

enum class Readiness { read, write, either };

class Socket {
  public:
    explicit Socket(boost::asio::any_io_executor executor);
    ~Socket();
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    void borrow(int descriptor);
    void release() noexcept;

    // False when the deadline came first. An error of the socket counts as ready: libpq finds and names it. Throws
    // operation_aborted when the coroutine is cancelled.
    boost::asio::awaitable<bool> ready(Readiness wanted, Deadline deadline);

  private:
    boost::asio::awaitable<bool> wait_one(boost::asio::posix::descriptor_base::wait_type type);
    boost::asio::awaitable<bool> wait_either();

    boost::asio::posix::stream_descriptor descriptor_;
    boost::asio::steady_timer timer_;
};

}  // namespace freshet::pg
