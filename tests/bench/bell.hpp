// The latency of one small change, against the least that anybody could do: a client that LISTENs and upserts.
#pragma once

#include "options.hpp"
#include "report.hpp"
#include "support/client.hpp"

namespace freshet::bench {

// Needs the sample's tables and a running daemon. Adds tables of its own to the database.
Section single_changes(testing::Client& client, const std::string& conninfo, const Options& options);

}  // namespace freshet::bench
