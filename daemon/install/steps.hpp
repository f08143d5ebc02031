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
// The same for work that has to look before it acts; it runs once for each try.
using Work = std::function<asio::awaitable<void>()>;
asio::awaitable<void> under_lock(pg::Connection& connection, Work work, LockPolicy policy, std::string what);

// Whether another try can help: a lock was not to be had.
bool worth_another_try(const pg::Error& error);
// Makes the attempt until it returns true, with a pause after each that does not. Throws core::Error naming `what` when the
// patience is over.
using Attempt = std::function<asio::awaitable<bool>()>;
asio::awaitable<void> try_until_done(Attempt attempt, LockPolicy policy, std::string what);
constexpr std::chrono::milliseconds pause_between_tries{200};

// Brings the capture of one source to what `capture` says: log, functions, triggers and the record of them together.
asio::awaitable<void> install_capture(pg::Connection& connection, capture::SourceCapture capture, LockPolicy policy);

// A new generation that is filled, and not in place yet.
struct Built {
    ViewPlan plan;
    std::string select;  // of the public relation
};
// Builds it beside the present one. An adopted one is proven equal to its query; by how many rows the materialized view
// differed goes into plan.rows_that_differed, if that could be told.
asio::awaitable<Built> build_generation(pg::Connection& connection, ViewPlan plan, std::optional<std::string> keep,
                                        LockPolicy policy);
// All of them at once: no reader sees some of them old and some of them new. One that is adopted comes alone.
asio::awaitable<void> put_in_place(pg::Connection& connection, std::vector<Built> built, LockPolicy policy);
// The statements that remove a generation and its tables, but not its public relation.
std::vector<std::string> drop_generation(const catalog::StoredView& view);
// The same for a view that is given up, and what was remembered of its adoption.
std::vector<std::string> forget_view(const catalog::StoredView& view);
std::string create_public(const sql::QualifiedName& name, const std::string& select);
asio::awaitable<void> drop_view(pg::Connection& connection, const catalog::StoredView& view, LockPolicy policy);

std::string query_text(std::string_view name);

}  // namespace freshet::install
