// The sample firm in a test's database: its tables and rows, the configuration of its three reports, and the check that
// a report equals its query. The check is SQL written by hand: it shares no code with the engine.
#pragma once

#include <string>
#include <vector>

#include "support/client.hpp"

namespace freshet::testing {

struct Report {
    std::string name;
    std::string horizon_key;  // the column that retention goes by
    std::string columns;      // all but refreshed_at
};
const std::vector<Report>& office_reports();

// Creates and fills the sample's tables.
void create_office(Client& client, const std::string& scale);

// The shipped sample configuration for this database, with its pages on a free port. `daemon` replaces the content of
// its "daemon" section.
std::string office_configuration(const std::string& conninfo, const std::string& daemon);

// Rows by which the report and its defining query differ, both ways (EXCEPT ALL), in one snapshot; empty if they are
// equal. Of the query only what the report's retention keeps counts.
std::vector<std::string> office_differences(Client& client, const Report& report);

// Whether every view is ready and no committed change waits to be folded into it.
bool caught_up(Client& client);

}  // namespace freshet::testing
