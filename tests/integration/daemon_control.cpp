// freshetd run as a process: signals, reloads, two at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/ledger_daemon.hpp"

namespace freshet::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr milliseconds soon{5000};

TEST(DaemonControl, SigtermDrainsDisarmsAndEndsWithZero) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.start();
    ledger.wait_until_armed();
    EXPECT_EQ(ledger.freshetd.terminate(soon), 0) << ledger.freshetd.log();
    EXPECT_FALSE(ledger.armed());
    EXPECT_TRUE(eventually([&] {
        return ledger.client.scalar(
                   "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                   "application_name LIKE 'freshetd/%'") == "0";
    }));
}

// Holds a refresh in the middle: the daemon waits for a lock on the state table.
struct HeldRefresh : ::testing::Test {
    void hold() {
        ledger.install();
        ledger.start();
        const auto table = ledger.client.scalar(
            "SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace = 'freshet'::regnamespace AND c.relkind = 'r' "
            "AND c.relname ~ '^state_[0-9]+_0$'");
        locker.exec("BEGIN; LOCK TABLE " + table + " IN SHARE ROW EXCLUSIVE MODE");
        ledger.insert(3);
        ASSERT_TRUE(eventually([&] { return waiting() == "1"; })) << ledger.freshetd.log();
    }
    std::string waiting() {
        return ledger.client.scalar(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
            "application_name LIKE 'freshetd/worker%' AND wait_event_type = 'Lock'");
    }
    LedgerDaemon ledger{FRESHETD_BINARY, {R"("poll_interval": "200ms", "shutdown_grace": "1s")"}};
    Client locker{ledger.database.conninfo()};
};

TEST_F(HeldRefresh, MayFinishAfterSigterm) {
    hold();
    ledger.freshetd.daemon().send_signal(SIGTERM);
    ASSERT_TRUE(eventually([&] { return ledger.freshetd.logged("stopping"); }));
    EXPECT_TRUE(ledger.freshetd.running());
    locker.exec("ROLLBACK");
    EXPECT_EQ(ledger.freshetd.daemon().wait(soon), 0) << ledger.freshetd.log();
    EXPECT_THAT(ledger.differences(), IsEmpty());
}

TEST_F(HeldRefresh, IsCancelledAtTheEndOfTheGracePeriod) {
    hold();
    EXPECT_EQ(ledger.freshetd.terminate(soon), 0) << ledger.freshetd.log();
    EXPECT_THAT(ledger.freshetd.log(), HasSubstr("grace period over"));
    EXPECT_TRUE(eventually([&] { return waiting() == "0"; }, soon));
    locker.exec("ROLLBACK");
    ledger.start();
    EXPECT_TRUE(ledger.becomes_exact());
}

TEST_F(HeldRefresh, IsCancelledByASecondSignal) {
    hold();
    ledger.freshetd.daemon().send_signal(SIGTERM);
    ASSERT_TRUE(eventually([&] { return ledger.freshetd.logged("stopping"); }));
    EXPECT_EQ(ledger.freshetd.terminate(soon), 128 + SIGTERM) << ledger.freshetd.log();
    EXPECT_TRUE(eventually([&] { return waiting() == "0"; }, soon));
}

TEST(DaemonControl, ReloadTakesAGoodFileAndRefusesABrokenOne) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.start();
    ledger.freshetd.configure("{ \"daemon\": { \"wrokers\": 3 } }");
    ledger.freshetd.daemon().send_signal(SIGHUP);
    ASSERT_TRUE(eventually([&] { return ledger.freshetd.logged("configuration refused"); })) << ledger.freshetd.log();
    EXPECT_EQ(ledger.freshetd.metric("freshet_config_last_reload_successful"), "0");
    ledger.insert();
    EXPECT_TRUE(ledger.becomes_exact());

    auto changed = ledger.configuration;
    changed.more_views = R"(, "second": { "sql": "SELECT day, count(*) AS n FROM entry GROUP BY day" })";
    ledger.freshetd.configure(changed.text(ledger.conninfo));
    ledger.freshetd.must({"install"});
    ledger.freshetd.daemon().send_signal(SIGHUP);
    ASSERT_TRUE(eventually([&] { return ledger.freshetd.logged("configuration reloaded"); })) << ledger.freshetd.log();
    EXPECT_EQ(ledger.freshetd.metric("freshet_config_last_reload_successful"), "1");
    ledger.insert(4);
    EXPECT_TRUE(ledger.becomes_exact());
    EXPECT_TRUE(eventually([&] {
        return ledger.client.scalar("SELECT sum(n) FROM second") == ledger.client.scalar("SELECT count(*) FROM entry");
    })) << ledger.freshetd.log();

    // What is no longer configured has no series that would look stale for ever.
    EXPECT_THAT(ledger.freshetd.get("/metrics").body, HasSubstr("view=\"second\""));
    ledger.freshetd.configure(ledger.configuration.text(ledger.conninfo));
    ledger.freshetd.daemon().send_signal(SIGHUP);
    EXPECT_TRUE(eventually([&] {
        return ledger.freshetd.get("/metrics").body.find("view=\"second\"") == std::string::npos;
    })) << ledger.freshetd.log();
    EXPECT_EQ(ledger.freshetd.terminate(soon), 0);
}

TEST(DaemonControl, TheSecondTakesOverWhenTheFirstIsKilled) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.start();
    Freshetd second(FRESHETD_BINARY, ledger.configuration.text(ledger.conninfo));
    second.start();
    ASSERT_TRUE(eventually([&] { return second.logged("another freshetd leads"); })) << second.log();
    EXPECT_EQ(second.metric("freshet_leader"), "0");
    EXPECT_EQ(ledger.freshetd.metric("freshet_leader"), "1");
    ledger.insert(5);
    EXPECT_TRUE(ledger.becomes_exact());

    ledger.insert(5);
    ledger.freshetd.kill();
    EXPECT_TRUE(eventually([&] { return second.metric("freshet_leader") == "1"; }, soon)) << second.log();
    ledger.insert(5);
    EXPECT_TRUE(ledger.becomes_exact(soon)) << second.log();
    EXPECT_EQ(second.command({"verify"}).code, 0);

    // Comes back as the one that waits.
    ledger.freshetd.start();
    EXPECT_TRUE(eventually([&] { return ledger.freshetd.logged("another freshetd leads"); }));
    EXPECT_EQ(second.terminate(soon), 0);
    EXPECT_TRUE(eventually([&] { return ledger.freshetd.metric("freshet_leader") == "1"; }, soon));
    ledger.insert(5);
    EXPECT_TRUE(ledger.becomes_exact(soon));
}

TEST(DaemonControl, AnAddressInUseEndsTheStart) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.start();
    auto text = ledger.configuration.text(ledger.conninfo);
    const std::string any = "127.0.0.1:0";
    text.replace(text.find(any), any.size(), "127.0.0.1:" + std::to_string(ledger.freshetd.port()));
    Freshetd second(FRESHETD_BINARY, text);
    const Finished refused = second.command({"run"}, seconds(20));
    EXPECT_NE(refused.code, 0);
    EXPECT_THAT(refused.errors, HasSubstr("in use"));
}

}  // namespace
}  // namespace freshet::testing
