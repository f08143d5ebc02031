// When each view moved on, and so when a transaction became visible in it, to the microsecond and without asking for it
// in a loop: a trigger on freshet's positions writes down each move, and commit timestamps say when it was committed.
//
// A commit timestamp is taken before the commit is written to disk. So from one commit to the other, the writer's wait
// for the disk is part of the time and the refresh's is not; for all who are compared alike.
#pragma once

#include <string>
#include <vector>

#include "support/client.hpp"

namespace freshet::bench {

class Moves {
  public:
    // On a database where freshet is installed; needs track_commit_timestamp.
    explicit Moves(testing::Client& client);

    // Waits until all views have the transaction; the seconds from its commit to that of the last of them. Throws
    // std::runtime_error after ten minutes.
    double until_visible(const std::string& xid);
    // The same of many transactions that are visible by now, in any order.
    std::vector<double> until_visible(const std::vector<std::string>& xids);

  private:
    testing::Client& client_;
};

}  // namespace freshet::bench
