// Two coroutines at once, until the first of them ends.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>

namespace freshet::async {

// Runs both; when one ends, however it does, the other is cancelled and waited for. Returns 0 or 1, which was first,
// and throws what that one threw, or what the other threw apart from being cancelled. (Asio's own operator|| waits for
// the first that succeeds: a lost connection beside a bell that never rings would never be noticed.)
boost::asio::awaitable<std::size_t> first_of(boost::asio::awaitable<void> one, boost::asio::awaitable<void> other);

}  // namespace freshet::async
