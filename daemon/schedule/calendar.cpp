#include "freshet/schedule/calendar.hpp"

#include <algorithm>

namespace freshet::schedule {

void Calendar::replace(const std::vector<DueEntry>& entries) {
    entries_.clear();
    std::map<Key, TimePoint> still_taken;
    for (const auto& entry : entries) {
        const auto taken = taken_.find({entry.view, entry.tenant});
        if (taken != taken_.end()) {
            still_taken.insert(*taken);
        }
        if (taken == taken_.end() || taken->second < entry.due) {
            entries_.insert(entry);
        }
    }
    taken_ = std::move(still_taken);
}

std::optional<Calendar::TimePoint> Calendar::next_due() const {
    return entries_.empty() ? std::nullopt : std::optional(entries_.begin()->due);
}

std::vector<DueEntry> Calendar::take_due(TimePoint now) {
    std::vector<DueEntry> due;
    while (!entries_.empty() && entries_.begin()->due <= now) {
        const auto& entry = *entries_.begin();
        auto& latest = taken_.try_emplace({entry.view, entry.tenant}, entry.due).first->second;
        latest = std::max(latest, entry.due);
        due.push_back(entry);
        entries_.erase(entries_.begin());
    }
    return due;
}

}  // namespace freshet::schedule
