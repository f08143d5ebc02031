// Waiting for time to pass inside a coroutine. Ends early, with operation_aborted, when the coroutine is cancelled.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>

namespace freshet::async {

boost::asio::awaitable<void> sleep_for(std::chrono::steady_clock::duration duration);

}  // namespace freshet::async
