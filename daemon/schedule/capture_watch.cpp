#include "freshet/schedule/capture_watch.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "freshet/catalog/chain.hpp"
#include "freshet/catalog/views_read.hpp"
#include "freshet/install/install.hpp"
#include "queries.hpp"

namespace freshet::schedule {

namespace {

// A partition may be long in being detached concurrently, and its lock be held by a long transaction.
constexpr int most_waits = 12;

// Why the view's changes go unnoticed; empty if they do not.
std::string reason_for(const ViewLoop& loop, const std::vector<capture::CaptureFault>& faults) {
    std::string reason;
    for (const auto& fault : faults) {
        if (loop.reads(fault.source_id)) {
            reason = fault.text();
        }
    }
    return reason;
}

std::string as_json(const std::vector<capture::CaptureFault>& faults) {
    auto array = nlohmann::json::array();
    for (const auto& fault : faults) {
        array.push_back({{"source_id", fault.source_id}, {"reason", fault.reason}, {"object", fault.object}});
    }
    return array.dump();
}

std::string hint_for(const capture::CaptureFault& fault) {
    return fault.restorable()                   ? "freshetd puts it right by itself"
           : fault.reason == "trigger_disabled" ? "ALTER TABLE ... ENABLE TRIGGER, or run freshetd install"
                                                : "run freshetd install";
}

// A view above one whose changes go unnoticed does not get them either.
std::string reason_from_below(const catalog::StoredView& view, const std::map<int, std::string>& names) {
    for (const int id : catalog::views_below(view)) {
        if (const auto below = names.find(id); below != names.end()) {
            return "the view " + below->second + ", which it reads, is broken";
        }
    }
    return "";
}

// What is read comes before what reads it.
std::vector<ViewLoop*> in_dependency_order(const std::vector<std::unique_ptr<ViewLoop>>& views) {
    std::vector<ViewLoop*> loops;
    for (const auto& loop : views) {
        loops.push_back(loop.get());
    }
    std::sort(loops.begin(), loops.end(),
              [](const auto* left, const auto* right) { return left->view_id() < right->view_id(); });
    return loops;
}

}  // namespace

asio::awaitable<void> CaptureWatch::check(pg::Connection& connection, const Views& views) {
    auto found = co_await capture::watch_capture(connection);
    const bool taken_up = co_await take_up_partitions(connection, views, found);
    if (taken_up) {
        found = co_await capture::capture_faults(connection);
    }
    auto harmful = found;
    std::erase_if(harmful, [](const capture::CaptureFault& fault) { return fault.harmless(); });
    co_await take_note(connection, views, harmful);
    const bool restored = co_await restore(connection, views, found);
    if (restored) {
        auto left = co_await capture::capture_faults(connection);
        std::erase_if(left, [](const capture::CaptureFault& fault) { return fault.harmless(); });
        co_await take_note(connection, views, left);
    }
}

// Where nothing but partitions came or went, their rows can be logged, as long as no view is marked broken. A lock that
// is not to be had is waited for, for a while. Takes out of `faults` what is still waited for; true if anything
// changed.
asio::awaitable<bool> CaptureWatch::take_up_partitions(pg::Connection& connection, const Views& views, Faults& faults) {
    std::map<int, Faults> by_source;
    for (const auto& fault : faults) {
        by_source[fault.source_id].push_back(fault);
    }
    bool changed = false;
    for (const auto& [id, mine] : by_source) {
        const bool partitions_alone =
            std::all_of(mine.begin(), mine.end(), [](const auto& fault) { return fault.of_partition(); });
        const auto harmful =
            std::find_if(mine.begin(), mine.end(), [](const auto& fault) { return !fault.harmless(); });
        if (!partitions_alone || harmful == mine.end()) {
            continue;
        }
        const auto result = co_await capture::restore(connection, id, lock_timeout_);
        if (result.done) {
            waits_.erase(id);
            co_await note_taken_up(connection, mine, result.missed);
            changed = true;
        } else if (++waits_[id] <= most_waits) {
            for (const auto& loop : views) {
                if (loop->reads(id)) {
                    loop->capture_fault(harmful->text() + "; " + result.obstacle);
                }
            }
            std::erase_if(faults, [source = id](const auto& fault) { return fault.source_id == source; });
        }
    }
    co_return changed;
}

asio::awaitable<void> CaptureWatch::note_taken_up(pg::Connection& connection, Faults mine, bool missed) {
    std::erase_if(mine, [](const auto& fault) { return fault.harmless(); });
    report_news(mine);
    log_.info("partitions taken up", {{"source", mine.front().source}, {"rows_logged", !missed}});
    faults_.insert(faults_.end(), mine.begin(), mine.end());  // what is not found any more is written down as repaired
    co_await record(connection, faults_);
}

asio::awaitable<void> CaptureWatch::record(pg::Connection& connection, Faults faults) {
    co_await connection.query(query_text("record_faults"), pg::params(as_json(faults)));
}

asio::awaitable<void> CaptureWatch::take_note(pg::Connection& connection, const Views& views, Faults faults) {
    report_news(faults);
    std::map<int, std::string> broken;  // names by id
    for (auto* loop : in_dependency_order(views)) {
        auto reason = reason_for(*loop, faults);
        const auto known = redefined_[loop->view_id()];
        const auto redefined = co_await redefinition(connection, *loop);
        if (reason.empty()) {
            reason = redefined;
        }
        if (reason.empty()) {
            reason = reason_from_below(loop->view(), broken);
        }
        if (!reason.empty()) {
            broken.emplace(loop->view_id(), loop->view().display_name());
        }
        loop->capture_fault(reason);  // first: a recomputation that ends now must not mark the view ready
        if (!reason.empty() && (faults_ != faults || known != redefined)) {
            co_await install::mark_broken(connection, loop->view_id(), reason);
        }
    }
    if (faults_ != faults) {
        co_await record(connection, faults);
    }
    faults_ = faults;
}

// What became of the plain views that the view reads; empty if nothing.
asio::awaitable<std::string> CaptureWatch::redefinition(pg::Connection& connection, const ViewLoop& loop) {
    const auto reasons = co_await catalog::redefined_views(connection, loop.view().program.views);
    std::string reason = reasons.empty() ? "" : reasons.front();
    auto& known = redefined_[loop.view_id()];
    if (!reason.empty() && reason != known) {
        log_.error("a view no longer follows its query",
                   {{"view", loop.view().display_name()}, {"reason", reason}, {"hint", "run freshetd install"}});
        metrics_.capture_fault("view_redefined");
    }
    known = reason;
    co_return reason;
}

// True if the triggers of a source were put back.
asio::awaitable<bool> CaptureWatch::restore(pg::Connection& connection, const Views& views, Faults faults) {
    bool restored = false;
    for (std::size_t i = 0; i < faults.size(); ++i) {
        const int id = faults[i].source_id;
        const bool first = i == 0 || faults[i - 1].source_id != id;  // they come ordered
        const bool all = std::all_of(faults.begin(), faults.end(), [id](const capture::CaptureFault& fault) {
            return fault.source_id != id || fault.restorable();
        });
        if (first && all) {
            const bool done = co_await restore_source(connection, views, faults[i]);
            restored = restored || done;
        }
    }
    co_return restored;
}

asio::awaitable<bool> CaptureWatch::restore_source(pg::Connection& connection, const Views& views,
                                                   capture::CaptureFault fault) {
    const auto result = co_await capture::restore(connection, fault.source_id, lock_timeout_);
    auto& obstacle = obstacles_[fault.source_id];
    if (!result.done) {
        if (obstacle != result.obstacle) {
            log_.warning("triggers could not be put back", {{"source", fault.source},
                                                            {"error", result.obstacle},
                                                            {"hint", "tried again; or run freshetd install"}});
        }
        obstacle = result.obstacle;
        co_return false;
    }
    obstacle.clear();
    log_.info("triggers put back", {{"source", fault.source}, {"changes_missed", result.missed}});
    if (result.missed && fault.harmless()) {  // a partition that had no rows when we looked
        fault.reason = "partition_attached";
        report_news(std::vector<capture::CaptureFault>(1, fault));
        for (const auto& loop : views) {
            if (loop->reads(fault.source_id)) {
                loop->capture_fault(fault.text());
            }
        }
    }
    co_return true;
}

void CaptureWatch::report_news(const Faults& faults) {
    for (const auto& fault : faults) {
        if (std::find(faults_.begin(), faults_.end(), fault) == faults_.end()) {
            log_.error("changes of a source are not captured", {{"source", fault.source},
                                                                {"reason", fault.reason},
                                                                {"object", fault.object},
                                                                {"hint", hint_for(fault)}});
            metrics_.capture_fault(fault.reason);
        }
    }
}

}  // namespace freshet::schedule
