// Waiting for a view's turn. It belongs to another process meanwhile, so there is no condition to wait on: ask again.
//
// Not thread-safe.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>

namespace freshet::cli {

namespace asio = boost::asio;

class TurnWait {
  public:
    // `patience`: after this long the view is taken to be stuck.
    explicit TurnWait(std::chrono::milliseconds patience);

    // A short pause, longer each time. Throws RefreshError when patience is at its end.
    asio::awaitable<void> pause(std::string view);

  private:
    std::chrono::steady_clock::time_point deadline_;
    std::chrono::milliseconds patience_;
    std::chrono::milliseconds next_{20};
};

}  // namespace freshet::cli
