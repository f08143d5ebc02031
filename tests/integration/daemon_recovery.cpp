// The daemon and a server that is recovered to an earlier point, promoted, read only, or not what it was: real ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/ledger_daemon.hpp"

namespace freshet::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::seconds patience{60};

std::string hosts(const PrivateCluster& one, const PrivateCluster& other) {
    return "host=" + one.socket_directory().string() + "," + other.socket_directory().string() +
           " user=postgres target_session_attrs=read-write connect_timeout=2";
}

// The server that goes on, with what was on `ledger`'s.
void turn_to(LedgerDaemon& ledger, const PrivateCluster& cluster) {
    ledger.client = Client(cluster.conninfo(ledger.database.name()));
}

bool is_found_and_closed(LedgerDaemon& ledger, const std::string& reason) {
    return eventually(
        [&] {
            return ledger.client.scalar(
                       "SELECT count(*) FROM freshet.capture_fault WHERE reason = $1 AND repaired_at IS NOT NULL",
                       {reason}) == "1" &&
                   ledger.client.scalar("SELECT capture_faults IS NULL FROM freshet.status") == "t";
        },
        patience);
}

bool leads_again(LedgerDaemon& ledger, const std::string& message) {
    return eventually([&] { return ledger.freshetd.logged(message); }, patience);
}

TEST(DaemonRecovery, AStandbyThatIsPromotedGoesOnExactly) {
    PrivateCluster primary;
    PrivateCluster standby(primary, PrivateCluster::Copy::standby);
    LedgerDaemon ledger(FRESHETD_BINARY, {}, primary, hosts(primary, standby));
    ledger.install();
    ledger.start();
    ledger.insert(20);
    ASSERT_TRUE(ledger.becomes_exact());
    // What the standby lacks when the primary fails is lost, to the tables as to freshet.
    const auto reached = ledger.client.scalar("SELECT pg_current_wal_lsn()");
    Client follower(standby.conninfo(ledger.database.name()));
    ASSERT_TRUE(
        eventually([&] { return follower.scalar("SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn", {reached}) == "t"; }));
    ledger.insert(5);
    primary.crash();
    follower.exec("SELECT pg_promote()");
    turn_to(ledger, standby);
    ledger.insert(7);
    ASSERT_TRUE(leads_again(ledger, "the server was recovered to a point in time or promoted"))
        << ledger.freshetd.log();
    EXPECT_TRUE(ledger.becomes_exact(patience)) << ledger.freshetd.log();
    EXPECT_TRUE(is_found_and_closed(ledger, "timeline_changed")) << ledger.freshetd.log();
    EXPECT_EQ(ledger.freshetd.metric(R"(freshet_capture_faults_total{reason="timeline_changed"})"), "1");
    EXPECT_EQ(ledger.client.scalar("SELECT count(*) FROM freshet.proof WHERE outcome = 'drift'"), "0");
    EXPECT_EQ(ledger.freshetd.command({"verify"}).code, 0);
    EXPECT_EQ(ledger.client.scalar("SELECT timeline FROM freshet.installation"), "00000002");
}

TEST(DaemonRecovery, AnEarlierPointInTimeIsGoneOnFrom) {
    PrivateCluster before({"archive_mode=on", "archive_command=cp %p ../%f.archived"});
    const auto archive = before.socket_directory().string() + "/%f.archived";
    PrivateCluster after(
        before, PrivateCluster::Copy::stopped,
        {"restore_command=cp " + archive + " %p", "recovery_target_name=earlier", "recovery_target_action=promote"});
    LedgerDaemon ledger(FRESHETD_BINARY, {}, before, hosts(before, after));
    ledger.install();
    ledger.start();
    ledger.insert(20);
    ASSERT_TRUE(ledger.becomes_exact());
    ledger.insert(3);  // perhaps not folded at the point
    ledger.client.exec("SELECT pg_create_restore_point('earlier')");
    ledger.client.exec("UPDATE entry SET amount = amount * 2 WHERE id % 3 = 0; DELETE FROM entry WHERE id < 50");
    ASSERT_TRUE(ledger.becomes_exact());
    const auto rows = ledger.client.scalar("SELECT count(*) FROM entry");
    const auto segment = ledger.client.scalar("SELECT pg_walfile_name(pg_switch_wal())");
    ASSERT_TRUE(eventually(
        [&] { return ledger.client.scalar("SELECT last_archived_wal >= $1 FROM pg_stat_archiver", {segment}) == "t"; },
        patience));
    before.stop();
    write_text(after.data() / "recovery.signal", "");
    after.start();
    Client recovering(after.conninfo("postgres"));
    ASSERT_TRUE(eventually([&] { return recovering.scalar("SELECT pg_is_in_recovery()") == "f"; }, patience))
        << after.log();
    turn_to(ledger, after);
    EXPECT_NE(ledger.client.scalar("SELECT count(*) FROM entry"), rows);
    ASSERT_TRUE(leads_again(ledger, "the server was recovered to a point in time or promoted"))
        << ledger.freshetd.log();
    EXPECT_TRUE(ledger.becomes_exact(patience)) << ledger.freshetd.log();
    ledger.insert(4);
    EXPECT_TRUE(ledger.becomes_exact(patience)) << ledger.freshetd.log();
    EXPECT_TRUE(is_found_and_closed(ledger, "timeline_changed")) << ledger.freshetd.log();
    EXPECT_EQ(ledger.client.scalar("SELECT count(*) FROM freshet.proof WHERE outcome = 'drift'"), "0");
    EXPECT_EQ(ledger.freshetd.command({"verify"}).code, 0);
}

TEST(DaemonRecovery, AStandbyIsSaidToBeReadOnlyUntilItIsPromoted) {
    PrivateCluster primary;
    PrivateCluster standby(primary, PrivateCluster::Copy::standby);
    LedgerDaemon ledger(FRESHETD_BINARY, {}, primary);
    ledger.install();
    const auto reached = ledger.client.scalar("SELECT pg_current_wal_lsn()");
    Client follower(standby.conninfo("postgres"));
    ASSERT_TRUE(
        eventually([&] { return follower.scalar("SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn", {reached}) == "t"; }));
    ledger.freshetd.configure(ledger.configuration.text(standby.conninfo(ledger.database.name())));
    ledger.freshetd.start();
    ASSERT_TRUE(leads_again(ledger, "the server is a standby, where views cannot be refreshed; waiting"))
        << ledger.freshetd.log();
    EXPECT_TRUE(ledger.freshetd.logged("target_session_attrs=read-write"));
    EXPECT_FALSE(ledger.freshetd.logged("\"leading\""));
    primary.stop();
    follower.exec("SELECT pg_promote()");
    turn_to(ledger, standby);
    ledger.insert(9);
    EXPECT_TRUE(leads_again(ledger, "\"leading\"")) << ledger.freshetd.log();
    EXPECT_TRUE(ledger.becomes_exact(patience)) << ledger.freshetd.log();
}

TEST(DaemonRecovery, FreshetsTablesFromAnEarlierDumpAreNoticed) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.insert(9);
    ASSERT_EQ(ledger.freshetd.command({"refresh"}).code, 0);
    const auto dump = run_process(PrivateCluster::bin_directory() / "pg_dump",
                                  {.arguments = {"--data-only", "-n", "freshet", "-d", ledger.database.conninfo()}});
    ASSERT_EQ(dump.code, 0) << dump.errors;
    ledger.insert(30);
    ASSERT_EQ(ledger.freshetd.command({"refresh"}).code, 0);
    ledger.client.exec(
        "DO $$ BEGIN EXECUTE (SELECT 'TRUNCATE ' || string_agg(oid::regclass::text, ', ') FROM pg_class WHERE "
        "relnamespace = "
        "'freshet'::regnamespace AND relkind = 'r'); END $$");
    TemporaryDirectory directory;
    write_text(directory.path() / "dump.sql", dump.output);
    const auto restored =
        run_process(PrivateCluster::bin_directory() / "psql",
                    {.arguments = {"-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", ledger.database.conninfo(), "-f",
                                   (directory.path() / "dump.sql").string()}});
    ASSERT_EQ(restored.code, 0) << restored.errors;
    ASSERT_FALSE(ledger.differences().empty());
    EXPECT_THAT(ledger.freshetd.command({"verify"}).errors, HasSubstr("the schema freshet was restored from a dump"));
    ledger.start();
    EXPECT_TRUE(ledger.becomes_exact(patience)) << ledger.freshetd.log();
    EXPECT_TRUE(is_found_and_closed(ledger, "restored")) << ledger.freshetd.log();
    EXPECT_EQ(ledger.freshetd.metric(R"(freshet_capture_faults_total{reason="restored"})"), "1");
}

TEST(DaemonRecovery, APositionAheadOfTheServerIsNoticed) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.insert(9);
    ledger.client.exec("UPDATE freshet.position SET snapshot = '9999999:9999999:'");
    EXPECT_THAT(ledger.freshetd.command({"verify"}).errors, HasSubstr("lie ahead of the server's transactions"));
    ledger.start();
    EXPECT_TRUE(ledger.becomes_exact(patience)) << ledger.freshetd.log();
    EXPECT_TRUE(is_found_and_closed(ledger, "position_ahead")) << ledger.freshetd.log();
}

}  // namespace
}  // namespace freshet::testing
