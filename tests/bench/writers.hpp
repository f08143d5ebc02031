// What capturing changes costs those who write: small commits from several sessions, and bulk statements from one.
#pragma once

#include "daemon.hpp"
#include "options.hpp"
#include "report.hpp"
#include "support/client.hpp"

namespace freshet::bench {

// On a database with twins (twins.hpp) and freshet installed. The daemon is started and stopped as the variants need;
// it is stopped before and after.
Section small_commits(const std::string& conninfo, Daemon& daemon, const Options& options);
Section bulk_statements(testing::Client& client, const Options& options);

}  // namespace freshet::bench
