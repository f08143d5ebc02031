#include "freshet/async/event.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>
#include <utility>

#include "freshet/async/cancelled.hpp"

namespace freshet::async {

namespace {

class Mark {
  public:
    explicit Mark(bool& flag) : flag_(flag) { flag_ = true; }
    ~Mark() { flag_ = false; }
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;

  private:
    bool& flag_;
};

}  // namespace

Event::Event(boost::asio::any_io_executor executor) : timer_(std::move(executor)) {}

void Event::notify() {
    rung_ = true;
    timer_.cancel();
}

boost::asio::awaitable<bool> Event::wait_for(std::chrono::steady_clock::duration timeout) {
    return wait_until(std::chrono::steady_clock::now() + timeout);
}

boost::asio::awaitable<void> Event::wait() {
    bool rung = false;
    // Not `while (!co_await ...) {}`: g++ 12 compiles that into a trap.
    while (!rung) rung = co_await wait_until(std::chrono::steady_clock::time_point::max());
}

boost::asio::awaitable<bool> Event::wait_until(std::chrono::steady_clock::time_point deadline) {
    if (awaited_) throw std::logic_error("a second coroutine waits for the same event");
    const Mark mark(awaited_);
    if (!rung_) {
        timer_.expires_at(deadline);
        co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        co_await throw_if_cancelled();
    }
    co_return std::exchange(rung_, false);
}

}  // namespace freshet::async
