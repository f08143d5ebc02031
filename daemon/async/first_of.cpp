#include "freshet/async/first_of.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "freshet/async/cancelled.hpp"

namespace freshet::async {

namespace asio = boost::asio;

asio::awaitable<std::size_t> first_of(asio::awaitable<void> one, asio::awaitable<void> other) {
    const auto executor = co_await asio::this_coro::executor;
    auto both = asio::experimental::make_parallel_group(asio::co_spawn(executor, std::move(one), asio::deferred),
                                                        asio::co_spawn(executor, std::move(other), asio::deferred));
    const auto [order, error, other_error] =
        co_await both.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    const std::array errors{error, other_error};
    const auto first = order[0];
    if (errors[first]) std::rethrow_exception(errors[first]);
    const auto& late = errors[1 - first];
    if (late && !is_cancelled(late)) std::rethrow_exception(late);
    co_return first;
}

}  // namespace freshet::async
