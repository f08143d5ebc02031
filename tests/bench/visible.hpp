// How soon a change is in the reports: from its COMMIT until all three views have it, against refreshing them.
#pragma once

#include <string>
#include <vector>

#include "options.hpp"
#include "report.hpp"
#include "support/client.hpp"

namespace freshet::bench {

// Of the sample's reports, with the daemon running.
class Visibility {
  public:
    Visibility(testing::Client& client, const Options& options, std::vector<std::string> materialized_views);

    // 1,000 rows changed, in several ways, and in between the same reports refreshed as materialized views.
    Section thousand_rows();
    // Many changes waiting at once; the log they fill, too. After thousand_rows(), whose refreshes it compares with.
    Section backlog();
    // Bytes of everything kept for the views, beside the materialized views.
    Section storage();

  private:
    double commit_and_wait(const std::string& change);
    double refresh(const std::string& how);
    std::string next_ids();
    long log_bytes();

    testing::Client& client_;
    const Options& options_;
    std::vector<std::string> materialized_views_;
    long offset_ = 0;
    Samples concurrently_;
    Samples blocking_;
};

}  // namespace freshet::bench
