// One refresh at a time among the views of a chain. Not thread-safe; lives on its executor, and outlives every pass.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <deque>
#include <utility>

#include "freshet/async/event.hpp"

namespace freshet::schedule {

namespace asio = boost::asio;

class ChainGate {
  public:
    explicit ChainGate(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    // Lets the next one in when it goes.
    class Pass {
      public:
        explicit Pass(ChainGate* gate) : gate_(gate) {}
        Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
        Pass& operator=(Pass&&) = delete;
        // What `other` holds; this one must hold nothing.
        void take(Pass other) noexcept { gate_ = std::exchange(other.gate_, nullptr); }
        Pass(const Pass&) = delete;
        Pass& operator=(const Pass&) = delete;
        ~Pass();

      private:
        ChainGate* gate_;  // null: nothing is held
    };

    // In the order of the calls. Throws operation_aborted when cancelled.
    asio::awaitable<Pass> enter();

  private:
    void leave();

    asio::any_io_executor executor_;
    bool taken_ = false;
    std::deque<async::Event*> waiting_;
};

}  // namespace freshet::schedule
