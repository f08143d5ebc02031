// The sample firm in a database of its own on the benchmark's cluster, and the materialized views of its reports.
#pragma once

#include <string>
#include <vector>

#include "support/client.hpp"
#include "support/cluster.hpp"

namespace freshet::bench {

// fsync on, and memory as a small server has it: the same for everyone who is measured.
std::vector<std::string> server_settings();

// Creates the database, the tables and their rows; returns the conninfo of a session with them in search_path.
std::string create_firm(testing::PrivateCluster& cluster, const std::string& name, long entries);

// One per report, named plain_<report>, with the unique index that CONCURRENTLY needs. They leave out refreshed_at:
// with it, every row would differ in every refresh, which is unfair to REFRESH CONCURRENTLY.
std::vector<std::string> create_materialized_views(testing::Client& client);

}  // namespace freshet::bench
