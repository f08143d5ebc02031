// The firm whose reports are kept: the sample's tables with as many entries as wanted, and the competitors'
// materialized views.
#pragma once

#include <string>
#include <vector>

#include "support/client.hpp"

namespace freshet::bench {

struct ReportName {
    const char* report;
    const char* keys;                  // that CONCURRENTLY needs a unique index over
    std::vector<const char*> indexes;  // as the sample configures them
};
const std::vector<ReportName>& reports();
// The sample's query of a report, without refreshed_at: with it, every row would differ in every refresh, which is
// unfair to REFRESH CONCURRENTLY.
std::string query_of(const std::string& report);

// Creates the sample's tables and fills them as a firm fills them in 156 weeks: a user books 25 entries a week, five a
// day, on four projects that are others each week; a project has 55 entries of 8 users in a month.
void create_firm(testing::Client& client, long entries);
// How many projects such a firm has.
long projects_of(long entries);

enum class Indexes { unique_only, as_configured };
// One per report, named plain_<report>; returns their names.
std::vector<std::string> create_materialized_views(testing::Client& client, Indexes indexes);
// The indexes of a report on a relation of another name.
void create_indexes(testing::Client& client, const ReportName& report, const std::string& relation, Indexes indexes);

}  // namespace freshet::bench
