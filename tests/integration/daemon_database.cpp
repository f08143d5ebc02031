// freshetd run and a database that goes away, comes back, breaks off or falls silent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/ledger_daemon.hpp"
#include "support/tcp_gate.hpp"

namespace freshet::testing {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::chrono::milliseconds soon{5000};

std::string count_of(LedgerDaemon& ledger, const std::string& condition) {
    return ledger.client.scalar("SELECT count(*) FROM freshet.refresh_log WHERE " + condition);
}

TEST(DaemonDatabase, AwayAtTheStartIsWaitedFor) {
    PrivateCluster cluster;
    LedgerDaemon ledger(FRESHETD_BINARY, {}, cluster);
    ledger.install();
    cluster.stop();

    ledger.freshetd.start();
    ASSERT_TRUE(eventually([&] { return ledger.freshetd.listening(); }));
    ASSERT_TRUE(eventually([&] { return ledger.freshetd.logged("no session with the database"); }));
    EXPECT_EQ(ledger.freshetd.get("/healthz").status, 200);
    const HttpAnswer away = ledger.freshetd.get("/readyz");
    EXPECT_EQ(away.status, 503);
    EXPECT_THAT(away.body, HasSubstr("the database does not answer"));

    cluster.start();
    ledger.client = Client(ledger.database.conninfo());
    EXPECT_TRUE(eventually([&] { return ledger.freshetd.get("/readyz").status == 200; })) << ledger.freshetd.log();
    ledger.insert();
    EXPECT_TRUE(ledger.becomes_exact());
}

TEST(DaemonDatabase, AwayAtTheStartDoesNotHoldUpSigterm) {
    PrivateCluster cluster;
    LedgerDaemon ledger(FRESHETD_BINARY, {}, cluster);
    ledger.install();
    cluster.stop();
    ledger.freshetd.start();
    ASSERT_TRUE(eventually([&] { return ledger.freshetd.logged("no session with the database"); }));
    EXPECT_EQ(ledger.freshetd.terminate(soon), 0) << ledger.freshetd.log();
    cluster.start();
}

TEST(DaemonDatabase, RestartedWhileTheDaemonSleepsIsNoticed) {
    PrivateCluster cluster;
    LedgerDaemon ledger(FRESHETD_BINARY, {}, cluster);
    ledger.install();
    ledger.start();
    ledger.wait_until_armed();

    cluster.stop();
    EXPECT_TRUE(eventually([&] { return ledger.freshetd.get("/readyz").status == 503; })) << ledger.freshetd.log();
    cluster.start();
    ledger.client = Client(ledger.database.conninfo());
    ledger.insert(20);
    EXPECT_TRUE(ledger.becomes_exact()) << ledger.freshetd.log();
    EXPECT_TRUE(eventually([&] { return ledger.freshetd.get("/readyz").status == 200; }));
}

TEST(DaemonDatabase, GoneWithChangesPendingDoesNotHoldUpSigterm) {
    PrivateCluster cluster;
    LedgerDaemon ledger(FRESHETD_BINARY, {R"("poll_interval": "200ms")", R"("debounce": "1s", "max_delay": "1s")"},
                        cluster);
    ledger.install();
    ledger.start();
    ledger.insert();
    ASSERT_TRUE(eventually([&] {
        return ledger.freshetd.metric(R"(freshet_view_state{state="waiting",view="report"})") == "1" ||
               ledger.freshetd.metric(R"(freshet_view_state{view="report",state="waiting"})") == "1";
    })) << ledger.freshetd.get("/metrics").body;
    cluster.stop();
    ASSERT_TRUE(eventually([&] { return ledger.freshetd.logged("no session with the database"); }));
    EXPECT_EQ(ledger.freshetd.terminate(soon), 0) << ledger.freshetd.log();

    cluster.start();
    ledger.client = Client(ledger.database.conninfo());
    ledger.start();
    EXPECT_TRUE(ledger.becomes_exact());
}

TEST(DaemonDatabase, CrashedUnderTheDaemonIsExactAfterRecovery) {
    PrivateCluster cluster;
    LedgerDaemon ledger(FRESHETD_BINARY, {}, cluster);
    ledger.install();
    ledger.start();
    ledger.insert(100);
    cluster.crash();
    cluster.start();
    ledger.client = Client(ledger.database.conninfo());
    ledger.insert(3);
    EXPECT_TRUE(ledger.becomes_exact()) << ledger.freshetd.log();
}

struct GatedDaemon : ::testing::Test {
    static std::string through(const TcpGate& gate) {
        return "host=127.0.0.1 port=" + std::to_string(gate.port()) +
               " user=postgres sslmode=disable gssencmode=disable";
    }
    TcpGate gate{shared_cluster().socket()};
    LedgerDaemon ledger{
        FRESHETD_BINARY, {R"("poll_interval": "200ms", "statement_timeout": "2s")"}, shared_cluster(), through(gate)};
};

class CutDuringCommit : public GatedDaemon, public ::testing::WithParamInterface<TcpGate::Trigger> {};

TEST_P(CutDuringCommit, DoublesAndLosesNothing) {
    ledger.install();
    ledger.start();
    ledger.wait_until_armed();
    gate.cut_when_client_sends("COMMIT", GetParam());
    ledger.insert(50);
    EXPECT_TRUE(ledger.becomes_exact()) << ledger.freshetd.log();
    EXPECT_TRUE(eventually([&] { return ledger.freshetd.logged("connection lost during commit"); }))
        << ledger.freshetd.log();
    // The position decides: what was committed is not folded again, what was not is folded once.
    EXPECT_TRUE(eventually([&] { return ledger.client.scalar("SELECT pending_changes FROM freshet.status") == "0"; }));
    EXPECT_EQ(ledger.client.scalar("SELECT sum(changes_applied) FROM freshet.refresh_log WHERE triggered_by = 'event'"),
              "50");
    ledger.insert(5);
    EXPECT_TRUE(ledger.becomes_exact());
    EXPECT_THAT(ledger.freshetd.command({"verify"}).code, 0);
}

INSTANTIATE_TEST_SUITE_P(Either, CutDuringCommit,
                         ::testing::Values(TcpGate::Trigger::delivered, TcpGate::Trigger::swallowed),
                         [](const auto& trigger) {
                             return trigger.param == TcpGate::Trigger::delivered ? "Committed" : "NotCommitted";
                         });

TEST_F(GatedDaemon, EverySessionCutIsOpenedAgain) {
    ledger.install();
    ledger.start();
    for (int i = 0; i < 3; ++i) {
        ledger.insert(10);
        gate.cut();
        EXPECT_TRUE(ledger.becomes_exact()) << ledger.freshetd.log();
    }
    EXPECT_GE(std::stod("0" + ledger.freshetd.metric(R"(freshet_database_reconnects_total{role="control"})")), 1.0);
}

TEST_F(GatedDaemon, SilenceEndsAtTheDeadline) {
    ledger.install();
    ledger.start();
    ASSERT_TRUE(eventually([&] { return ledger.freshetd.get("/readyz").status == 200; })) << ledger.freshetd.log();
    gate.stall();
    ledger.insert(10);
    EXPECT_TRUE(eventually([&] { return ledger.freshetd.get("/readyz").status == 503; })) << ledger.freshetd.log();
    EXPECT_EQ(ledger.freshetd.get("/healthz").status, 200);
    gate.resume();
    EXPECT_TRUE(ledger.becomes_exact()) << ledger.freshetd.log();
    EXPECT_TRUE(eventually([&] { return ledger.freshetd.get("/readyz").status == 200; })) << ledger.freshetd.log();
}

TEST(DaemonDatabase, InstalledWhileTheDaemonRunsIsTakenUp) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.freshetd.start();
    ASSERT_TRUE(eventually([&] { return ledger.freshetd.logged("freshet is not installed"); }));
    EXPECT_THAT(ledger.freshetd.get("/readyz").body, HasSubstr("report is not installed yet"));
    ledger.install();
    EXPECT_TRUE(eventually([&] { return ledger.freshetd.get("/readyz").status == 200; })) << ledger.freshetd.log();
    ledger.insert();
    EXPECT_TRUE(ledger.becomes_exact());
    EXPECT_EQ(count_of(ledger, "refresh_status = 'failed'"), "0");
}

TEST(DaemonDatabase, RestoredIntoAnotherClusterIsRecomputed) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.insert(5);  // pending when dumped: in the other cluster its transaction numbers mean nothing
    PrivateCluster other;
    Client(other.conninfo("postgres")).exec("CREATE DATABASE restored TEMPLATE template0");
    const std::string dump = PrivateCluster::bin_directory() / "pg_dump";
    const std::string psql = PrivateCluster::bin_directory() / "psql";
    const std::string command = dump + " '" + ledger.database.conninfo() + "' | " + psql + " -q -v ON_ERROR_STOP=1 '" +
                                other.conninfo("restored") + "' > /dev/null";
    ProcessOptions options;
    options.arguments = {"-c", command};
    const Finished restored = run_process("/bin/sh", options);
    ASSERT_EQ(restored.code, 0) << restored.errors;

    Client there(other.conninfo("restored"));
    there.exec("DELETE FROM entry WHERE id % 3 = 0");
    Freshetd daemon(FRESHETD_BINARY, ledger.configuration.text(other.conninfo("restored")));
    daemon.start();
    ASSERT_TRUE(eventually([&] { return daemon.logged("the database was restored from a dump"); })) << daemon.log();
    EXPECT_TRUE(eventually([&] {
        return there.scalar("SELECT state = 'ready' AND pending_changes = 0 FROM freshet.status") == "t";
    })) << daemon.log();
    EXPECT_EQ(there.scalar("SELECT count(*) FROM (SELECT kind, n, total, days FROM report EXCEPT ALL (" +
                           std::string(LedgerDaemon::query) + ")) x"),
              "0");
    EXPECT_EQ(daemon.command({"verify"}).code, 0);
}

}  // namespace
}  // namespace freshet::testing
