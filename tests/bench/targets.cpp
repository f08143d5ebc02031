#include "targets.hpp"

#include <algorithm>
#include <stdexcept>

#include "numbers.hpp"

namespace freshet::bench {

std::string Target::display(double measured) const {
    if (unit == "%") return three_digits(measured) + " %";
    return three_digits(measured) + (unit.empty() ? "" : " " + unit);
}

std::string Target::display_limit() const {
    std::string text = formatted("%g", limit);
    return (reach == Reach::at_least ? "at least " : "at most ") + text + (unit.empty() ? "" : " " + unit);
}

const std::vector<Target>& targets() {
    using enum Reach;
    static const std::vector<Target> all = {
        {"writers_8", "commits a second, 8 writers, single-row insert and update: the triggers", "no capture", at_least,
         0.88, ""},
        {"writers_8_folding", "the same with the daemon folding on the same two cores", "no capture", at_least, 0.88,
         ""},
        {"writers_1", "commits a second, 1 writer: the triggers", "no capture", at_least, 0.90, ""},
        {"writers_1_folding", "the same with the daemon folding on the same two cores", "no capture", at_least, 0.90,
         ""},
        {"bulk_insert", "10,000 rows inserted by one statement", "no capture", at_most, 1.25, "x"},
        {"bulk_update", "10,000 rows updated by one statement", "no capture", at_most, 1.25, "x"},
        {"bulk_delete", "10,000 rows deleted by one statement", "no capture", at_most, 1.25, "x"},
        {"untouched", "commits a second with the daemon installed and no view touched", "no capture", at_least, 0.99,
         ""},
        {"thousand", "1,000 changes on 2 million entries until all three views are fresh",
         "REFRESH CONCURRENTLY of the three", at_least, 100, "x faster"},
        {"size", "the same at 10 million entries", "at 0.1 million", at_most, 1.3, "x"},
        {"throughput", "changes folded a second, one view, 200,000 pending",
         "one INSERT ... ON CONFLICT of the grouped deltas", at_least, 0.7, ""},
        {"idle_p50", "commit to visible, idle, `debounce` 0, median", "a bare client that LISTENs and upserts", at_most,
         1.5, "x"},
        {"idle_p99", "the same, 99th percentile", "the same", at_most, 2.5, "x"},
        {"load_p50", "commit to visible at 1,000 commits a second, all three views, median", "", at_most, 50, "ms"},
        {"load_p99", "the same, 99th percentile", "", at_most, 250, "ms"},
        {"rename", "renaming projects with 50,000 entries", "recomputing their groups by hand", at_most, 1.5, "x"},
        {"rss_idle", "memory of the daemon (RSS), idle", "", at_most, 20, "MiB"},
        {"rss_pending", "the same, 1 million changes pending", "", at_most, 32, "MiB"},
        {"reads", "dashboard queries", "the same from materialized views", at_most, 1.2, "x"},
        {"storage", "summary storage at 2 million entries", "source tables with indexes", at_most, 10, "%"},
    };
    return all;
}

const Target& target(const std::string& id) {
    const auto found = std::find_if(targets().begin(), targets().end(), [&](const auto& one) { return one.id == id; });
    if (found == targets().end()) throw std::logic_error("no target is called " + id);
    return *found;
}

}  // namespace freshet::bench
