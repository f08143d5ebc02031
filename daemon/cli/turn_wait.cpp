#include "freshet/cli/turn_wait.hpp"

#include <algorithm>

#include "freshet/async/sleep.hpp"
#include "freshet/cli/exit_code.hpp"
#include "freshet/core/duration.hpp"

namespace freshet::cli {

namespace {

constexpr std::chrono::milliseconds longest_pause{500};

}  // namespace

TurnWait::TurnWait(std::chrono::milliseconds patience)
    : deadline_(std::chrono::steady_clock::now() + patience), patience_(patience) {}

asio::awaitable<void> TurnWait::pause(std::string view) {
    if (std::chrono::steady_clock::now() >= deadline_) {
        throw RefreshError("another process has been refreshing " + view + " for " + core::human_duration(patience_),
                           "see pg_stat_activity for application_name LIKE 'freshetd/%'");
    }
    co_await async::sleep_for(next_);
    next_ = std::min(next_ * 2, longest_pause);
}

}  // namespace freshet::cli
