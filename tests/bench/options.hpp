// What the user of the benchmark may choose, and the numbers that follow from it.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace freshet::bench {

struct Options {
    long entries = 2'000'000;      // time entries of the firm that most sections use
    long small_entries = 100'000;  // of the sizes that are compared
    long large_entries = 10'000'000;
    int rounds = 5;         // of every comparison, each in another order
    int writer_rounds = 8;  // of the writers, whose ratios are to be told apart by a hundredth
    std::vector<int> writers = {1, 4, 8, 16};
    long writer_entries = 200'000;         // rows of each table that the writers share
    std::chrono::milliseconds slice{700};  // of one variant of the writers, in one round
    long bulk_rows = 10'000;               // of one statement
    int many_rows = 200;                   // of one statement of several writers
    long changes = 1000;                   // of one transaction that the reports follow
    int single_changes = 200;              // one-row changes whose latency is taken
    std::chrono::seconds load_time{12};    // of the steady load whose latency is taken
    long load_rate = 1000;                 // commits a second that it offers
    long backlog = 200'000;                // changes that wait for one view
    long pending = 1'000'000;              // changes that wait when memory is looked at
    long renamed_rows = 50'000;            // entries of the projects that are renamed
    int reads = 100;                       // of each dashboard query
    std::chrono::seconds trim_time{40};    // of the steady load whose log is watched
    std::vector<std::string> sections;     // empty: all
    std::filesystem::path json;            // read, if it exists, and written; empty: none
    std::filesystem::path docs;            // to write tables and plots into; empty: none
};

// Small tables, few rounds: shows that every section works, and says nothing about speed.
void make_quick(Options& options);

}  // namespace freshet::bench
