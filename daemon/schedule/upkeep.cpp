#include "freshet/schedule/upkeep.hpp"

#include <algorithm>
#include <utility>

#include "freshet/capture/captured.hpp"
#include "freshet/schedule/upcoming.hpp"
#include "queries.hpp"

namespace freshet::schedule {

namespace {

constexpr std::chrono::seconds interval{5};
constexpr std::chrono::seconds idle_interval{60};
constexpr std::chrono::minutes calendar_interval{60};
constexpr std::chrono::milliseconds trim_lock_timeout{50};

}  // namespace

asio::awaitable<void> Upkeep::views_loaded(pg::Connection& connection, const Views& views) {
    capture_watch_.forget();
    co_await capture_watch_.check(connection, views);
    co_await weigh_recomputation(connection, views);
    co_await learn_costs(connection, views);
}

// What this process and those before it measured.
asio::awaitable<void> Upkeep::learn_costs(pg::Connection& connection, const Views& views) {
    const auto rows = co_await connection.prepared(query_text("costs"));
    for (int i = 0; i < rows.rows(); ++i) {
        for (const auto& loop : views) {
            if (loop->view_id() != rows.integer(i, 0)) {
                continue;
            }
            if (rows.boolean(i, 1)) {
                loop->costs().learn_reconcile(rows.integer(i, 2), rows.number(i, 3));
            } else {
                loop->costs().learn_fold(rows.integer(i, 2), rows.number(i, 3));
            }
        }
    }
}

void Upkeep::hurry() {
    next_ = next_calendar_ = clock_.now();
    counted_until_.clear();  // another process may have led meanwhile
}

void Upkeep::stand_by() {
    show_sizes({});
    metrics_.forget_cluster();
}

void Upkeep::looked(const capture::Look& found, bool changes) {
    auto moves = found.last_proof;
    for (const auto& view : found.views) {
        moves += view.generation;
    }
    const bool moved = std::exchange(moves_, moves) != moves;
    const bool written = found.rows_written && std::exchange(rows_written_, found.rows_written) != found.rows_written;
    if (changes || moved || written) {
        flows_ = true;
        next_ = std::min(next_, last_ + interval);
    }
    if (!found.capture_intact) {
        next_ = clock_.now();
    }
}

// Looks while asleep see what the capture of tables rests on, but neither plain views that are defined anew nor proofs
// that come due.
std::chrono::milliseconds Upkeep::idle_pace(const Views& views) const {
    std::chrono::milliseconds pace = idle_interval;
    for (const auto& loop : views) {
        if (!loop->view().program.views.empty()) {
            pace = interval;
        }
    }
    constexpr int fraction = 10;  // of the time between proofs
    for (const auto& view : settings_.views) {
        if (view.verify.count() > 0) {
            pace = std::min(pace, std::max<std::chrono::milliseconds>(view.verify / fraction, interval));
        }
    }
    return pace;
}

asio::awaitable<bool> Upkeep::run_if_due(pg::Connection& connection, const Views& views) {
    if (clock_.now() < next_) {
        co_return false;
    }
    last_ = clock_.now();
    next_ = last_ + (std::exchange(flows_, false) ? interval : idle_pace(views));
    co_await measure_capture(connection);  // before rows are trimmed
    const auto log = co_await capture::keep_log_small(connection, settings_.daemon.log_rotate_bytes, trim_lock_timeout);
    show_sizes(log.sizes);
    co_await capture_watch_.check(connection, views);
    co_await weigh_recomputation(connection, views);
    if (clock_.now() >= next_calendar_) {
        next_calendar_ = clock_.now() + calendar_interval;
        co_await connection.query(query_text("forget_log"),
                                  pg::params(std::to_string(settings_.daemon.refresh_log_keep.count()) + " hours"));
        co_await connection.query(query_text("forget_proofs"),
                                  pg::params(std::to_string(settings_.daemon.refresh_log_keep.count()) + " hours"));
        calendar_.replace(co_await upcoming_reconciles(connection, settings_, log_));
    }
    co_return true;
}

void Upkeep::request_due(const Views& views, double now) {
    const auto moment = std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::duration<double>(now)));
    for (const auto& entry : calendar_.take_due(moment)) {
        for (const auto& loop : views) {
            if (loop->view().name == sql::parse_qualified_name(entry.view, "public")) {
                loop->request_scheduled(entry.tenant);
            }
        }
    }
}

asio::awaitable<void> Upkeep::measure_capture(pg::Connection& connection) {
    const auto captured = co_await capture::count_captured(connection, counted_until_);
    for (const auto& count : captured.counts) {
        metrics_.captured(count.source, count.op, count.rows);
    }
    counted_until_ = captured.until;
    metrics_.set_oldest_transaction(captured.oldest_transaction);
}

void Upkeep::show_sizes(const std::vector<capture::LogSize>& sizes) {
    auto gone = std::exchange(sources_, {});
    for (const auto& size : sizes) {
        metrics_.set_changelog_bytes(size.source, size.bytes);
        sources_.insert(size.source);
        gone.erase(size.source);
    }
    for (const auto& source : gone) {
        metrics_.remove_source(source);
    }
}

asio::awaitable<void> Upkeep::weigh_recomputation(pg::Connection& connection, const Views& views) {
    const auto rows = co_await connection.prepared(query_text("source_rows"));
    for (int i = 0; i < rows.rows(); ++i) {
        const auto source_rows = rows.integer(i, 1);
        for (const auto& loop : views) {
            if (loop->view_id() == rows.integer(i, 0)) {
                loop->costs().set_source_rows(source_rows);
            }
        }
        metrics_.set_backfill(rows.text(i, 2), rows.boolean(i, 3) ? 0 : source_rows, source_rows);
    }
}

}  // namespace freshet::schedule
