// The daemon finds by itself what bypasses capture, says so everywhere, and puts it right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/ledger_daemon.hpp"

namespace freshet::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct DaemonIntegrity : ::testing::Test {
    void run() {
        ledger.install();
        ledger.start();
    }
    std::string found(const std::string& reason) {
        return ledger.freshetd.metric("freshet_capture_faults_total{reason=\"" + reason + "\"}");
    }
    bool is_repaired() {
        return eventually([&] {
            return ledger.client.scalar("SELECT count(*) FROM freshet.capture_fault WHERE repaired_at IS NOT NULL") !=
                       "0" &&
                   ledger.state() == "ready" && ledger.differences().empty();
        });
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
