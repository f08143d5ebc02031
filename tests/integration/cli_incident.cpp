// What the command line shows in an incident: statistics of the refresh log, and a status that outlives the database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/ledger_daemon.hpp"

namespace freshet::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(CliIncident, StatisticsCountEachRefreshOfTheDaysAsked) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.client.exec("TRUNCATE freshet.refresh_log");
    // Rows that stand for many refreshes: each took 0.1, 1 and 5 seconds. Of the twenty, nineteen took no more than 1.
    ledger.client.exec(
        "INSERT INTO freshet.refresh_log (view_name, refresh_started_at, refresh_status, triggered_by, strategy, "
        "refresh_count, duration_seconds, changes_applied, error_message) VALUES "
        "('report', now() - interval '1 day', 'success', 'event', 'delta', 10, 1.0, 100, NULL),"
        "('report', now() - interval '2 days', 'success', 'event', 'delta', 9, 9.0, 90, NULL),"
        "('report', now() - interval '3 days', 'success', 'scheduled', 'reconcile', 1, 5.0, 0, NULL),"
        "('report', now() - interval '4 days', 'failed', 'event', 'delta', 1, 30.0, 0, 'division by zero'),"
        "('other', now() - interval '4 days', 'failed', 'event', 'delta', 1, 30.0, 0, 'permission denied for table t'),"
        "('report', now() - interval '8 days', 'failed', 'event', 'delta', 1, 30.0, 0, 'too old to count'),"
        "('report', now(), 'running', 'manual', 'reconcile', 1, 0, 0, NULL)");
    const auto shown = ledger.freshetd.must({"log", "report", "--stats", "--days", "7", "--json"});
    const auto value = [&](const std::string& path) {
        return ledger.client.scalar("SELECT $1::jsonb #>> $2::text[]", {shown, path});
    };
    EXPECT_EQ(value("{views,0,total}"), "21");
    EXPECT_EQ(value("{views,0,succeeded}"), "20");
    EXPECT_EQ(value("{views,0,failed}"), "1");
    EXPECT_EQ(value("{views,0,average_seconds}"), "0.75");
    EXPECT_EQ(value("{views,0,p95_seconds}"), "1.0");
    EXPECT_EQ(value("{views,0,longest_seconds}"), "5.0");
    EXPECT_EQ(value("{views,0,changes_applied}"), "190");
    EXPECT_EQ(value("{recent_failures,0,error_message}"), "division by zero");
    EXPECT_THAT(shown, Not(HasSubstr("too old")));
    EXPECT_THAT(shown, Not(HasSubstr("permission")));
    const auto all = ledger.freshetd.must({"log", "--stats"});
    EXPECT_THAT(all, HasSubstr("\nall  "));
    EXPECT_THAT(all, HasSubstr("permission denied for table t\nnext: grant"));
}

TEST(CliIncident, StatusSaysWhetherADaemonLeads) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    EXPECT_THAT(ledger.freshetd.command({"status"}).output, HasSubstr("no freshetd leads this database"));
    ledger.start();
    EXPECT_THAT(ledger.freshetd.command({"status"}).output, Not(HasSubstr("no freshetd leads")));
    EXPECT_THAT(ledger.freshetd.command({"status", "--json"}).output, HasSubstr("\"leader\": true"));
}

TEST(CliIncident, StatusNamesWhoHoldsARefreshUp) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.start();
    EXPECT_THAT(ledger.freshetd.must({"status"}), Not(HasSubstr("for a lock")));
    Client locker(ledger.database.conninfo());
    locker.exec("BEGIN; LOCK TABLE freshet.state_" + ledger.client.scalar("SELECT id FROM freshet.view") + "_0");
    const auto end_it = "SELECT pg_terminate_backend(" + locker.scalar("SELECT pg_backend_pid()") + ")";
    ledger.insert();
    EXPECT_TRUE(eventually([&] {
        return ledger.freshetd.command({"status"}).output.find(end_it) != std::string::npos;
    })) << ledger.freshetd.command({"status"}).output;
    locker.exec("ROLLBACK");
    EXPECT_TRUE(ledger.becomes_exact());
    EXPECT_THAT(ledger.freshetd.must({"status"}), Not(HasSubstr("for a lock")));
}

TEST(CliIncident, ColourIsForTerminalsOnly) {
    LedgerDaemon ledger(FRESHETD_BINARY, {});
    ledger.install();
    ledger.client.exec(
        "INSERT INTO freshet.refresh_log (view_name, refresh_started_at, refresh_status, triggered_by, strategy, "
        "error_message) VALUES ('report', now(), 'failed', 'event', 'delta', 'division by zero')");
    TemporaryDirectory directory;
    const auto file = directory.path() / "freshet.json";
    write_text(file, ledger.configuration.text(ledger.conninfo));
    const auto on_a_terminal = [&](const std::string& command) {
        const auto whole = std::string(FRESHETD_BINARY) + " --config " + file.string() + " " + command;
        return run_process("/usr/bin/script", {.arguments = {"-qec", whole, "/dev/null"}}).output;
    };
    for (const std::string command : {"log", "log --stats", "status"}) {
        EXPECT_THAT(on_a_terminal(command), HasSubstr("\033[")) << command;
    }
    EXPECT_THAT(ledger.freshetd.command({"log"}).output, Not(HasSubstr("\033")));
    EXPECT_THAT(ledger.freshetd.command({"log", "--stats"}).output, Not(HasSubstr("\033")));
}

TEST(CliIncident, WatchingGoesOnWhileTheDatabaseIsAway) {
    PrivateCluster cluster;
    LedgerDaemon ledger(FRESHETD_BINARY, {}, cluster);
    ledger.install();
    TemporaryDirectory directory;
    const auto file = directory.path() / "freshet.json";
    write_text(file, ledger.configuration.text(ledger.conninfo));
    Process watch(FRESHETD_BINARY, {.arguments = {"--config", file.string(), "status", "--watch"}});
    ASSERT_TRUE(eventually([&] { return watch.output().find("report") != std::string::npos; })) << watch.errors();
    cluster.stop();
    ASSERT_TRUE(eventually([&] { return watch.output().find("the database does not answer") != std::string::npos; }))
        << watch.output() << watch.errors();
    EXPECT_THAT(watch.output(), HasSubstr("as it was at "));
    cluster.start();
    // A round without the complaint, after the last one with it.
    EXPECT_TRUE(eventually([&] {
        const auto text = watch.output();
        return text.rfind("freshetd status  ") > text.rfind("the database does not answer");
    })) << watch.output();
    EXPECT_THAT(watch.output(), Not(HasSubstr("\033")));  // not a terminal
    EXPECT_TRUE(watch.running());
    watch.send_signal(SIGTERM);
    EXPECT_TRUE(watch.wait(std::chrono::seconds(10)).has_value());
}

}  // namespace
}  // namespace freshet::testing
