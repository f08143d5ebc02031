#include "freshet/cli/watch_text.hpp"

#include <algorithm>
#include <utility>

#include "freshet/cli/format.hpp"

namespace freshet::cli {

namespace {

void compare_pending(std::vector<ViewStatus>& views, const std::vector<ViewStatus>& before) {
    for (auto& view : views) {
        const auto same = std::find_if(before.begin(), before.end(),
                                       [&](const ViewStatus& other) { return other.view == view.view; });
        if (same != before.end()) view.pending_before = same->pending_changes;
    }
}

}  // namespace

std::string WatchText::heading(const std::string& what) const {
    return paint("freshetd status", Style::bold, colour_) + "  " + what + "  " +
           paint("every second; Ctrl-C ends", Style::faint, colour_) + "\n\n";
}

std::string WatchText::looked(StatusReport report) {
    failing_since_.reset();
    if (last_) compare_pending(report.views, last_->views);
    std::stable_partition(report.views.begin(), report.views.end(),
                          [](const ViewStatus& view) { return !view.healthy() || view.last_error; });
    last_ = std::move(report);
    return heading(both_moments(last_->now)) + status_text(*last_, colour_);
}

std::string WatchText::failed(const std::string& error, const std::string& hint, double now) {
    if (!failing_since_) failing_since_ = now;
    auto text = heading(both_moments(now)) +
                paint("the database does not answer, for " + seconds_text(now - *failing_since_), Style::bad, colour_) +
                ": " + error + "\n";
    if (!hint.empty()) text += paint("hint: ", Style::faint, colour_) + hint + "\n";
    text += "it is asked again every second\n";
    if (last_) text += "\nas it was at " + both_moments(last_->now) + ":\n\n" + status_text(*last_, Colour::none);
    return text;
}

}  // namespace freshet::cli
