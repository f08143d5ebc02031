// Commits changes and waits for the reports: what most sections do. Not thread-safe.
#pragma once

#include <string>
#include <vector>

#include "daemon.hpp"
#include "moves.hpp"
#include "support/client.hpp"

namespace freshet::bench {

// Waits until the daemon sleeps, commits the statements in one transaction, and gives back the seconds from that commit
// until all reports show it.
double follow(testing::Client& client, Moves& moves, const std::vector<std::string>& statements);

// Seconds that refreshing all of them one after the other takes; `how` is "" or "CONCURRENTLY ".
double refresh_seconds(testing::Client& client, const std::vector<std::string>& views, const std::string& how);

}  // namespace freshet::bench
