#include "freshet/schedule/capture_watch.hpp"

#include <algorithm>

#include "freshet/install/install.hpp"

namespace freshet::schedule {

namespace {

bool reads(const catalog::StoredView& view, int source_id) {
    return std::any_of(view.sources.begin(), view.sources.end(),
                       [source_id](const catalog::StoredSource& one) { return one.id == source_id; });
}

// Why the view's changes go unnoticed; empty if they do not.
std::string reason_for(const catalog::StoredView& view, const std::vector<capture::CaptureFault>& faults) {
    std::string reason;
    for (const auto& fault : faults) {
        if (reads(view, fault.source_id)) {
            reason = "changes of " + fault.source + " are not captured: " + fault.reason;
        }
    }
    return reason;
}

}  // namespace

asio::awaitable<void> CaptureWatch::check(pg::Connection& connection,
                                          const std::vector<std::unique_ptr<ViewLoop>>& views) {
    const auto faults = co_await capture::capture_faults(connection);
    report_news(faults);
    for (const auto& loop : views) {
        const auto reason = reason_for(loop->view(), faults);
        loop->capture_fault(reason);  // first: a recomputation that ends now must not mark the view ready
        if (!reason.empty() && faults_ != faults) {
            co_await install::mark_broken(connection, loop->view_id(), reason);
        }
    }
    faults_ = faults;
}

void CaptureWatch::report_news(const std::vector<capture::CaptureFault>& faults) {
    for (const auto& fault : faults) {
        if (std::find(faults_.begin(), faults_.end(), fault) == faults_.end()) {
            log_.error("changes of a source are not captured",
                       {{"source", fault.source}, {"reason", fault.reason}, {"hint", "run freshetd install"}});
            metrics_.capture_fault(fault.reason);
        }
    }
}

}  // namespace freshet::schedule
