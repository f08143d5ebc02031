// What the sections of a run share: the cluster, the firms, and where their figures go. Not thread-safe.
#pragma once

#include <set>
#include <string>

#include "options.hpp"
#include "report.hpp"
#include "support/client.hpp"
#include "support/cluster.hpp"

namespace freshet::bench {

class Bench {
  public:
    explicit Bench(const Options& options);

    // A database of its own with the tables of a firm of that size (create_firm); returns its conninfo. Firms of one
    // size are alike. One of that name from before is dropped.
    std::string firm(const std::string& name, long entries);
    // With the sample's own generator: scale 1 is 100 projects, 50 users, 3 years.
    std::string sample_firm(const std::string& name, const std::string& scale);
    void drop(const std::string& name);
    // Progress goes to standard error, figures to standard output.
    void say(const std::string& what) const;

    const Options& options;
    Report report;

  private:
    testing::Client administrator();

    Stopwatch watch_;
    testing::PrivateCluster cluster_;
    std::set<long> templates_;
};

// Each measures one section of the report, and proves freshet's reports exact before it returns.
void measure_writers(Bench& bench);
void measure_kinds(Bench& bench);
void measure_bulk(Bench& bench);
void measure_thousand(Bench& bench);
void measure_sizes(Bench& bench);
void measure_throughput(Bench& bench);
void measure_idle_latency(Bench& bench);
void measure_loaded_latency(Bench& bench);
void measure_rename(Bench& bench);
void measure_memory(Bench& bench);
void measure_reads(Bench& bench);
void measure_storage(Bench& bench);
void measure_trim(Bench& bench);

}  // namespace freshet::bench
