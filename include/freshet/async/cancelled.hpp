// How a cancelled coroutine ends: by a system_error with operation_aborted, as Asio itself does it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <exception>

namespace freshet::async {

// Whether `error` says that a coroutine was cancelled, which is an end and no failure.
bool is_cancelled(const std::exception_ptr& error) noexcept;

// Throws operation_aborted if the calling coroutine was cancelled. For waits that swallow the error code of their
// operation because their own timer cancels it.
boost::asio::awaitable<void> throw_if_cancelled();

}  // namespace freshet::async
