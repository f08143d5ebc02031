// The daemon finds by itself what bypasses capture, says so everywhere, and puts it right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/ledger_daemon.hpp"

namespace freshet::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::chrono::seconds patience{60};

struct DaemonIntegrity : ::testing::Test {
    void run() {
        ledger.install();
        ledger.start();
    }
    std::string found(const std::string& reason) {
        return ledger.freshetd.metric("freshet_capture_faults_total{reason=\"" + reason + "\"}");
    }
    bool is_repaired() {
        return eventually(
            [&] {
                return ledger.client.scalar(
                           "SELECT count(*) FROM freshet.capture_fault WHERE repaired_at IS NOT NULL") != "0" &&
                       ledger.state() == "ready" && ledger.differences().empty();
            },
            patience);
    }
    LedgerDaemon ledger{FRESHETD_BINARY, {}};
};

TEST_F(DaemonIntegrity, ADroppedTriggerIsPutBackAndTheViewRecomputed) {
    run();
    ledger.client.exec("DROP TRIGGER freshet_insert ON entry");
    ledger.insert(7);
    ASSERT_TRUE(is_repaired()) << ledger.freshetd.log();
    EXPECT_EQ(found("trigger_missing"), "1");
    EXPECT_TRUE(ledger.freshetd.logged("triggers put back"));
    EXPECT_EQ(ledger.client.scalar("SELECT reason || ' ' || object FROM freshet.capture_fault"),
              "trigger_missing freshet_insert on public.entry");
    EXPECT_EQ(ledger.client.scalar("SELECT capture_faults IS NULL FROM freshet.status"), "t");
    ledger.insert(3);
    EXPECT_TRUE(ledger.becomes_exact());
}

TEST_F(DaemonIntegrity, ARenamedColumnBreaksTheViewUntilItIsBack) {
    run();
    ledger.client.exec("ALTER TABLE entry RENAME COLUMN amount TO value");
    ledger.client.exec("INSERT INTO entry (kind, value) VALUES ('k1', 5)");  // goes on
    ASSERT_TRUE(eventually([&] {
        return ledger.client.scalar("SELECT coalesce(capture_faults, '') FROM freshet.status") ==
               "entry: column_gone (amount)";
    })) << ledger.freshetd.log();
    EXPECT_EQ(ledger.state(), "broken");
    EXPECT_EQ(found("column_gone"), "1");
    EXPECT_THAT(ledger.client.scalar("SELECT last_error FROM freshet.status"), HasSubstr("column_gone (amount)"));
    ledger.client.exec("ALTER TABLE entry RENAME COLUMN value TO amount");
    EXPECT_TRUE(is_repaired()) << ledger.freshetd.log();
    ledger.insert(3);
    EXPECT_TRUE(ledger.becomes_exact());
}

TEST_F(DaemonIntegrity, ATableSwappedUnderItsNameIsTakenUp) {
    run();
    ledger.client.exec(
        "BEGIN; CREATE TABLE next(LIKE entry INCLUDING ALL); INSERT INTO next (kind, day, amount) SELECT kind, day, "
        "amount * 2 "
        "FROM entry; ALTER TABLE entry RENAME TO past; ALTER TABLE next RENAME TO entry; COMMIT");
    ASSERT_TRUE(is_repaired()) << ledger.freshetd.log();
    EXPECT_EQ(found("table_replaced"), "1");
    ledger.client.exec("DROP TABLE past");  // nothing holds it any more
    ledger.insert(3);
    EXPECT_TRUE(ledger.becomes_exact());
    EXPECT_THAT(ledger.freshetd.must({"plan"}), HasSubstr("0 to create, 0 to change, 0 to drop"));
}

// Nothing in the catalogs tells of it, but the statistics count the rows.
struct Uncaptured : DaemonIntegrity {
    Uncaptured() { ledger.client = Client(ledger.database.conninfo()); }  // a session that ends tells what it wrote
    void replica(const std::string& sql) {
        Client client(ledger.database.conninfo());
        client.exec("SET session_replication_role = replica; " + sql);
    }
    std::string proofs(const std::string& outcome) {
        return ledger.client.scalar("SELECT count(*) FROM freshet.proof WHERE outcome = $1", {outcome});
    }
    // Everything that was written so far has been counted, and is accounted for.
    bool settles() {
        ledger.client = Client(ledger.database.conninfo());
        return eventually(
            [&] {
                return ledger.client.scalar(
                           "SELECT coalesce((accounted ->> 'excess')::bigint = pg_stat_get_tuples_inserted(relation) + "
                           "pg_stat_get_tuples_deleted(relation) + 2 * pg_stat_get_tuples_updated(relation) - (SELECT "
                           "sum(n_tup_ins) FROM pg_stat_all_tables WHERE relname LIKE 'log_1__') - "
                           "freshet.packed_rows(id), false) FROM freshet.source") == "t";
            },
            patience);
    }
};

TEST_F(Uncaptured, ChangesUnderReplicationRoleReplicaAreRepaired) {
    run();
    ASSERT_TRUE(settles()) << ledger.freshetd.log();
    replica("UPDATE entry SET amount = amount + 1 WHERE id % 50 = 0; DELETE FROM entry WHERE id = 7");
    ASSERT_FALSE(ledger.differences().empty());
    ASSERT_TRUE(is_repaired()) << ledger.freshetd.log();
    EXPECT_TRUE(eventually([&] { return found("rows_uncaptured") == "1"; })) << ledger.freshetd.get("/metrics").body;
    EXPECT_TRUE(ledger.freshetd.logged("changes of a source were not captured; its views were repaired"));
    EXPECT_EQ(ledger.client.scalar("SELECT reason || ' ' || (repaired_at IS NOT NULL) FROM freshet.capture_fault"),
              "rows_uncaptured true");
    EXPECT_EQ(ledger.client.scalar("SELECT drift_rows > 0 FROM freshet.status"), "t");
}

TEST_F(Uncaptured, ChangesWhileNobodyWatchedAreFoundLater) {
    run();
    ASSERT_TRUE(settles()) << ledger.freshetd.log();
    ASSERT_EQ(ledger.freshetd.terminate(), 0);
    replica("INSERT INTO entry (kind, day, amount) VALUES ('k1', '2026-01-01', 5)");
    ledger.start();
    EXPECT_TRUE(is_repaired()) << ledger.freshetd.log();
}

TEST_F(Uncaptured, WhatIsCapturedIsNotSuspected) {
    run();
    ASSERT_TRUE(settles()) << ledger.freshetd.log();
    const auto before = proofs("exact");
    ledger.insert(20);
    for (const auto* sql : {"UPDATE entry SET amount = amount + 1 WHERE id < 40", "DELETE FROM entry WHERE id % 9 = 0",
                            "BEGIN; INSERT INTO entry (kind, amount) VALUES ('x', 1); ROLLBACK",
                            "BEGIN; UPDATE entry SET amount = 0 WHERE id < 16; ROLLBACK"}) {
        ledger.client.exec(sql);
    }
    ASSERT_TRUE(settles()) << ledger.freshetd.log();
    ASSERT_TRUE(ledger.becomes_exact());
    EXPECT_EQ(proofs("exact"), before);
    EXPECT_EQ(proofs("drift"), "0");
}

// What a packed row held that was rolled back nobody can count.
TEST_F(Uncaptured, ManyRowsRolledBackCostAProofAndNoRepair) {
    run();
    ASSERT_TRUE(settles()) << ledger.freshetd.log();
    const auto before = std::stoi(proofs("exact"));
    ledger.client.exec("BEGIN; UPDATE entry SET amount = 0; ROLLBACK");
    ledger.client = Client(ledger.database.conninfo());
    ASSERT_TRUE(eventually([&] { return std::stoi(proofs("exact")) == before + 1; }, patience))
        << ledger.freshetd.log();
    EXPECT_TRUE(settles());
    EXPECT_EQ(proofs("drift"), "0");
}

TEST_F(Uncaptured, WhatCaptureLeavesOutCostsAProofAndNoRepair) {
    run();
    ASSERT_TRUE(settles()) << ledger.freshetd.log();
    const auto before = std::stoi(proofs("exact"));
    ledger.client.exec("ALTER TABLE entry ADD COLUMN remark text; UPDATE entry SET remark = 'read by no view'");
    ledger.client = Client(ledger.database.conninfo());
    ASSERT_TRUE(eventually([&] { return std::stoi(proofs("exact")) == before + 1; }, patience))
        << ledger.freshetd.log();
    EXPECT_TRUE(settles());
    EXPECT_EQ(proofs("drift"), "0");
    EXPECT_EQ(found("rows_uncaptured"), "");
}

TEST(DaemonOverPartitions, ComeAndGoWithoutARecomputation) {
    LedgerConfiguration configuration;
    configuration.more_views =
        R"(, "by_day": { "sql": "SELECT day, sum(amount) AS total FROM part GROUP BY day", "debounce": "20ms" })";
    LedgerDaemon ledger(FRESHETD_BINARY, configuration);
    ledger.client.exec(
        "CREATE TABLE part(id int, day date, amount numeric, PRIMARY KEY (id, day)) PARTITION BY RANGE (day); CREATE "
        "TABLE part_1 "
        "PARTITION OF part FOR VALUES FROM ('2026-01-01') TO ('2026-02-01'); CREATE TABLE part_2 PARTITION OF part FOR "
        "VALUES FROM "
        "('2026-02-01') TO ('2026-03-01'); INSERT INTO part SELECT g, date '2026-01-01' + g % 59, g FROM "
        "generate_series(1, 400) g; "
        "CREATE TABLE part_3(LIKE part); INSERT INTO part_3 SELECT g, date '2026-03-01' + g % 31, g FROM "
        "generate_series(1, 50) g");
    ledger.install();
    ledger.start();
    const auto differences = [&] {
        return ledger.client.scalar(
            "WITH shown AS (SELECT day, total FROM by_day), query AS (SELECT day, sum(amount) FROM part GROUP BY day) "
            "SELECT "
            "count(*) FROM ((TABLE shown EXCEPT ALL TABLE query) UNION ALL (TABLE query EXCEPT ALL TABLE shown)) AS d");
    };
    ASSERT_TRUE(eventually([&] { return differences() == "0"; })) << ledger.freshetd.log();
    const auto whole = [&] {
        return ledger.client.scalar(
            "SELECT count(*) FROM freshet.refresh_log WHERE view_name = 'by_day' AND strategy = 'reconcile'");
    };
    const auto before = whole();
    ledger.client.exec(
        "ALTER TABLE part ATTACH PARTITION part_3 FOR VALUES FROM ('2026-03-01') TO ('2026-04-01'); ALTER TABLE part "
        "DETACH "
        "PARTITION part_1");
    EXPECT_TRUE(eventually([&] { return differences() == "0"; }, patience)) << ledger.freshetd.log();
    EXPECT_TRUE(ledger.freshetd.logged("\"partitions taken up\"")) << ledger.freshetd.log();
    EXPECT_EQ(whole(), before);
    EXPECT_EQ(ledger.client.scalar(
                  "SELECT string_agg(reason || ' ' || object || ' ' || (repaired_at IS NOT NULL), ', ' ORDER BY "
                  "reason) FROM freshet.capture_fault"),
              "partition_attached public.part_3 true, partition_detached public.part_1 true");
    EXPECT_EQ(ledger.client.scalar("SELECT state FROM freshet.status WHERE view_name = 'by_day'"), "ready");
    EXPECT_EQ(ledger.freshetd.metric("freshet_capture_faults_total{reason=\"partition_detached\"}"), "1");
    ledger.client.exec("INSERT INTO part_3 VALUES (999, '2026-03-05', 3)");
    EXPECT_TRUE(eventually([&] { return differences() == "0"; })) << ledger.freshetd.log();
}

TEST(DaemonOverViews, AViewDefinedAnewBreaksWhatReadsItUntilInstalled) {
    LedgerConfiguration configuration;
    configuration.more_views =
        R"(, "positives": { "sql": "SELECT kind, sum(amount) AS total FROM positive GROUP BY kind", "debounce": "20ms" })";
    LedgerDaemon ledger(FRESHETD_BINARY, configuration);
    ledger.client.exec("CREATE VIEW positive AS SELECT kind, amount FROM entry WHERE amount > 0");
    ledger.insert(3);
    ledger.install();
    ledger.start();
    const auto state = [&] {
        return ledger.client.scalar("SELECT state FROM freshet.status WHERE view_name = 'positives'");
    };
    ASSERT_EQ(state(), "ready");
    ledger.client.exec("CREATE OR REPLACE VIEW positive AS SELECT kind, amount FROM entry WHERE amount > 5");
    ASSERT_TRUE(eventually([&] { return state() == "broken"; })) << ledger.freshetd.log();
    EXPECT_THAT(ledger.client.scalar("SELECT last_error FROM freshet.status WHERE view_name = 'positives'"),
                HasSubstr("the view public.positive, which it reads, was defined anew"));
    EXPECT_EQ(ledger.freshetd.metric("freshet_capture_faults_total{reason=\"view_redefined\"}"), "1");
    EXPECT_EQ(ledger.state(), "ready");  // the other view
    ledger.install();
    EXPECT_TRUE(eventually([&] { return state() == "ready"; })) << ledger.freshetd.log();
    ledger.insert(3);
    EXPECT_TRUE(eventually([&] {
        return ledger.client.scalar(
                   "WITH shown AS (SELECT kind, total FROM positives), query AS (SELECT kind, sum(amount) FROM "
                   "positive "
                   "GROUP BY kind) SELECT count(*) FROM ((TABLE shown EXCEPT ALL TABLE query) UNION ALL (TABLE query "
                   "EXCEPT "
                   "ALL TABLE shown)) AS d") == "0";
    })) << ledger.freshetd.log();
}

}  // namespace
}  // namespace freshet::testing
