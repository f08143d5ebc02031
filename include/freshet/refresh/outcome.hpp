// What a refresh was asked to do, and what became of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "freshet/refresh/cost.hpp"

namespace freshet::refresh {

// Why a refresh runs; the refresh log's triggered_by.
enum class Trigger { event, scheduled, manual, startup };
std::string_view name_of(Trigger trigger);

enum class Work {
    fold,       // the pending changes; a view that cannot be folded is recomputed
    recompute,  // the whole scope from the sources, writing only differences
};

enum class Locking {
    concurrent,  // REFRESH MATERIALIZED VIEW CONCURRENTLY
    blocking,    // readers wait; the only way for a view that was never populated
};

struct Request {
    Work work = Work::fold;
    Trigger trigger = Trigger::event;
    std::optional<std::string> tenant;  // only with recompute
    std::optional<std::string> keep;    // the view's retention, a PostgreSQL interval
    Locking locking = Locking::concurrent;
    std::string why;  // of a recomputation: what makes it necessary; empty if it was asked for
    Weigh weigh;      // may turn a fold into a recomputation; none: whatever can be folded is
    bool announce = false;  // NOTIFY freshet_refreshed
    std::int64_t few_changes = 10'000;  // a batch of no more is best folded row by row, through indexes
};

struct Outcome {
    enum class Kind {
        refreshed,
        nothing_pending,  // the view equals its query already; nothing was written
        busy,             // another process has the view's turn
    };
    Kind kind = Kind::nothing_pending;
    std::string strategy;  // what was really done: delta, reconcile, concurrent, blocking
    std::string why;       // it was that
    std::optional<Weighed> weighed;  // what it was predicted to cost, and what the other way; if anybody was asked
    std::int64_t changes = 0;
    std::int64_t groups_upserted = 0;
    std::int64_t groups_deleted = 0;
    std::map<std::string, std::int64_t> events;
    double as_of = 0;                     // seconds since the epoch, the database's clock
    std::optional<double> oldest_change;  // when the first transaction of the batch began, the same clock
    std::int64_t generation = 0;
    std::chrono::nanoseconds read{0};
    std::chrono::nanoseconds merge{0};  // the work itself: its real cost
    std::chrono::nanoseconds commit{0};

    std::int64_t rows_affected() const { return groups_upserted + groups_deleted; }
};

}  // namespace freshet::refresh
