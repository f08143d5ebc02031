// The daemon proves its views by itself, says what it found, and knows what others found.
#include <gtest/gtest.h>

#include "support/ledger_daemon.hpp"

namespace freshet::testing {
namespace {

struct Proofs : ::testing::Test {
    void run_with(const std::string& view) {
        ledger.configuration.view = view;
        ledger.freshetd.configure(ledger.configuration.text(ledger.conninfo));
        ledger.install();
        ledger.start();
    }
    std::string runs(const std::string& outcome) {
        return ledger.freshetd.metric("freshet_verify_runs_total{outcome=\"" + outcome + "\",view=\"report\"}");
    }
    std::string drift_rows() { return ledger.freshetd.metric(R"(freshet_drift_rows_total{view="report"})"); }
    std::string verified_at() { return ledger.freshetd.metric(R"(freshet_verified_timestamp_seconds{view="report"})"); }
    std::string status(const std::string& column) {
        return ledger.client.scalar("SELECT " + column + " FROM freshet.status");
    }
    // A change that no trigger sees.
    void drift() {
        ledger.client.exec(
            "SET session_replication_role = replica; UPDATE entry SET amount = amount + 1 WHERE id = 1; "
            "SET session_replication_role = origin");
    }
    LedgerDaemon ledger{FRESHETD_BINARY, {}};
};

TEST_F(Proofs, TheDaemonProvesAndRepairsByItself) {
    run_with(R"("debounce": "20ms", "verify": "1s")");
    ASSERT_TRUE(eventually([&] { return !runs("exact").empty() && runs("exact") != "0"; })) << ledger.freshetd.log();
    EXPECT_EQ(ledger.client.scalar("SELECT abs(extract(epoch FROM now()) - $1::numeric) < 30", {verified_at()}), "t");
    drift();
    ASSERT_FALSE(ledger.differences().empty());
    EXPECT_TRUE(ledger.becomes_exact()) << ledger.freshetd.log();
    EXPECT_TRUE(eventually([&] { return runs("drift") == "1"; })) << ledger.freshetd.get("/metrics").body;
    EXPECT_EQ(drift_rows(), "2");  // one row of the report: missing as it should be, and there as it should not
    EXPECT_TRUE(ledger.freshetd.logged("view differed from its query; repaired"));
    EXPECT_EQ(ledger.client.scalar("SELECT repaired AND triggered_by = 'scheduled' FROM freshet.proof "
                                   "WHERE outcome = 'drift'"),
              "t");
    EXPECT_TRUE(eventually([&] { return status("drift_rows") == "0"; }));  // the proof after it
}

TEST_F(Proofs, WhatTheCommandFoundIsKnownToTheDaemon) {
    run_with(R"("debounce": "20ms", "verify": "0s")");
    ASSERT_TRUE(eventually([&] { return runs("exact") == "0"; }));
    EXPECT_EQ(ledger.freshetd.command({"verify"}).code, 0);
    EXPECT_TRUE(eventually([&] { return runs("exact") == "1"; })) << ledger.freshetd.log();
    EXPECT_FALSE(verified_at().empty());
    EXPECT_EQ(status("abs(extract(epoch FROM now() - verified_at)) < 30 AND drift_rows = 0"), "t");
    drift();
    EXPECT_EQ(ledger.freshetd.command({"verify"}).code, 1);
    EXPECT_TRUE(eventually([&] { return runs("drift") == "1"; })) << ledger.freshetd.log();
    EXPECT_EQ(drift_rows(), "2");
    EXPECT_EQ(status("drift_rows"), "2");
    EXPECT_FALSE(ledger.differences().empty());  // nobody asked to repair it
    EXPECT_EQ(ledger.freshetd.command({"verify", "--repair"}).code, 1);
    EXPECT_TRUE(ledger.differences().empty());
    ASSERT_EQ(ledger.freshetd.terminate(), 0);
    // Counters begin anew, the proven moment does not.
    const auto proven = status("verified_at");
    ledger.start();
    EXPECT_TRUE(eventually([&] { return !verified_at().empty(); })) << ledger.freshetd.log();
    EXPECT_EQ(ledger.client.scalar("SELECT abs(extract(epoch FROM $1::timestamptz) - $2::numeric) < 0.01",
                                   {proven, verified_at()}),
              "t");
    EXPECT_EQ(runs("drift"), "0");
    EXPECT_EQ(ledger.client.scalar("SELECT count(*) FROM freshet.proof WHERE triggered_by = 'scheduled'"), "0");
}

TEST_F(Proofs, AProofThatFailsIsCounted) {
    run_with(R"("debounce": "20ms", "verify": "0s")");
    ledger.client.exec("ALTER TABLE entry RENAME COLUMN day TO date");
    EXPECT_NE(ledger.freshetd.command({"verify"}).code, 0);
    EXPECT_TRUE(eventually([&] { return runs("failed") == "1"; })) << ledger.freshetd.log();
    EXPECT_TRUE(verified_at().empty());
    EXPECT_EQ(status("verified_at IS NULL AND drift_rows IS NULL"), "t");
}

// The query of the proof waits for a lock that the test has, as if it took long.
struct SlowProofs : Proofs {
    void SetUp() override {
        ledger.client.exec(
            "CREATE FUNCTION slow(x numeric) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN "
            "IF current_setting('application_name') LIKE 'freshetd/verify%' THEN "
            "PERFORM pg_advisory_xact_lock_shared(42); END IF; RETURN x; END $$");
        holder.exec("SELECT pg_advisory_lock(42)");
        ledger.configuration.more_views =
            R"(, "slow_report": { "sql": "SELECT kind, count(*) AS n, sum(slow(amount)) AS total FROM entry GROUP BY kind", )"
            R"("debounce": "20ms", "verify": "1s" })";
        run_with(R"("debounce": "20ms", "verify": "0s")");
        ASSERT_TRUE(eventually([&] { return waiting(); })) << ledger.freshetd.log();
    }
    bool waiting() {
        return ledger.client.scalar(
                   "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                   "application_name LIKE 'freshetd/verify%' AND wait_event = 'advisory'") == "1";
    }
    bool shows_all() {
        return ledger.client.scalar("SELECT (SELECT sum(n) FROM slow_report) = (SELECT count(*) FROM entry)") == "t";
    }
    std::string proofs() { return ledger.client.scalar("SELECT count(*) FROM freshet.proof WHERE outcome = 'exact'"); }
    Client holder{ledger.database.conninfo()};
};

TEST_F(SlowProofs, HoldNoTurn) {
    for (int i = 0; i < 3; ++i) {
        ledger.insert();
        EXPECT_TRUE(eventually([&] { return shows_all(); })) << ledger.freshetd.log();
    }
    EXPECT_TRUE(waiting());
    EXPECT_EQ(proofs(), "0");
    holder.exec("SELECT pg_advisory_unlock(42)");
    EXPECT_TRUE(eventually([&] { return proofs() != "0"; })) << ledger.freshetd.log();
    EXPECT_FALSE(ledger.freshetd.logged("the proof of a view takes its turn"));
    EXPECT_FALSE(ledger.freshetd.logged("differed from its query"));
}

TEST_F(SlowProofs, AreNotWaitedForAtTheEnd) {
    EXPECT_EQ(ledger.freshetd.terminate(), 0);
    EXPECT_FALSE(ledger.freshetd.logged("grace period over"));
    EXPECT_TRUE(eventually([&] { return !waiting(); }));
    EXPECT_EQ(ledger.client.scalar("SELECT count(*) FROM freshet.proof"), "0");
}

}  // namespace
}  // namespace freshet::testing
