// Where cases are played: one database, emptied between them, which is quicker than a new one.
#pragma once

#include <string>

#include "support/client.hpp"
#include "support/cluster.hpp"

namespace freshet::breaking {

class Place {
  public:
    Place();

    // No tables, no freshet; types and collations as the cases expect them.
    void clear();
    // A session that does not wait: whom another session of the same thread holds up waits for ever.
    testing::Client session() const;
    const std::string& conninfo() const { return conninfo_; }

  private:
    testing::PrivateCluster cluster_;
    testing::Database database_;
    std::string conninfo_;
};

}  // namespace freshet::breaking
