// What a server was asked to do, counted by pg_stat_statements: numbers that are the same on every machine.
//
// The cluster needs settings_that_count(). What this session asks itself is not counted. Not thread-safe.
#pragma once

#include <string>
#include <vector>

#include "support/client.hpp"

namespace freshet::testing {

// For a PrivateCluster. Without autovacuum, which would change numbers when it pleases.
std::vector<std::string> settings_that_count();

struct StatementCount {
    std::string text;  // with $1 for its constants
    long calls = 0;
    long buffers = 0;  // of tables and indexes, found in memory or read
};

class StatementCounts {
  public:
    // Creates the extension in the database.
    explicit StatementCounts(const std::string& conninfo);

    // From now on.
    void begin();
    // Since begin(), of statements that clients sent to this database; those inside functions count for their caller.
    std::vector<StatementCount> taken();
    long calls();
    long buffers();

  private:
    Client client_;
};

}  // namespace freshet::testing
