// Every number the daemon exports. Names, types, help texts and labels are in one table, in
// daemon/observe/metrics_table.cpp; callers say what happened.
//
// Built once in the composition root. Not thread-safe: lives on the I/O thread. A view's calls count only between
// add_view() and remove_view(): a refresh that ends after its view left the configuration brings no series back.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/observe/database_clock.hpp"
#include "freshet/observe/failure_reason.hpp"
#include "freshet/observe/status.hpp"

namespace freshet::observe {

using Seconds = std::chrono::duration<double>;

// skipped: another process had the view's turn, nothing was tried.
enum class RefreshOutcome { success, failed, skipped };
enum class VerifyOutcome { exact, drift, failed };
enum class PollOutcome { empty, found, failed };
enum class SessionRole { control, worker };
enum class BellMode { armed, always, never };
enum class ReloadOutcome { refused, loaded };

// A refresh that ended.
struct RefreshSample {
    std::string strategy;  // what was done: delta, partial, concurrent, reconcile
    RefreshOutcome outcome = RefreshOutcome::success;
    TriggeredBy triggered_by = TriggeredBy::event;
    FailureReason reason = FailureReason::other;  // counts if it failed
    Seconds duration{0};
    std::vector<std::pair<std::string, Seconds>> phases;  // debounce, read, merge, commit
    std::int64_t groups_upserted = 0;
    std::int64_t groups_deleted = 0;
    std::int64_t changes_applied = 0;
};

class Metrics {
  public:
    explicit Metrics(std::string_view version, DatabaseClock::Elapsed elapsed = std::chrono::steady_clock::now);
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    // Views. Adding a view again updates its strategy and objective and keeps its series.
    void add_view(const std::string& view, const std::string& strategy, Seconds staleness_objective);
    void remove_view(const std::string& view);
    // Moments are of the database's clock. Staleness itself is computed when the metrics are read.
    void set_as_of(const std::string& view, SystemTime as_of);
    // How the last refresh that the database knows of ended, whoever did it.
    void set_last_refresh(const std::string& view, RefreshOutcome outcome, SystemTime at);
    void set_pending_changes(const std::string& view, std::int64_t changes);
    void set_state(const std::string& view, ViewState state);
    void set_consecutive_failures(const std::string& view, int failures);
    void change_became_visible(const std::string& view, Seconds after_commit);
    void refresh_started(const std::string& view);
    void refresh_ended(const std::string& view, const RefreshSample& sample);
    void refresh_retried(const std::string& view);
    // A proof that ended.
    void verified(const std::string& view, VerifyOutcome outcome, std::int64_t drift_rows);
    // The moment for which all of the view was found equal to its query; an earlier one than is shown changes nothing.
    void set_verified(const std::string& view, SystemTime as_of);
    // The first fill of a view or the recomputation of a broken one: source rows read, of those there are to read.
    void set_backfill(const std::string& view, std::int64_t rows_done, std::int64_t rows_expected);

    // Capture
    // Rows that `op` (insert, update, delete, truncate, touch) wrote into the source's change log.
    void captured(const std::string& source, const std::string& op, std::int64_t rows);
    void events_seen(const std::string& event, std::int64_t count);
    void set_changelog_bytes(const std::string& source, std::int64_t bytes);
    void remove_source(const std::string& source);
    void set_oldest_transaction(Seconds age);
    void capture_fault(const std::string& reason);  // of a small fixed set of names

    // The daemon
    void set_database(SessionRole role, DatabaseState state);
    void reconnected(SessionRole role);
    // A reading of the database's clock.
    void set_database_time(SystemTime now);
    void set_leadership(Leadership leadership);
    // Another process leads: what only a leader measures of the cluster is no longer known here.
    void forget_cluster();
    void set_bell_mode(BellMode mode);
    void notifications_received(std::int64_t count);
    void polled(PollOutcome outcome);
    void set_notification_queue_usage(double ratio);
    void configuration_reloaded(ReloadOutcome outcome);
    void http_request(const std::string& method, const std::string& route, unsigned code, Seconds duration);

    // The text format of Prometheus, version 0.0.4, in a stable order.
    std::string scrape();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

// docs/metrics.md, written from the table.
std::string metrics_reference();

}  // namespace freshet::observe
