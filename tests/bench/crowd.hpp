// Several sessions that commit single rows of time entries at the same time: as fast as they can, or at a given rate.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace freshet::bench {

struct CrowdResult {
    double seconds = 0;
    std::vector<std::string> xids;  // of the commits, in no order; only at a given rate
    long commits = 0;

    double rate() const { return static_cast<double>(commits) / seconds; }
};

class Crowd {
  public:
    // `entries` rows with ids from 1 are updated; inserts go to the projects that such a firm has.
    Crowd(const std::string& conninfo, const std::string& table, int writers, long entries);
    ~Crowd();

    // By turns an insert and an update. Throws what stopped a writer.
    CrowdResult run(std::chrono::milliseconds time);
    // The same, all together `rate` commits a second if they manage.
    CrowdResult run_at(long rate, std::chrono::milliseconds time);

  private:
    class Writer;
    template <typename Work>
    CrowdResult together(Work work);

    std::vector<std::unique_ptr<Writer>> writers_;
};

}  // namespace freshet::bench
