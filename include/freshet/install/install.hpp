// Carries out a plan. Every step is a transaction of its own and can be repeated: a half-done install is simply run
// again.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

#include "freshet/install/plan.hpp"

namespace freshet::install {

// Told before each step. `done` of `total` are weights: rows to read for a backfill, a little for everything else.
struct Progress {
    std::string step;
    std::int64_t done = 0;
    std::int64_t total = 1;
};

struct InstallOptions {
    PlanOptions plan;
    std::chrono::milliseconds lock_timeout{2000};      // one try for a lock that writers need
    std::chrono::milliseconds lock_patience{300'000};  // all tries together
    std::function<void(const Progress&)> progress;     // may be empty
};

// Plans and installs. Returns the plan that was carried out. Throws core::Faults or pg::Error; what was done until then
// stays, and is what the next run starts from. Only one install runs at a time: another waits or fails with a reason.
asio::awaitable<Plan> install(pg::Connection& connection, settings::Settings settings, InstallOptions options);

struct UninstallOptions {
    bool purge = false;                         // drop the schema with the refresh log, too
    bool eject = false;                         // leave a materialized view in the place of each view
    std::vector<settings::ViewSettings> views;  // as configured: indexes and retention of views that were not adopted
    std::chrono::milliseconds lock_timeout{2000};
    std::chrono::milliseconds lock_patience{300'000};
};

struct Uninstalled {
    std::vector<std::string> removed;  // for people
    std::vector<std::string> ejected;  // views that are materialized views now
    std::vector<std::string> notes;    // what those could not keep
};

// Removes triggers, logs, states and public views; source tables are left as they were. Without `purge` the refresh log
// stays.
asio::awaitable<Uninstalled> uninstall(pg::Connection& connection, UninstallOptions options);

struct Rehomed {
    std::string reason;              // catalog::Installation::why_void(); empty if there was nothing to do
    std::vector<std::string> views;  // to be recomputed
};
// After a dump was restored, here or elsewhere, or transactions were numbered anew, the positions mean nothing: empties
// the logs, gives every view a fresh position and marks it broken, so that it is recomputed.
asio::awaitable<Rehomed> rehome(pg::Connection& connection);

// The server was recovered to a point in time, or promoted: positions hold, for they were recovered with the tables.
// Writes the new timeline down, with a finding for each source until its views are proven.
asio::awaitable<void> record_timeline(pg::Connection& connection);

// Marks a view that was recomputed as ready again.
asio::awaitable<void> mark_ready(pg::Connection& connection, int view_id);
// Marks a view as broken: it says so everywhere, and is recomputed as soon as possible.
asio::awaitable<void> mark_broken(pg::Connection& connection, int view_id, std::string reason);

}  // namespace freshet::install
