// The transactions an install and an uninstall are made of. Private to install/.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "freshet/capture/source_capture.hpp"
#include "freshet/install/install.hpp"

namespace freshet::install {

// How long to try for a lock that writers need.
struct LockPolicy {
    std::chrono::milliseconds timeout;
    std::chrono::milliseconds patience;
};

// Runs `statements` in one transaction under lock_timeout, again and again while a lock is not to be had, until the
// patience is over. `what` names the work in the error.
asio::awaitable<void> under_lock(pg::Connection& connection, std::vector<std::string> statements, LockPolicy policy,
                                 std::string what);

// Brings the capture of one source to what `capture` says: log, functions, triggers and the record of them together.
asio::awaitable<void> install_capture(pg::Connection& connection, capture::SourceCapture capture, LockPolicy policy);

// Builds a view's new generation beside the present one, fills it and swaps it in.
asio::awaitable<void> build_view(pg::Connection& connection, ViewPlan plan, std::optional<std::string> keep,
                                 LockPolicy policy);
asio::awaitable<void> drop_view(pg::Connection& connection, const catalog::StoredView& view, LockPolicy policy);

std::string query_text(std::string_view name);

}  // namespace freshet::install
