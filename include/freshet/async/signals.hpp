// The process's signals as something to await. A signal that arrives while nobody waits is kept for the next call.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/signal_set.hpp>
#include <initializer_list>

namespace freshet::async {

class Signals {
  public:
    Signals(boost::asio::any_io_executor executor, std::initializer_list<int> numbers);

    // The number of the next signal. Throws operation_aborted when cancelled.
    boost::asio::awaitable<int> next();

  private:
    boost::asio::signal_set set_;
};

}  // namespace freshet::async
