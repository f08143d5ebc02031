// What the user of the benchmark may choose, and the numbers that follow from it.
#pragma once

#include <chrono>
#include <filesystem>

namespace freshet::bench {

struct Options {
    long entries = 2'000'000;               // time entries of the sample firm
    int rounds = 3;                         // of every comparison, each in another order
    int single_changes = 25;                // one-row changes whose latency is taken
    long backlog = 100'000;                 // changes that wait when throughput is taken
    long writers_entries = 200'000;         // rows of each table that the writers share
    std::chrono::milliseconds slice{1500};  // of one variant of the writers, in one round
    std::filesystem::path json;             // empty: none
};

}  // namespace freshet::bench
