// Several sessions that write time entries at the same time: as fast as they can, or at a given rate.
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

// What the statements of a writer do, by turns.
enum class Deeds { inserts_and_updates, inserts, updates, inserts_and_deletes };

class Crowd {
  public:
    // `entries` rows with ids from 1 are updated; inserts go to the projects that such a firm has. Each statement
    // writes `rows` rows, and is a transaction.
    Crowd(const std::string& conninfo, const std::string& table, int writers, long entries,
          Deeds deeds = Deeds::inserts_and_updates, int rows = 1);
    ~Crowd();

    // Throws what stopped a writer.
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
