// How freshetd run hears of changes, what it tells of them, and what it keeps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "support/ledger_daemon.hpp"

namespace freshet::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

std::string quick_polls(const std::string& notify) {
    return R"("poll_interval": "200ms", "notify": ")" + notify + '"';
}

TEST(DaemonFreshness, AsleepItIsWokenByTheBell) {
    // Polling alone would need at least five times the poll interval.
    LedgerDaemon ledger(FRESHETD_BINARY, {R"("poll_interval": "4s")"});
    ledger.install();
    ledger.start();
    ledger.wait_until_armed();
    for (int round = 0; round < 3; ++round) {
        const auto began = Clock::now();
        ledger.insert();
        ASSERT_TRUE(ledger.becomes_exact());
        EXPECT_LT(Clock::now() - began, seconds(3)) << ledger.freshetd.log();
        ledger.wait_until_armed();
    }
    EXPECT_GE(std::stod("0" + ledger.freshetd.metric("freshet_notifications_received_total")), 3.0);
}

TEST(DaemonFreshness, AWriterThatBeganBeforeTheBellWasArmedIsSeen) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    Client writer(ledger.database.conninfo());
    writer.exec("BEGIN; INSERT INTO entry (kind, day, amount) VALUES ('early', '2026-01-01', 1)");  // does not ring
    ledger.start();
    ledger.wait_until_armed();
    writer.exec("COMMIT");
    EXPECT_TRUE(ledger.becomes_exact(seconds(5))) << ledger.freshetd.log();
}

class NotifyMode : public ::testing::TestWithParam<const char*> {};

TEST_P(NotifyMode, MakesChangesVisible) {
    LedgerDaemon ledger(FRESHETD_BINARY, {quick_polls(GetParam())});
    ledger.install();
    ledger.start();
    for (int round = 0; round < 3; ++round) {
        ledger.insert(3);
        EXPECT_TRUE(ledger.becomes_exact(seconds(5))) << ledger.freshetd.log();
    }
    EXPECT_EQ(ledger.freshetd.metric(R"(freshet_notify_mode{mode=")" + std::string(GetParam()) + R"("})"), "1");
    if (std::string(GetParam()) != "armed") {
        EXPECT_EQ(ledger.armed(), std::string(GetParam()) == "always");
    }
}

INSTANTIATE_TEST_SUITE_P(Each, NotifyMode, ::testing::Values("armed", "always", "never"),
                         [](const auto& mode) { return std::string(mode.param); });

TEST(DaemonFreshness, SteadyLoadIsFoldedInASteadyCycle) {
    LedgerDaemon ledger(FRESHETD_BINARY, {quick_polls("armed"), R"("debounce": "300ms", "max_delay": "600ms")"});
    ledger.install();
    ledger.start();
    // Never quiet for as long as the debounce: only max_delay lets anything through.
    const auto end = Clock::now() + seconds(4);
    int transactions = 0;
    while (Clock::now() < end) {
        ledger.insert();
        ++transactions;
        ledger.client.exec("SELECT pg_sleep(0.05)");
    }
    const auto folds = std::stoi(ledger.client.scalar(
        "SELECT coalesce(sum(refresh_count), 0) FROM freshet.refresh_log WHERE triggered_by = 'event'"));
    EXPECT_GE(folds, 2);
    EXPECT_LE(folds, transactions / 3);
    EXPECT_TRUE(ledger.becomes_exact());
}

TEST(DaemonFreshness, AppliesOfOneMinuteShareOneRowOfTheLog) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.start();
    for (int round = 0; round < 5; ++round) {
        ledger.insert(2);
        ASSERT_TRUE(ledger.becomes_exact());
    }
    const Rows rows = ledger.client.query(
        "SELECT count(*), sum(refresh_count), sum(changes_applied) FROM freshet.refresh_log "
        "WHERE triggered_by = 'event' AND refresh_status = 'success'");
    EXPECT_LE(std::stoi(*rows[0][0]), 2);  // two, if the minute changed
    EXPECT_GE(std::stoi(*rows[0][1]), 5);
    EXPECT_EQ(rows[0][2], "10");
}

TEST(DaemonFreshness, ABacklogThatIsNotWorthFoldingIsRecomputedAndSaysSo) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.insert(100);
    ledger.start();
    ASSERT_TRUE(ledger.becomes_exact());
    EXPECT_EQ(ledger.freshetd.terminate(), 0);
    // The same rows again and again: a reconcile reads each once.
    for (int i = 0; i < 30; ++i) {
        ledger.client.exec("UPDATE entry SET amount = amount + 1");
    }
    const auto backlog = ledger.client.scalar("SELECT pending_changes FROM freshet.status");
    ledger.start();
    ASSERT_TRUE(ledger.becomes_exact()) << ledger.freshetd.log();
    const auto applied = [&](const std::string& strategy) {
        return ledger.client.scalar(
            "SELECT sum(changes_applied) FROM freshet.refresh_log WHERE triggered_by = 'event' AND strategy = $1",
            {strategy});
    };
    EXPECT_EQ(applied("delta"), "100");
    EXPECT_EQ(applied("reconcile"), backlog);
    EXPECT_EQ(ledger.client.scalar("SELECT predicted_fold_seconds > predicted_reconcile_seconds AND actual_seconds > 0 "
                                   "AND source_rows > 0 AND why LIKE 'predicted: recomputing from % rows %' FROM "
                                   "freshet.refresh_log WHERE triggered_by = 'event' AND strategy = 'reconcile'"),
              "t");
    EXPECT_TRUE(eventually([&] { return ledger.freshetd.logged("recomputed, not folded"); })) << ledger.freshetd.log();
}

TEST(DaemonFreshness, EventsAreCountedExactly) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.start();
    ledger.client.exec("UPDATE entry SET posted = true WHERE id <= 40");      // 40 start
    ledger.client.exec("UPDATE entry SET amount = amount + 1 WHERE posted");  // none: they were already
    ledger.client.exec("UPDATE entry SET posted = false WHERE id <= 10");     // none
    ledger.client.exec("UPDATE entry SET posted = true WHERE id <= 10");      // 10 start again
    ledger.client.exec("BEGIN; UPDATE entry SET posted = true; ROLLBACK");    // none
    ledger.client.exec("INSERT INTO entry (kind, posted) SELECT 'p', true FROM generate_series(1, 7)");  // 7
    ASSERT_TRUE(ledger.becomes_exact());
    EXPECT_TRUE(eventually([&] {
        return ledger.client.scalar("SELECT coalesce(sum((events ->> 'posted')::int), 0) FROM freshet.refresh_log") ==
               "57";
    })) << ledger.client.scalar("SELECT json_agg(l) FROM freshet.refresh_log l");
    EXPECT_TRUE(eventually([&] { return ledger.freshetd.metric(R"(freshet_events_total{event="posted"})") == "57"; }));
}

TEST(DaemonFreshness, AnnouncesEachApplyAtMostOnceASecond) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.start();
    Client listener(ledger.database.conninfo());
    listener.exec("LISTEN freshet_refreshed");
    std::vector<std::string> heard;
    const auto listen = [&] {
        for (auto& payload : listener.notifications()) heard.push_back(payload);
    };
    const auto began = Clock::now();
    while (Clock::now() < began + seconds(3)) {
        ledger.insert();
        EXPECT_TRUE(ledger.becomes_exact());
        listen();
    }
    const auto lasted = std::chrono::duration<double>(Clock::now() - began).count();
    EXPECT_GE(heard.size(), 2U);
    EXPECT_LE(static_cast<double>(heard.size()), lasted + 2);
    // The last apply is announced, too, if need be later.
    const auto last_refresh = ledger.client.scalar(
        "SELECT extract(epoch FROM last_refresh_at) FROM freshet.status WHERE view_name = 'report'");
    EXPECT_TRUE(eventually([&] {
        listen();
        return ledger.client.scalar("SELECT ($1::jsonb ->> 'as_of')::numeric >= $2::numeric - 0.01",
                                    {heard.back(), last_refresh}) == "t";
    })) << heard.back()
        << " but the last refresh was at " << last_refresh;
    EXPECT_EQ(ledger.client.scalar("SELECT $1::jsonb ->> 'view'", {heard.back()}), "report");
}

TEST(DaemonFreshness, ThePagesTellTheTruth) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.start();
    ledger.insert(4);
    ASSERT_TRUE(ledger.becomes_exact());
    ASSERT_TRUE(eventually([&] { return ledger.freshetd.metric(R"(freshet_pending_changes{view="report"})") == "0"; }));
    const std::string metrics = ledger.freshetd.get("/metrics").body;
    for (const char* name : {"freshet_view_staleness_seconds{", "freshet_view_staleness_objective_seconds{",
                             "freshet_view_as_of_timestamp_seconds{", "freshet_change_to_visible_seconds_bucket{",
                             "freshet_changes_applied_total{", "freshet_changelog_bytes{", "freshet_refreshes_total{",
                             "freshet_refresh_duration_seconds_bucket{", "freshet_view_state{", "freshet_database_up{",
                             "freshet_leader 1", "freshet_build_info{", "process_start_time_seconds "}) {
        EXPECT_THAT(metrics, HasSubstr(name));
    }
    EXPECT_EQ(metric(metrics, R"(freshet_changes_applied_total{view="report"})"), "4");
    // Idle is not stale. The fallback poll is the longest time between two looks.
    const auto staleness = [&] {
        return std::stod("0" + ledger.freshetd.metric(R"(freshet_view_staleness_seconds{view="report"})"));
    };
    ledger.wait_until_armed();
    EXPECT_LT(staleness(), 5.0);
    const std::string status = ledger.freshetd.get("/status").body;
    EXPECT_EQ(ledger.client.scalar("SELECT ($1::jsonb -> 'views' -> 0 ->> 'staleness_seconds')::float8 BETWEEN 0 AND 5",
                                   {status}),
              "t")
        << status;
    EXPECT_EQ(ledger.client.scalar("SELECT $1::jsonb -> 'views' -> 0 ->> 'last_status'", {status}), "success");
}

TEST(DaemonFreshness, TheLogStaysSmallUnderConstantLoad) {
    LedgerDaemon ledger(FRESHETD_BINARY, {R"("poll_interval": "200ms", "log_rotate_bytes": 65536)"});
    ledger.install();
    ledger.start();
    const auto size = [&] {
        return std::stoll(ledger.client.scalar(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relnamespace = 'freshet'::regnamespace AND "
            "relkind = 'r' AND relname ~ '^log_[0-9]+_[01]$'"));
    };
    // Each slot is emptied at least once, however much was written meanwhile.
    std::set<std::string> emptied;
    long long written = 0;
    EXPECT_TRUE(eventually(
        [&] {
            ledger.insert(300);
            written += 300;
            for (const Row& row : ledger.client.query(
                     "SELECT relname FROM pg_class WHERE relnamespace = 'freshet'::regnamespace AND relname ~ "
                     "'^log_[0-9]+_[01]$' AND relkind = 'r' AND pg_relation_filenode(oid) <> oid AND "
                     "pg_relation_size(oid) = 0")) {
                emptied.insert(*row[0]);
            }
            return emptied.size() == 2;
        },
        seconds(60)))
        << ledger.freshetd.log();
    ASSERT_TRUE(ledger.becomes_exact());
    EXPECT_TRUE(eventually([&] { return size() < written * 60; }, seconds(30))) << size() << " bytes after " << written;
}

TEST(DaemonFreshness, AConcurrentViewIsRefreshedAfterChanges) {
    LedgerConfiguration configuration;
    configuration.more_views = R"(, "heavy": { "strategy": "concurrent", "debounce": "50ms" })";
    LedgerDaemon ledger(FRESHETD_BINARY, configuration);
    ledger.client.exec(
        "CREATE MATERIALIZED VIEW heavy AS SELECT kind, max(amount) OVER (PARTITION BY kind) AS top, id "
        "FROM entry; CREATE UNIQUE INDEX ON heavy (id)");
    ledger.install();
    ledger.start();
    ledger.insert(3);
    const auto fresh = [&] {
        return ledger.client.scalar("SELECT count(*) FROM heavy") == ledger.client.scalar("SELECT count(*) FROM entry");
    };
    EXPECT_TRUE(eventually(fresh)) << ledger.freshetd.log();
    ledger.client.exec("DELETE FROM entry WHERE id % 2 = 0");
    EXPECT_TRUE(eventually(fresh)) << ledger.freshetd.log();
    EXPECT_TRUE(ledger.becomes_exact());
    EXPECT_NE(ledger.client.scalar("SELECT count(*) FROM freshet.refresh_log WHERE strategy = 'concurrent' AND "
                                   "refresh_status = 'success' AND triggered_by = 'event'"),
              "0");
}

}  // namespace
}  // namespace freshet::testing
