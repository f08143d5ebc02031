// The numbers of the real daemon: that they are true, and there in time, whatever happens to it.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "support/ledger_daemon.hpp"
#include "support/tcp_gate.hpp"

namespace freshet::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

constexpr milliseconds scrape_limit{1000};
constexpr const char* staleness = R"(freshet_view_staleness_seconds{view="report"})";

double number(const std::string& text) {
    return text.empty() ? -1 : std::stod(text);
}

// The exposition; fails the test if it takes too long.
std::string scrape(Freshetd& freshetd) {
    const auto begun = std::chrono::steady_clock::now();
    const auto answer = freshetd.get("/metrics");
    EXPECT_LT(std::chrono::steady_clock::now() - begun, scrape_limit);
    EXPECT_EQ(answer.status, 200);
    return answer.body;
}

// Connects and says nothing.
std::vector<Descriptor> silent_crowd(std::uint16_t port, int size) {
    std::vector<Descriptor> crowd;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < size; ++i) {
        crowd.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        EXPECT_EQ(::connect(crowd.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    }
    return crowd;
}

TEST(DaemonMetrics, WhatWasCapturedIsCountedByWhatWroteIt) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.start();
    const auto captured = [&](const std::string& op) {
        return ledger.freshetd.metric("freshet_changes_captured_total{op=\"" + op + "\",source=\"entry\"}");
    };
    // Counting begins with the first upkeep, which also shows the log's size.
    ASSERT_TRUE(
        eventually([&] { return !ledger.freshetd.metric(R"(freshet_changelog_bytes{source="entry"})").empty(); }));
    ledger.insert(3);
    ledger.client.exec("UPDATE entry SET amount = amount + 1 WHERE id <= 2");
    ledger.client.exec("BEGIN; DELETE FROM entry WHERE id = 3; UPDATE entry SET kind = 'z' WHERE id = 4; COMMIT");
    ledger.client.exec("BEGIN; INSERT INTO entry (kind) VALUES ('taken back'); ROLLBACK");
    ledger.client.exec("TRUNCATE entry");
    EXPECT_TRUE(eventually([&] { return captured("truncate") == "1"; })) << ledger.freshetd.get("/metrics").body;
    EXPECT_EQ(captured("delete"), "1");
    EXPECT_EQ(captured("insert"), "3");
    EXPECT_EQ(captured("update"), "6");  // an old and a new row each
}

TEST(DaemonMetrics, ARefreshIsMeasuredFromTheFirstChangeToTheCommit) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.start();
    ledger.insert(4);
    ASSERT_TRUE(ledger.becomes_exact());
    ASSERT_TRUE(
        eventually([&] { return ledger.freshetd.metric(R"(freshet_changes_applied_total{view="report"})") == "4"; }));
    const auto metrics = scrape(ledger.freshetd);
    for (const std::string phase : {"debounce", "read", "merge", "commit"}) {
        EXPECT_EQ(
            metric(metrics, "freshet_refresh_phase_duration_seconds_count{phase=\"" + phase + "\",view=\"report\"}"),
            "1")
            << phase;
    }
    // At least the quiet that was configured, 20 ms.
    EXPECT_GE(number(metric(metrics, R"(freshet_refresh_phase_duration_seconds_sum{phase="debounce",view="report"})")),
              0.02);
    EXPECT_EQ(metric(metrics, R"(freshet_refreshes_in_progress{view="report"})"), "0");
    EXPECT_EQ(metric(metrics, R"(freshet_backfill_rows_done{view="report"})"),
              metric(metrics, R"(freshet_backfill_rows_expected{view="report"})"));
    EXPECT_EQ(metric(metrics, R"(freshet_refresh_retries_total{view="report"})"), "0");
    EXPECT_EQ(metric(metrics, R"(freshet_database_reconnects_total{role="worker"})"), "0");  // a first session is none
}

TEST(DaemonMetrics, AViewThatIsIdleSinceTheStartKnowsItsLastSuccess) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.start();
    const auto shown = [&] {
        return ledger.freshetd.metric(R"(freshet_view_last_success_timestamp_seconds{view="report"})");
    };
    ASSERT_TRUE(eventually([&] { return !shown().empty(); })) << ledger.freshetd.log();
    EXPECT_EQ(ledger.client.scalar(
                  "SELECT abs(extract(epoch FROM last_refresh_at) - $1::numeric) < 1 FROM freshet.status", {shown()}),
              "t");
}

TEST(DaemonMetrics, AViewThatIsNotInstalledShowsThat) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    auto more = ledger.configuration;
    more.more_views = R"(, "second": { "sql": "SELECT day, count(*) AS n FROM entry GROUP BY day" })";
    ledger.freshetd.configure(more.text(ledger.conninfo));
    ledger.start();
    EXPECT_TRUE(eventually([&] {
        return ledger.freshetd.metric(R"(freshet_view_state{state="installing",view="second"})") == "1";
    })) << ledger.freshetd.log();
}

TEST(DaemonMetrics, AnOpenTransactionIsSeenToGrowOld) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.start();
    Client writer(ledger.database.conninfo());
    writer.exec("BEGIN; INSERT INTO entry (kind) VALUES ('open')");
    const auto age = [&] { return number(ledger.freshetd.metric("freshet_oldest_transaction_seconds")); };
    EXPECT_TRUE(eventually([&] { return age() >= 2; })) << ledger.freshetd.log();
    writer.exec("COMMIT");
    EXPECT_TRUE(eventually([&] { return age() < 1; })) << age();
}

// A worker that waits for a lock for as long as the test holds it.
struct HungWorker : ::testing::Test {
    void hang() {
        ledger.install();
        ledger.start();
        const auto id = ledger.client.scalar("SELECT id FROM freshet.view");
        locker.exec("BEGIN; LOCK TABLE freshet.state_" + id + "_0 IN SHARE ROW EXCLUSIVE MODE");
        ledger.insert(3);
        ASSERT_TRUE(eventually([&] {
            return ledger.freshetd.metric(R"(freshet_refreshes_in_progress{view="report"})") == "1";
        })) << ledger.freshetd.log();
    }
    LedgerDaemon ledger{FRESHETD_BINARY, {R"("poll_interval": "200ms")"}};
    Client locker{ledger.database.conninfo()};
};

TEST_F(HungWorker, StillShowsHowStaleTheViewGrows) {
    hang();
    const auto begun = std::chrono::steady_clock::now();
    const double first = number(metric(scrape(ledger.freshetd), staleness));
    EXPECT_TRUE(eventually([&] { return number(metric(scrape(ledger.freshetd), staleness)) > first + 1; }));
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun;
    EXPECT_LT(number(metric(scrape(ledger.freshetd), staleness)), first + passed.count() + 0.5);
    locker.exec("ROLLBACK");
    EXPECT_TRUE(eventually([&] { return number(metric(scrape(ledger.freshetd), staleness)) < 1; }));
}

TEST_F(HungWorker, IsScrapedUntilTheDaemonEnds) {
    hang();
    ledger.freshetd.daemon().send_signal(SIGTERM);
    ASSERT_TRUE(eventually([&] { return ledger.freshetd.logged("stopping"); }));
    const double first = number(metric(scrape(ledger.freshetd), staleness));
    EXPECT_TRUE(eventually([&] { return number(metric(scrape(ledger.freshetd), staleness)) > first; }));
    locker.exec("ROLLBACK");
    EXPECT_EQ(ledger.freshetd.daemon().wait(seconds(10)), 0) << ledger.freshetd.log();
}

TEST(DaemonMetrics, ADatabaseThatFallsSilentHoldsUpNoScrape) {
    TcpGate gate(shared_cluster().socket());
    LedgerDaemon ledger(
        FRESHETD_BINARY, {R"("poll_interval": "200ms", "statement_timeout": "2s")"}, shared_cluster(),
        "host=127.0.0.1 port=" + std::to_string(gate.port()) + " user=postgres sslmode=disable gssencmode=disable");
    ledger.install();
    ledger.start();
    ASSERT_TRUE(eventually([&] { return number(ledger.freshetd.metric(staleness)) >= 0; }));
    gate.stall();
    // Nobody can know whether the view is still equal to its query: it ages, although nothing is pending.
    EXPECT_TRUE(eventually([&] { return number(metric(scrape(ledger.freshetd), staleness)) > 3; }));
    EXPECT_TRUE(eventually([&] {
        return metric(scrape(ledger.freshetd), R"(freshet_database_up{role="control"})") == "0";
    })) << ledger.freshetd.log();
    EXPECT_GE(number(ledger.freshetd.metric(R"(freshet_polls_total{result="failed"})")), 1);
    gate.resume();
    EXPECT_TRUE(eventually([&] { return number(metric(scrape(ledger.freshetd), staleness)) < 1; }));
    EXPECT_GE(number(ledger.freshetd.metric(R"(freshet_database_reconnects_total{role="control"})")), 1);
}

TEST(DaemonMetrics, ADatabaseThatIsGoneHoldsUpNoScrape) {
    PrivateCluster cluster;
    LedgerDaemon ledger(FRESHETD_BINARY, {}, cluster);
    ledger.install();
    ledger.start();
    ASSERT_TRUE(eventually([&] { return number(ledger.freshetd.metric(staleness)) >= 0; }));
    cluster.stop();
    EXPECT_TRUE(eventually([&] {
        return metric(scrape(ledger.freshetd), R"(freshet_database_up{role="control"})") == "0";
    })) << ledger.freshetd.log();
    EXPECT_EQ(ledger.freshetd.metric("freshet_leader"), "0");
    const double first = number(metric(scrape(ledger.freshetd), staleness));
    EXPECT_TRUE(eventually([&] { return number(metric(scrape(ledger.freshetd), staleness)) > first + 1; }));
    cluster.start();
    EXPECT_TRUE(eventually([&] { return number(metric(scrape(ledger.freshetd), staleness)) < 1; }));
    EXPECT_EQ(ledger.freshetd.metric(R"(freshet_database_up{role="control"})"), "1");
}

// Each session's last statement, by the server.
std::string statements(LedgerDaemon& ledger) {
    return ledger.client.scalar(
        "SELECT coalesce(string_agg(pid::text || query_start, ' ' ORDER BY pid), '') FROM pg_stat_activity "
        "WHERE datname = current_database() AND application_name LIKE 'freshetd%'");
}

// The daemon's own looks may fall between two scrapes; one that asked would do so each time.
TEST(DaemonMetrics, AScrapeAsksTheDatabaseNothing) {
    LedgerDaemon ledger(FRESHETD_BINARY, {R"("poll_interval": "1h")"});
    ledger.install();
    ledger.start();
    EXPECT_TRUE(eventually([&] {
        const auto before = statements(ledger);
        for (int i = 0; i < 20; ++i) scrape(ledger.freshetd);
        return !before.empty() && statements(ledger) == before;
    })) << statements(ledger);
}

TEST(DaemonMetrics, ACrowdAndAFloodOfChangesHoldUpNoScrape) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.start();
    ASSERT_TRUE(eventually([&] { return number(ledger.freshetd.metric(staleness)) >= 0; }));
    const auto crowd = silent_crowd(ledger.freshetd.port(), 200);
    for (int i = 0; i < 10; ++i) {
        ledger.insert(5000);
        EXPECT_THAT(scrape(ledger.freshetd), HasSubstr(staleness));
    }
    EXPECT_TRUE(ledger.becomes_exact());
    EXPECT_TRUE(eventually([&] {
        const auto metrics = scrape(ledger.freshetd);
        return metric(metrics, R"(freshet_changes_captured_total{op="insert",source="entry"})") == "50000" &&
               metric(metrics, R"(freshet_changes_applied_total{view="report"})") == "50000" &&
               metric(metrics, R"(freshet_pending_changes{view="report"})") == "0";
    })) << scrape(ledger.freshetd);
}

}  // namespace
}  // namespace freshet::testing
