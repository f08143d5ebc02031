#include "freshet/install/locks.hpp"

#include <algorithm>

#include "freshet/core/duration.hpp"
#include "steps.hpp"

namespace freshet::install {

namespace {

constexpr const char* moments = "moments";

bool is_built(const ViewPlan& view) {
    return view.action == Action::create || view.action == Action::rebuild;
}

bool delta_reads(const Plan& plan, const sql::QualifiedName& table) {
    return std::any_of(plan.views.begin(), plan.views.end(), [&](const ViewPlan& view) {
        return view.action != Action::drop && view.strategy != catalog::Strategy::concurrent &&
               std::find(view.sources.begin(), view.sources.end(), table) != view.sources.end();
    });
}

// CREATE TRIGGER waits out every writer, so that none writes by the old capture after another used the new one.
StepLock capture_lock(const SourcePlan& source) {
    return {"capture changes", "SHARE ROW EXCLUSIVE", source.table.display(), moments, "writers; readers do not"};
}

StepLock guard_lock(const SourcePlan& source) {
    return {"guard columns", "ACCESS SHARE", source.table.display(), moments, "ALTER, DROP and TRUNCATE"};
}

StepLock release_lock(const SourcePlan& source) {
    return {"remove capture", "ACCESS EXCLUSIVE", source.table.display(), moments, "writers and readers"};
}

void add_swap(const ViewPlan& view, std::vector<StepLock>& locks) {
    const auto name = view.name.display();
    if (view.strategy == catalog::Strategy::concurrent) {
        locks.push_back({"refresh", "EXCLUSIVE", name, "while it is refreshed", "other refreshes; readers do not"});
    } else if (view.adopt) {
        locks.push_back({"take its place", "ACCESS EXCLUSIVE", name + " and the views on it",
                         "while materialized views on it are filled again, else moments", "its readers"});
    } else if (view.present) {
        locks.push_back({"take its place", "ACCESS EXCLUSIVE", name, moments, "its readers"});
    }
}

void add_build(const ViewPlan& view, std::vector<StepLock>& locks) {
    if (view.strategy != catalog::Strategy::concurrent) {
        for (const auto& table : view.sources) {
            locks.push_back({"build " + view.name.display(), "ACCESS SHARE", table.display(),
                             "while about " + std::to_string(view.estimated_rows) + " rows are read",
                             "ALTER, DROP and TRUNCATE; writers and readers do not"});
        }
    }
    add_swap(view, locks);
}

void add_drop(const ViewPlan& view, std::vector<StepLock>& locks) {
    if (view.strategy != catalog::Strategy::concurrent) {
        locks.push_back({"drop the view", "ACCESS EXCLUSIVE", view.name.display(), moments, "its readers"});
    }
}

}  // namespace

std::vector<StepLock> locks_of(const Plan& plan) {
    std::vector<StepLock> locks;
    const auto captured = [](const SourcePlan& source) {
        return source.action == Action::create || source.action == Action::rebuild;
    };
    for (const auto& source : plan.sources) {
        if (captured(source)) {
            locks.push_back(capture_lock(source));
        }
    }
    for (const auto& view : plan.views) {
        if (is_built(view)) {
            add_build(view, locks);
        } else if (view.action == Action::drop) {
            add_drop(view, locks);
        }
    }
    for (const auto& source : plan.sources) {
        if (captured(source) && source.table.schema != "freshet" && delta_reads(plan, source.table)) {
            locks.push_back(guard_lock(source));
        }
    }
    for (const auto& source : plan.sources) {
        if (source.action == Action::drop) {
            locks.push_back(release_lock(source));
        }
    }
    return locks;
}

std::string lock_policy(std::chrono::milliseconds timeout, std::chrono::milliseconds patience) {
    return "a try for a lock ends after " + core::human_duration(timeout) +
           " (daemon.lock_timeout): nobody queues behind it for longer; " + core::human_duration(pause_between_tries) +
           " later comes the next, for " + core::human_duration(patience) +
           " in all; of a partitioned table, its partitions are locked alike";
}

}  // namespace freshet::install
