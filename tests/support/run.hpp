// Runs one coroutine of a test to its end on the calling thread, and gives back its value or its exception.
//
// A test that would hang fails after the deadline instead. Needs no main and no fixture.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace freshet::testing {

namespace detail {

// Runs handlers until `done`; what else lives in the context stays there, suspended.
inline void run_until_done(boost::asio::io_context& context, const bool& done, std::chrono::seconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    context.restart();
    while (!done && context.run_one_until(deadline) > 0) {
    }
    if (!done) throw std::runtime_error("the coroutine of this test did not end in time");
}

}  // namespace detail

template <typename T>
T run(boost::asio::io_context& context, boost::asio::awaitable<T> work, std::chrono::seconds limit) {
    bool done = false;
    std::exception_ptr error;
    if constexpr (std::is_void_v<T>) {
        boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr thrown) {
            error = std::move(thrown);
            done = true;
        });
        detail::run_until_done(context, done, limit);
        if (error) std::rethrow_exception(error);
    } else {
        std::optional<T> value;
        boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr thrown, T result) {
            error = std::move(thrown);
            if (!error) value.emplace(std::move(result));
            done = true;
        });
        detail::run_until_done(context, done, limit);
        if (error) std::rethrow_exception(error);
        return std::move(*value);
    }
}

// `body` is a function without parameters that returns an awaitable, e.g. a lambda. It may capture by reference: it
// is kept until the coroutine has ended.
template <typename Body>
auto run(boost::asio::io_context& context, Body&& body, std::chrono::seconds limit = std::chrono::seconds(60)) {
    return run(context, body(), limit);
}

// The same on a context of its own.
template <typename Body>
auto run(Body&& body, std::chrono::seconds limit = std::chrono::seconds(60)) {
    boost::asio::io_context context;
    return run(context, body(), limit);
}

}  // namespace freshet::testing
