// What is due when: the scheduled reconciles of all views and tenants, in order.
//
// A plain value without a clock. The database computes the times (it knows the zones); whoever asks it replaces the
// entries with its answer. An entry that was taken does not come back with an answer that was computed before.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace freshet::schedule {

struct DueEntry {
    std::chrono::system_clock::time_point due;
    std::string view;
    std::optional<std::string> tenant;  // empty for all tenants

    bool operator==(const DueEntry&) const = default;
    // By time first.
    auto operator<=>(const DueEntry&) const = default;
};

class Calendar {
  public:
    using TimePoint = std::chrono::system_clock::time_point;

    // Entries no later than what was already taken for their view and tenant are left out.
    void replace(const std::vector<DueEntry>& entries);

    // The earliest time in the calendar.
    std::optional<TimePoint> next_due() const;
    // Takes out what is due at `now`, earliest first.
    std::vector<DueEntry> take_due(TimePoint now);

    bool empty() const noexcept { return entries_.empty(); }

  private:
    using Key = std::pair<std::string, std::optional<std::string>>;

    std::set<DueEntry> entries_;
    std::map<Key, TimePoint> taken_;  // the latest due time taken of each; kept while the database names the pair
};

}  // namespace freshet::schedule
