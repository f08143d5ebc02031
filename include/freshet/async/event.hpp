// An auto-reset condition for one waiting coroutine: a bell that remembers one ring.
//
// Not a queue: many notify() before a wait count as one. Not thread-safe; lives on its executor.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

namespace freshet::async {

class Event {
  public:
    explicit Event(boost::asio::any_io_executor executor);

    void notify();
    // Waits for notify(), at most `timeout`; takes the ring. False when the time is over without one. Throws
    // std::logic_error while another coroutine waits, operation_aborted when cancelled.
    boost::asio::awaitable<bool> wait_for(std::chrono::steady_clock::duration timeout);
    // The same without a limit.
    boost::asio::awaitable<void> wait();

  private:
    boost::asio::awaitable<bool> wait_until(std::chrono::steady_clock::time_point deadline);

    boost::asio::steady_timer timer_;
    bool rung_ = false;
    bool awaited_ = false;
};

}  // namespace freshet::async
