// What freshetd run does when a refresh fails, when capture is broken under it, and when a reconcile is due.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/ledger_daemon.hpp"

namespace freshet::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(DaemonTrouble, CaptureThatSomeoneDisabledBreaksTheViewAndItsReturnRepairsIt) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.start();
    ledger.client.exec("ALTER TABLE entry DISABLE TRIGGER freshet_insert");
    ledger.insert(11);
    EXPECT_TRUE(eventually([&] { return ledger.state() == "broken"; })) << ledger.freshetd.log();
    EXPECT_THAT(ledger.client.scalar("SELECT last_error FROM freshet.status"), HasSubstr("trigger_disabled"));
    EXPECT_TRUE(eventually(
        [&] { return ledger.freshetd.metric(R"(freshet_capture_faults_total{reason="trigger_disabled"})") == "1"; }));
    EXPECT_THAT(ledger.freshetd.get("/status").body, HasSubstr("\"state\":\"broken\""));
    EXPECT_FALSE(ledger.differences().empty());

    // A restart must not take it for repaired.
    EXPECT_EQ(ledger.freshetd.terminate(), 0);
    ledger.start();
    ASSERT_TRUE(eventually([&] { return ledger.freshetd.logged("are not captured"); })) << ledger.freshetd.log();
    ledger.client.exec("UPDATE entry SET amount = amount + 1 WHERE id = 1");  // an event for a loop that would refresh
    EXPECT_FALSE(eventually([&] { return ledger.state() == "ready"; }, seconds(2))) << ledger.freshetd.log();

    ledger.insert(5);
    ledger.client.exec("ALTER TABLE entry ENABLE TRIGGER freshet_insert");
    EXPECT_TRUE(eventually([&] { return ledger.state() == "ready"; })) << ledger.freshetd.log();
    EXPECT_THAT(ledger.differences(), IsEmpty());
    ledger.insert(2);
    EXPECT_TRUE(ledger.becomes_exact());
}

struct FailingRefresh : ::testing::Test {
    std::string failures() {
        return ledger.client.scalar("SELECT count(*) FROM freshet.refresh_log WHERE refresh_status = 'failed'");
    }
    std::string state_table() {
        return ledger.client.scalar(
            "SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace = 'freshet'::regnamespace "
            "AND c.relkind = 'r' AND c.relname ~ '^state_[0-9]+_0$'");
    }
    LedgerDaemon ledger{FRESHETD_BINARY, {R"("poll_interval": "200ms", "statement_timeout": "500ms")"}};
};

TEST_F(FailingRefresh, IsLoggedRetriedAndOvercome) {
    ledger.install();
    ledger.start();
    Client locker(ledger.database.conninfo());
    locker.exec("BEGIN; LOCK TABLE " + state_table() + " IN SHARE ROW EXCLUSIVE MODE");
    ledger.insert(6);
    EXPECT_TRUE(eventually([&] { return std::stoi(failures()) >= 2; })) << ledger.freshetd.log();
    const Rows status = ledger.client.query("SELECT last_status, last_error, consecutive_failures FROM freshet.status");
    EXPECT_EQ(status[0][0], "failed");
    EXPECT_THAT(status[0][1].value_or(""), HasSubstr("500 ms"));
    EXPECT_GE(std::stoi(*status[0][2]), 2);
    EXPECT_NE(ledger.freshetd.metric(R"(freshet_view_consecutive_failures{view="report"})"), "0");
    EXPECT_THAT(ledger.freshetd.get("/metrics").body,
                HasSubstr(R"(freshet_refresh_errors_total{reason="statement_timeout",view="report"})"));
    // With a growing pause: not at every look.
    EXPECT_LE(std::stoi(failures()), 6);

    locker.exec("ROLLBACK");
    EXPECT_TRUE(ledger.becomes_exact()) << ledger.freshetd.log();
    EXPECT_TRUE(
        eventually([&] { return ledger.client.scalar("SELECT consecutive_failures FROM freshet.status") == "0"; }));
    EXPECT_EQ(ledger.client.scalar("SELECT sum(changes_applied) FROM freshet.refresh_log"), "6");
}

TEST_F(FailingRefresh, NamesTheColumnThatIsGone) {
    ledger.install();
    ledger.start();
    ledger.client.exec("ALTER TABLE " + state_table() + " RENAME COLUMN n TO gone");
    ledger.insert();
    EXPECT_TRUE(eventually([&] { return failures() != "0"; })) << ledger.freshetd.log();
    EXPECT_THAT(
        ledger.client.scalar("SELECT error_message FROM freshet.refresh_log WHERE refresh_status = 'failed' LIMIT 1"),
        HasSubstr("does not exist"));
    ledger.client.exec("ALTER TABLE " + state_table() + " RENAME COLUMN gone TO n");
    EXPECT_TRUE(ledger.becomes_exact()) << ledger.freshetd.log();
}

TEST(DaemonTrouble, AReconcileRunsAtItsTimeAndRepairsDrift) {
    // "at" has minutes only, and the nearest one may be a minute away: a zone so many seconds ahead of UTC brings it
    // near.
    Client clock(shared_cluster().conninfo("postgres"));
    const Rows due = clock.query(
        "SELECT 'X-00:00:' || lpad(ahead::text, 2, '0'), to_char(soon + make_interval(secs => ahead), 'HH24:MI') "
        "FROM (SELECT soon, (60 - floor(extract(second FROM soon))::int) % 60 AS ahead "
        "FROM (SELECT now() AT TIME ZONE 'UTC' + interval '12 seconds' AS soon) AS s) AS t");
    LedgerConfiguration configuration;
    configuration.view += R"(, "tenant": "kind", "reconcile": { "at": ")" + *due[0][1] +
                          R"(", "timezone": { "query": "SELECT DISTINCT kind, ')" + *due[0][0] + R"(' FROM entry" } })";
    LedgerDaemon ledger(FRESHETD_BINARY, configuration);
    ledger.install();
    ledger.client.exec("ALTER TABLE entry DISABLE TRIGGER freshet_insert");
    ledger.insert(4);
    ledger.client.exec("ALTER TABLE entry ENABLE TRIGGER freshet_insert");
    EXPECT_FALSE(ledger.differences().empty());
    ledger.start();
    EXPECT_TRUE(ledger.becomes_exact(seconds(90))) << ledger.freshetd.log();
    EXPECT_TRUE(eventually([&] {
        return ledger.client.scalar(
                   "SELECT count(*) FROM freshet.refresh_log WHERE triggered_by = 'scheduled' AND "
                   "refresh_status = 'success' AND strategy = 'reconcile' AND firm_id IS NOT NULL") == "5";
    }));
}

}  // namespace
}  // namespace freshet::testing
