#include "freshet/observe/metrics.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace freshet::observe {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class MetricsTest : public testing::Test {
  protected:
    std::chrono::steady_clock::time_point elapsed_{77s};
    Metrics metrics_{"1.2.3", [this] { return elapsed_; }};

    void SetUp() override {
        metrics_.add_view("v", "delta", 60s);
        metrics_.set_database_time(SystemTime(1000s));
    }

    // Whether the scrape has exactly this sample.
    testing::AssertionResult has(const std::string& sample) {
        const auto text = "\n" + metrics_.scrape();
        if (text.find("\n" + sample + "\n") != std::string::npos) {
            return testing::AssertionSuccess();
        }
        return testing::AssertionFailure() << sample << " is not in\n" << text;
    }
};

TEST_F(MetricsTest, DescribesEachFamily) {
    const auto text = metrics_.scrape();
    EXPECT_THAT(text, HasSubstr("# TYPE freshet_view_staleness_objective_seconds gauge\n"));
    EXPECT_THAT(text, HasSubstr("# HELP freshet_leader 1 while this process is the one that refreshes\n"));
    EXPECT_TRUE(has("freshet_build_info{version=\"1.2.3\"} 1"));
}

TEST_F(MetricsTest, StalenessGrowsWithTheClockAndUsesTheDatabasesTime) {
    EXPECT_THAT(metrics_.scrape(), Not(HasSubstr("freshet_view_staleness_seconds{")));
    metrics_.set_as_of("v", SystemTime(990s));
    EXPECT_TRUE(has("freshet_view_staleness_seconds{view=\"v\"} 10"));
    EXPECT_TRUE(has("freshet_view_as_of_timestamp_seconds{view=\"v\"} 990"));
    elapsed_ += 5s;
    EXPECT_TRUE(has("freshet_view_staleness_seconds{view=\"v\"} 15"));
    metrics_.set_database_time(SystemTime(1007s));
    EXPECT_TRUE(has("freshet_view_staleness_seconds{view=\"v\"} 17"));
    metrics_.set_database_time(SystemTime(900s));
    EXPECT_TRUE(has("freshet_view_staleness_seconds{view=\"v\"} 0"));
}

TEST_F(MetricsTest, ASuccessfulRefreshCountsEverywhere) {
    metrics_.refresh_started("v");
    EXPECT_TRUE(has("freshet_refreshes_in_progress{view=\"v\"} 1"));
    EXPECT_TRUE(has("freshet_view_last_attempt_timestamp_seconds{view=\"v\"} 1000"));
    elapsed_ += 1s;
    RefreshSample sample;
    sample.strategy = "delta";
    sample.duration = 200ms;
    sample.phases = {{"merge", 50ms}};
    sample.groups_upserted = 3;
    sample.groups_deleted = 1;
    sample.changes_applied = 9;
    metrics_.refresh_ended("v", sample);
    EXPECT_TRUE(has("freshet_refreshes_in_progress{view=\"v\"} 0"));
    EXPECT_TRUE(has("freshet_view_last_success_timestamp_seconds{view=\"v\"} 1001"));
    EXPECT_TRUE(has(R"(freshet_refreshes_total{outcome="success",strategy="delta",triggered_by="event",view="v"} 1)"));
    EXPECT_TRUE(has(R"(freshet_refresh_duration_seconds_sum{strategy="delta",view="v"} 0.2)"));
    EXPECT_TRUE(has(R"(freshet_refresh_duration_seconds_bucket{strategy="delta",view="v",le="0.1"} 0)"));
    EXPECT_TRUE(has(R"(freshet_refresh_duration_seconds_bucket{strategy="delta",view="v",le="0.25"} 1)"));
    EXPECT_TRUE(has(R"(freshet_refresh_phase_duration_seconds_count{phase="merge",view="v"} 1)"));
    EXPECT_TRUE(has(R"(freshet_refresh_groups_total{action="upserted",view="v"} 3)"));
    EXPECT_TRUE(has(R"(freshet_refresh_groups_total{action="deleted",view="v"} 1)"));
    EXPECT_TRUE(has(R"(freshet_changes_applied_total{view="v"} 9)"));
}

TEST_F(MetricsTest, AFailedRefreshNamesItsReason) {
    metrics_.refresh_started("v");
    RefreshSample sample;
    sample.strategy = "reconcile";
    sample.outcome = RefreshOutcome::failed;
    sample.triggered_by = TriggeredBy::scheduled;
    sample.reason = FailureReason::lock_timeout;
    metrics_.refresh_ended("v", sample);
    metrics_.refresh_retried("v");
    metrics_.set_consecutive_failures("v", 1);
    EXPECT_TRUE(
        has(R"(freshet_refreshes_total{outcome="failed",strategy="reconcile",triggered_by="scheduled",view="v"} 1)"));
    EXPECT_TRUE(has(R"(freshet_refresh_errors_total{reason="lock_timeout",view="v"} 1)"));
    EXPECT_TRUE(has(R"(freshet_refresh_retries_total{view="v"} 1)"));
    EXPECT_TRUE(has(R"(freshet_view_consecutive_failures{view="v"} 1)"));
    EXPECT_THAT(metrics_.scrape(), Not(HasSubstr("freshet_view_last_success_timestamp_seconds{")));
}

TEST_F(MetricsTest, WhatMayHappenIsThereBeforeItDoes) {
    EXPECT_TRUE(
        has(R"(freshet_refreshes_total{outcome="failed",strategy="reconcile",triggered_by="scheduled",view="v"} 0)"));
    EXPECT_TRUE(has(R"(freshet_refresh_errors_total{reason="lock_timeout",view="v"} 0)"));
    EXPECT_TRUE(has(R"(freshet_capture_faults_total{reason="trigger_disabled"} 0)"));
    EXPECT_TRUE(has(R"(freshet_verify_runs_total{outcome="drift",view="v"} 0)"));
}

TEST_F(MetricsTest, ASkippedRefreshIsCountedAndMeasuresNothing) {
    metrics_.refresh_started("v");
    RefreshSample sample;
    sample.strategy = "delta";
    sample.outcome = RefreshOutcome::skipped;
    metrics_.refresh_ended("v", sample);
    EXPECT_TRUE(has(R"(freshet_refreshes_total{outcome="skipped",strategy="delta",triggered_by="event",view="v"} 1)"));
    EXPECT_TRUE(has(R"(freshet_refreshes_in_progress{view="v"} 0)"));
    EXPECT_TRUE(has(R"(freshet_refresh_duration_seconds_count{strategy="delta",view="v"} 0)"));
    EXPECT_THAT(metrics_.scrape(), Not(HasSubstr("freshet_view_last_success_timestamp_seconds{")));
}

TEST_F(MetricsTest, WhatOthersRefreshedMovesTheLastRefreshForwardOnly) {
    metrics_.set_last_refresh("v", RefreshOutcome::success, SystemTime(900s));
    metrics_.set_last_refresh("v", RefreshOutcome::failed, SystemTime(950s));
    EXPECT_TRUE(has(R"(freshet_view_last_success_timestamp_seconds{view="v"} 900)"));
    EXPECT_TRUE(has(R"(freshet_view_last_attempt_timestamp_seconds{view="v"} 950)"));
    metrics_.refresh_started("v");
    metrics_.set_last_refresh("v", RefreshOutcome::failed, SystemTime(960s));
    EXPECT_TRUE(has(R"(freshet_view_last_attempt_timestamp_seconds{view="v"} 1000)"));
}

TEST_F(MetricsTest, OnlyAProofOfEqualityMovesTheProvenMoment) {
    metrics_.verified("v", VerifyOutcome::exact, 0);
    metrics_.set_verified("v", SystemTime(500s));
    metrics_.set_verified("v", SystemTime(400s));
    metrics_.verified("v", VerifyOutcome::drift, 3);
    metrics_.verified("v", VerifyOutcome::failed, 0);
    EXPECT_TRUE(has(R"(freshet_verified_timestamp_seconds{view="v"} 500)"));
    EXPECT_TRUE(has(R"(freshet_verify_runs_total{outcome="exact",view="v"} 1)"));
    EXPECT_TRUE(has(R"(freshet_verify_runs_total{outcome="failed",view="v"} 1)"));
    EXPECT_TRUE(has(R"(freshet_drift_rows_total{view="v"} 3)"));
}

TEST_F(MetricsTest, AStandbyDoesNotShowWhatOnlyTheLeaderMeasures) {
    metrics_.set_oldest_transaction(9s);
    metrics_.set_notification_queue_usage(0.1);
    EXPECT_TRUE(has("freshet_oldest_transaction_seconds 9"));
    metrics_.forget_cluster();
    EXPECT_THAT(metrics_.scrape(), Not(HasSubstr("\nfreshet_oldest_transaction_seconds ")));
    EXPECT_THAT(metrics_.scrape(), Not(HasSubstr("\nfreshet_notification_queue_usage_ratio ")));
    metrics_.set_oldest_transaction(4s);
    EXPECT_TRUE(has("freshet_oldest_transaction_seconds 4"));
}

TEST_F(MetricsTest, StateAndModeAreOneHot) {
    EXPECT_TRUE(has(R"(freshet_view_state{state="installing",view="v"} 1)"));
    metrics_.set_state("v", ViewState::backing_off);
    EXPECT_TRUE(has(R"(freshet_view_state{state="installing",view="v"} 0)"));
    EXPECT_TRUE(has(R"(freshet_view_state{state="backing_off",view="v"} 1)"));
    metrics_.set_bell_mode(BellMode::armed);
    metrics_.set_bell_mode(BellMode::never);
    EXPECT_TRUE(has(R"(freshet_notify_mode{mode="armed"} 0)"));
    EXPECT_TRUE(has(R"(freshet_notify_mode{mode="never"} 1)"));
}

TEST_F(MetricsTest, TheRestIsCountedWhereItBelongs) {
    metrics_.set_pending_changes("v", 12);
    metrics_.change_became_visible("v", 300ms);
    metrics_.set_backfill("v", 0, 100);
    metrics_.captured("public.t", "update", 6);
    metrics_.captured("public.t", "update", 2);
    metrics_.events_seen("invoice_paid", 2);
    metrics_.set_changelog_bytes("public.t", 8192);
    metrics_.capture_fault("trigger_disabled");
    metrics_.set_database(SessionRole::worker, DatabaseState::up);
    metrics_.reconnected(SessionRole::worker);
    metrics_.set_leadership(Leadership::leader);
    metrics_.notifications_received(3);
    metrics_.polled(PollOutcome::found);
    metrics_.set_notification_queue_usage(0.5);
    metrics_.configuration_reloaded(ReloadOutcome::refused);
    metrics_.http_request("GET", "/metrics", 200, 2ms);
    for (const auto* sample :
         {R"(freshet_pending_changes{view="v"} 12)", R"(freshet_change_to_visible_seconds_bucket{view="v",le="0.5"} 1)",
          R"(freshet_backfill_rows_done{view="v"} 0)", R"(freshet_backfill_rows_expected{view="v"} 100)",
          R"(freshet_changes_captured_total{op="update",source="public.t"} 8)",
          R"(freshet_events_total{event="invoice_paid"} 2)", R"(freshet_changelog_bytes{source="public.t"} 8192)",
          R"(freshet_capture_faults_total{reason="trigger_disabled"} 1)", R"(freshet_database_up{role="control"} 0)",
          R"(freshet_database_up{role="worker"} 1)", R"(freshet_database_reconnects_total{role="worker"} 1)",
          "freshet_leader 1", "freshet_notifications_received_total 3", R"(freshet_polls_total{result="found"} 1)",
          "freshet_notification_queue_usage_ratio 0.5", "freshet_config_last_reload_successful 0",
          R"(freshet_http_requests_total{code="200",method="GET",route="/metrics"} 1)",
          "freshet_http_request_duration_seconds_count 1"}) {
        EXPECT_TRUE(has(sample));
    }
    EXPECT_THAT(metrics_.scrape(), HasSubstr("\nprocess_resident_memory_bytes "));
}

TEST_F(MetricsTest, ARemovedViewLeavesNothingAndDoesNotComeBack) {
    metrics_.add_view("w", "concurrent", 5s);
    metrics_.set_as_of("v", SystemTime(1s));
    metrics_.refresh_started("v");
    metrics_.change_became_visible("v", 1s);
    metrics_.remove_view("v");
    metrics_.refresh_ended("v", {});
    metrics_.set_pending_changes("v", 1);
    metrics_.set_as_of("v", SystemTime(2s));
    metrics_.set_state("v", ViewState::idle);
    const auto text = metrics_.scrape();
    EXPECT_THAT(text, Not(HasSubstr("view=\"v\"")));
    EXPECT_THAT(text, HasSubstr("freshet_view_info{strategy=\"concurrent\",view=\"w\"} 1"));
    EXPECT_THAT(text, HasSubstr("\nfreshet_refreshes_in_progress{view=\"w\"} 0\n"));
}

TEST_F(MetricsTest, AddingAViewAgainReplacesItsStrategyAndKeepsItsCounts) {
    metrics_.refresh_retried("v");
    metrics_.set_state("v", ViewState::idle);
    metrics_.add_view("v", "partial", 30s);
    EXPECT_TRUE(has(R"(freshet_view_info{strategy="partial",view="v"} 1)"));
    EXPECT_THAT(metrics_.scrape(), Not(HasSubstr(R"(freshet_view_info{strategy="delta")")));
    EXPECT_TRUE(has(R"(freshet_view_staleness_objective_seconds{view="v"} 30)"));
    EXPECT_TRUE(has(R"(freshet_refresh_retries_total{view="v"} 1)"));
    EXPECT_TRUE(has(R"(freshet_view_state{state="idle",view="v"} 1)"));
}

TEST_F(MetricsTest, ARemovedSourceLeavesNothing) {
    metrics_.set_changelog_bytes("public.t", 1);
    metrics_.captured("public.t", "insert", 1);
    metrics_.remove_source("public.t");
    EXPECT_THAT(metrics_.scrape(), Not(HasSubstr("public.t")));
}

TEST_F(MetricsTest, LabelValuesAreEscaped) {
    metrics_.add_view("we\"ird", "delta", 1s);
    EXPECT_TRUE(has(R"(freshet_pending_changes{view="we\"ird"} 0)"));
}

TEST(MetricsReference, IsUpToDate) {
    const std::string path = FRESHET_SOURCE_DIR "/docs/metrics.md";
    if (std::getenv("FRESHET_REGENERATE") != nullptr) {
        std::ofstream(path) << metrics_reference();
    }
    std::ifstream in(path);
    const std::string page{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(page, metrics_reference()) << "run unit_observe with FRESHET_REGENERATE=1 and commit docs/metrics.md";
}

}  // namespace
}  // namespace freshet::observe
