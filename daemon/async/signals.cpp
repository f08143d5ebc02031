#include "freshet/async/signals.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace freshet::async {

Signals::Signals(boost::asio::any_io_executor executor, std::initializer_list<int> numbers)
    : set_(std::move(executor)) {
    for (const int number : numbers) set_.add(number);
}

boost::asio::awaitable<int> Signals::next() {
    co_return co_await set_.async_wait(boost::asio::use_awaitable);
}

}  // namespace freshet::async
