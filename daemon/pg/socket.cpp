#include "freshet/pg/socket.hpp"

#include <algorithm>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "freshet/async/cancelled.hpp"

namespace freshet::pg {

namespace asio = boost::asio;
using asio::experimental::make_parallel_group;
using asio::experimental::wait_for_one;
using asio::posix::descriptor_base;

Deadline deadline_after(std::chrono::milliseconds timeout) {
    constexpr std::chrono::milliseconds longest = std::chrono::hours(24 * 365);
    return std::chrono::steady_clock::now() + std::min(timeout, longest);
}

Socket::Socket(asio::any_io_executor executor) : descriptor_(executor), timer_(executor) {}

Socket::~Socket() {
    release();
}

void Socket::borrow(int descriptor) {
    release();
    descriptor_.assign(descriptor);
}

void Socket::release() noexcept {
    if (descriptor_.is_open()) descriptor_.release();
}

asio::awaitable<bool> Socket::ready(Readiness wanted, Deadline deadline) {
    timer_.expires_at(deadline);
    bool in_time = false;
    switch (wanted) {
        case Readiness::read:
            in_time = co_await wait_one(descriptor_base::wait_read);
            break;
        case Readiness::write:
            in_time = co_await wait_one(descriptor_base::wait_write);
            break;
        case Readiness::either:
            in_time = co_await wait_either();
            break;
    }
    co_await async::throw_if_cancelled();
    co_return in_time;
}

// A parallel group cancels the other waits when one ends, and itself ends only when all have: nothing of it is left
// that could touch the descriptor later.
asio::awaitable<bool> Socket::wait_one(descriptor_base::wait_type type) {
    auto group = make_parallel_group(timer_.async_wait(asio::deferred), descriptor_.async_wait(type, asio::deferred));
    const auto [order, timer_error, error] = co_await group.async_wait(wait_for_one(), asio::use_awaitable);
    co_return order[0] != 0;
}

asio::awaitable<bool> Socket::wait_either() {
    auto group = make_parallel_group(timer_.async_wait(asio::deferred),
                                     descriptor_.async_wait(descriptor_base::wait_read, asio::deferred),
                                     descriptor_.async_wait(descriptor_base::wait_write, asio::deferred));
    const auto [order, timer_error, read_error, write_error] =
        co_await group.async_wait(wait_for_one(), asio::use_awaitable);
    co_return order[0] != 0;
}

}  // namespace freshet::pg
