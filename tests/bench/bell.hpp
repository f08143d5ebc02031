// The least that anybody could do about a change: a client that LISTENs and upserts one report.
#pragma once

#include <memory>
#include <string>

#include "support/client.hpp"

namespace freshet::bench {

// Waits for NOTIFY on a thread of its own and adds each named entry to one report. Neither exact after a lost
// connection nor able to follow updates and deletes: a lower bound, not an alternative.
class BareClient {
  public:
    // Adds tables of its own to the sample's database.
    explicit BareClient(const std::string& conninfo);
    ~BareClient();

    // Commits an entry; the seconds from that commit to the one of the report (as moves.hpp).
    double upsert_one(testing::Client& client, int number);

  private:
    class Listener;
    std::unique_ptr<Listener> listener_;
};

}  // namespace freshet::bench
