#include "freshet/observe/metrics.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>

#include "freshet/observe/process.hpp"
#include "freshet/observe/timestamp.hpp"
#include "metrics_registry.hpp"

namespace freshet::observe {

namespace {

constexpr std::array view_states = {ViewState::installing,  ViewState::idle,   ViewState::waiting, ViewState::running,
                                    ViewState::backing_off, ViewState::paused, ViewState::broken};

std::string label(auto value) {
    return std::string(to_string(value));
}

template <typename Enum, std::size_t n>
std::string name_of(Enum value, const std::array<const char*, n>& names) {
    return names.at(static_cast<std::size_t>(value));
}
constexpr std::array refresh_outcomes = {"success", "failed", "skipped"};
constexpr std::array verify_outcomes = {"exact", "drift", "failed"};
constexpr std::array poll_outcomes = {"empty", "found", "failed"};
constexpr std::array session_roles = {"control", "worker"};
constexpr std::array bell_modes = {"armed", "always", "never"};
constexpr std::array capture_fault_reasons = {
    "table_gone",       "table_replaced",    "trigger_missing",    "trigger_disabled",   "trigger_altered",
    "function_missing", "function_replaced", "column_gone",        "column_retyped",     "column_nullable",
    "column_altered",   "key_gone",          "key_altered",        "unique_gone",        "released",
    "not_recorded",     "restored",          "partition_attached", "partition_detached", "view_redefined"};
constexpr std::array triggers = {TriggeredBy::event, TriggeredBy::scheduled, TriggeredBy::manual, TriggeredBy::startup};
constexpr std::array failure_reasons = {
    FailureReason::connection, FailureReason::lock_timeout, FailureReason::statement_timeout, FailureReason::conflict,
    FailureReason::definition, FailureReason::data,         FailureReason::resources,         FailureReason::other};

}  // namespace

class Metrics::Impl : public MetricsRegistry {
  public:
    explicit Impl(DatabaseClock::Elapsed elapsed) : clock_(std::move(elapsed)) {}

    bool knows(const std::string& view) const { return as_of_.contains(view); }
    void add_view(const std::string& view) { as_of_.try_emplace(view); }
    void set_as_of(const std::string& view, SystemTime as_of) { as_of_.at(view) = as_of; }
    void remove_view(const std::string& view) {
        remove_all("view", view);
        as_of_.erase(view);
    }

    DatabaseClock& clock() { return clock_; }
    // Not back in time: what others did is seen later than what we did.
    void advance(Metric metric, const std::string& view, SystemTime moment) {
        auto& shown = gauge(metric, {view});
        shown.Set(std::max(shown.Value(), unix_seconds(moment)));
    }

    // Series that are there before the first refresh of their kind, which rate() could not see otherwise.
    void expect_refreshes(const std::string& view, const std::string& strategy) {
        histogram(Metric::refresh_duration, {view, strategy});
        for (const auto trigger : triggers) {
            for (const auto* outcome : {"success", "failed"}) {
                counter(Metric::refreshes, {view, strategy, outcome, label(trigger)});
            }
        }
    }

    void update_staleness() {
        for (const auto& [view, as_of] : as_of_) {
            if (as_of) {
                const Seconds age = clock_.now() - *as_of;
                gauge(Metric::view_as_of, {view}).Set(unix_seconds(*as_of));
                gauge(Metric::view_staleness, {view}).Set(std::max(age.count(), 0.0));
            }
        }
    }

    void update_process() {
        const auto sample = read_process();
        if (!sample) {
            return;
        }
        auto& cpu = counter(Metric::process_cpu);
        cpu.Increment(std::max(sample->cpu_seconds - cpu.Value(), 0.0));
        gauge(Metric::process_resident).Set(sample->resident_bytes);
        gauge(Metric::process_virtual).Set(sample->virtual_bytes);
        gauge(Metric::process_open_fds).Set(sample->open_fds);
        gauge(Metric::process_max_fds).Set(sample->max_fds);
        gauge(Metric::process_start_time).Set(sample->start_time_seconds);
    }

  private:
    DatabaseClock clock_;
    std::map<std::string, std::optional<SystemTime>> as_of_;  // by view
};

Metrics::Metrics(std::string_view version, DatabaseClock::Elapsed elapsed)
    : impl_(std::make_unique<Impl>(std::move(elapsed))) {
    impl_->gauge(Metric::build_info, {std::string(version)}).Set(1);
    impl_->counter(Metric::notifications_received);
    // What is there from the start at 0 can be seen to rise; what appears with its first fault cannot.
    for (const auto* role : session_roles) {
        impl_->counter(Metric::database_reconnects, {role});
    }
    for (const auto* outcome : poll_outcomes) {
        impl_->counter(Metric::polls, {outcome});
    }
    for (const auto* reason : capture_fault_reasons) {
        impl_->counter(Metric::capture_faults, {reason});
    }
    set_leadership(Leadership::standby);
    set_database(SessionRole::control, DatabaseState::down);
    configuration_reloaded(ReloadOutcome::loaded);
}

Metrics::~Metrics() = default;

void Metrics::add_view(const std::string& view, const std::string& strategy, Seconds staleness_objective) {
    const bool known = impl_->knows(view);
    impl_->add_view(view);
    impl_->remove(Metric::view_info, view);  // the strategy may be another one now
    impl_->gauge(Metric::view_info, {view, strategy}).Set(1);
    impl_->gauge(Metric::view_staleness_objective, {view}).Set(staleness_objective.count());
    impl_->gauge(Metric::refreshes_in_progress, {view});
    impl_->gauge(Metric::pending_changes, {view});
    impl_->gauge(Metric::view_consecutive_failures, {view});
    impl_->counter(Metric::changes_applied, {view});
    impl_->counter(Metric::refresh_retries, {view});
    impl_->counter(Metric::drift_rows, {view});
    for (const auto* outcome : verify_outcomes) {
        impl_->counter(Metric::verify_runs, {view, outcome});
    }
    for (const auto reason : failure_reasons) {
        impl_->counter(Metric::refresh_errors, {view, label(reason)});
    }
    impl_->expect_refreshes(view, strategy);
    impl_->expect_refreshes(view, "reconcile");
    if (!known) {
        set_state(view, ViewState::installing);
    }
}

void Metrics::remove_view(const std::string& view) {
    impl_->remove_view(view);
}

void Metrics::set_as_of(const std::string& view, SystemTime as_of) {
    if (impl_->knows(view)) {
        impl_->set_as_of(view, as_of);
    }
}

void Metrics::set_last_refresh(const std::string& view, RefreshOutcome outcome, SystemTime at) {
    if (impl_->knows(view)) {
        impl_->advance(Metric::view_last_attempt, view, at);
        if (outcome == RefreshOutcome::success) {
            impl_->advance(Metric::view_last_success, view, at);
        }
    }
}

void Metrics::set_pending_changes(const std::string& view, std::int64_t changes) {
    if (impl_->knows(view)) {
        impl_->gauge(Metric::pending_changes, {view}).Set(static_cast<double>(changes));
    }
}

void Metrics::set_state(const std::string& view, ViewState state) {
    if (!impl_->knows(view)) {
        return;
    }
    for (const auto each : view_states) {
        impl_->gauge(Metric::view_state, {view, label(each)}).Set(each == state ? 1 : 0);
    }
}

void Metrics::set_consecutive_failures(const std::string& view, int failures) {
    if (impl_->knows(view)) {
        impl_->gauge(Metric::view_consecutive_failures, {view}).Set(failures);
    }
}

void Metrics::change_became_visible(const std::string& view, Seconds after_commit) {
    if (impl_->knows(view)) {
        // The commit time comes from another clock reading; a small negative difference means "at once".
        impl_->histogram(Metric::change_to_visible, {view}).Observe(std::max(after_commit.count(), 0.0));
    }
}

void Metrics::refresh_started(const std::string& view) {
    if (impl_->knows(view)) {
        impl_->gauge(Metric::refreshes_in_progress, {view}).Set(1);
        impl_->advance(Metric::view_last_attempt, view, impl_->clock().now());
    }
}

void Metrics::refresh_ended(const std::string& view, const RefreshSample& sample) {
    if (!impl_->knows(view)) {
        return;
    }
    impl_->gauge(Metric::refreshes_in_progress, {view}).Set(0);
    const std::string outcome = name_of(sample.outcome, refresh_outcomes);
    impl_->counter(Metric::refreshes, {view, sample.strategy, outcome, label(sample.triggered_by)}).Increment();
    if (sample.outcome == RefreshOutcome::skipped) {
        return;
    }
    impl_->histogram(Metric::refresh_duration, {view, sample.strategy}).Observe(sample.duration.count());
    for (const auto& [phase, duration] : sample.phases) {
        impl_->histogram(Metric::refresh_phase_duration, {view, phase}).Observe(duration.count());
    }
    if (sample.outcome == RefreshOutcome::failed) {
        impl_->counter(Metric::refresh_errors, {view, label(sample.reason)}).Increment();
        return;
    }
    impl_->advance(Metric::view_last_success, view, impl_->clock().now());
    impl_->counter(Metric::changes_applied, {view}).Increment(static_cast<double>(sample.changes_applied));
    impl_->counter(Metric::refresh_groups, {view, "upserted"}).Increment(static_cast<double>(sample.groups_upserted));
    impl_->counter(Metric::refresh_groups, {view, "deleted"}).Increment(static_cast<double>(sample.groups_deleted));
}

void Metrics::refresh_retried(const std::string& view) {
    if (impl_->knows(view)) {
        impl_->counter(Metric::refresh_retries, {view}).Increment();
    }
}

void Metrics::verified(const std::string& view, VerifyOutcome outcome, std::int64_t drift_rows) {
    if (impl_->knows(view)) {
        impl_->counter(Metric::verify_runs, {view, name_of(outcome, verify_outcomes)}).Increment();
        impl_->counter(Metric::drift_rows, {view}).Increment(static_cast<double>(drift_rows));
    }
}

void Metrics::set_verified(const std::string& view, SystemTime as_of) {
    if (impl_->knows(view)) {
        impl_->advance(Metric::verified_timestamp, view, as_of);
    }
}

void Metrics::set_backfill(const std::string& view, std::int64_t rows_done, std::int64_t rows_expected) {
    if (impl_->knows(view)) {
        impl_->gauge(Metric::backfill_rows_done, {view}).Set(static_cast<double>(rows_done));
        impl_->gauge(Metric::backfill_rows_expected, {view}).Set(static_cast<double>(rows_expected));
    }
}

void Metrics::captured(const std::string& source, const std::string& op, std::int64_t rows) {
    impl_->counter(Metric::changes_captured, {source, op}).Increment(static_cast<double>(rows));
}

void Metrics::events_seen(const std::string& event, std::int64_t count) {
    impl_->counter(Metric::events, {event}).Increment(static_cast<double>(count));
}

void Metrics::set_changelog_bytes(const std::string& source, std::int64_t bytes) {
    impl_->gauge(Metric::changelog_bytes, {source}).Set(static_cast<double>(bytes));
}

void Metrics::remove_source(const std::string& source) {
    impl_->remove_all("source", source);
}

void Metrics::set_oldest_transaction(Seconds age) {
    impl_->gauge(Metric::oldest_transaction).Set(age.count());
}

void Metrics::capture_fault(const std::string& reason) {
    impl_->counter(Metric::capture_faults, {reason}).Increment();
}

void Metrics::set_database(SessionRole role, DatabaseState state) {
    impl_->gauge(Metric::database_up, {name_of(role, session_roles)}).Set(state == DatabaseState::up ? 1 : 0);
}

void Metrics::reconnected(SessionRole role) {
    impl_->counter(Metric::database_reconnects, {name_of(role, session_roles)}).Increment();
}

void Metrics::set_database_time(SystemTime now) {
    impl_->clock().shows(now);
}

void Metrics::set_leadership(Leadership leadership) {
    impl_->gauge(Metric::leader).Set(leadership == Leadership::leader ? 1 : 0);
}

void Metrics::forget_cluster() {
    impl_->remove(Metric::oldest_transaction);
    impl_->remove(Metric::notification_queue_usage);
}

void Metrics::set_bell_mode(BellMode mode) {
    for (const auto* each : bell_modes) {
        impl_->gauge(Metric::notify_mode, {each}).Set(name_of(mode, bell_modes) == each ? 1 : 0);
    }
}

void Metrics::notifications_received(std::int64_t count) {
    impl_->counter(Metric::notifications_received).Increment(static_cast<double>(count));
}

void Metrics::polled(PollOutcome outcome) {
    impl_->counter(Metric::polls, {name_of(outcome, poll_outcomes)}).Increment();
}

void Metrics::set_notification_queue_usage(double ratio) {
    impl_->gauge(Metric::notification_queue_usage).Set(ratio);
}

void Metrics::configuration_reloaded(ReloadOutcome outcome) {
    impl_->gauge(Metric::config_last_reload).Set(outcome == ReloadOutcome::loaded ? 1 : 0);
}

void Metrics::http_request(const std::string& method, const std::string& route, unsigned code, Seconds duration) {
    impl_->counter(Metric::http_requests, {method, route, std::to_string(code)}).Increment();
    impl_->histogram(Metric::http_request_duration).Observe(duration.count());
}

std::string Metrics::scrape() {
    impl_->update_staleness();
    impl_->update_process();
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, impl_->collect());
    return out.str();
}

}  // namespace freshet::observe
