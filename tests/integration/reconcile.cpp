// Recomputing, proving and repairing: only what differs is written, only in the scope asked for, and all of it is
// logged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "support/eventually.hpp"
#include "support/ledger.hpp"

namespace freshet::testing {
namespace {

using ::testing::HasSubstr;
using Kind = refresh::Outcome::Kind;

class Reconcile : public ::testing::Test {
  protected:
    void install() { ledger.engine.install(); }
    refresh::Outcome recompute(const std::string& tenant) {
        refresh::Request request;
        request.work = refresh::Work::recompute;
        request.trigger = refresh::Trigger::manual;
        request.tenant = tenant;
        return ledger.engine.refresh("report", request);
    }
    std::string scalar(const std::string& sql) { return ledger.client.scalar(sql); }
    void exec(const std::string& sql) { ledger.client.exec(sql); }

    Ledger ledger;
};

TEST_F(Reconcile, WritesOnlyDifferences) {
    install();
    exec("UPDATE freshet.state_1_0 SET refreshed_at = 'epoch'");
    auto outcome = ledger.recompute();
    EXPECT_EQ(outcome.kind, Kind::refreshed);
    EXPECT_EQ(outcome.strategy, "reconcile");
    EXPECT_EQ(outcome.rows_affected(), 0);
    EXPECT_EQ(scalar("SELECT count(*) FROM freshet.state_1_0 WHERE refreshed_at <> 'epoch'"), "0");
    exec("UPDATE freshet.state_1_0 SET s0 = s0 + 1 WHERE (k0, k1) = ('name 1', 'k0')");
    exec("DELETE FROM freshet.state_1_0 WHERE (k0, k1) = ('name 2', 'k1')");
    exec(
        "INSERT INTO freshet.state_1_0 SELECT (jsonb_populate_record(s, '{\"k0\": \"nobody\"}')).* FROM "
        "freshet.state_1_0 "
        "s LIMIT 1");
    ASSERT_NE(ledger.wrong(), exact);
    outcome = ledger.recompute();
    EXPECT_EQ(outcome.groups_upserted, 2);
    EXPECT_EQ(outcome.groups_deleted, 1);
    EXPECT_EQ(ledger.wrong(), exact);
    EXPECT_EQ(scalar("SELECT count(*) FROM freshet.state_1_0 WHERE refreshed_at <> 'epoch'"), "2");
}

TEST_F(Reconcile, FoldsRewriteOnlyGroupsThatChange) {
    install();
    exec("UPDATE freshet.state_1_0 SET refreshed_at = 'epoch'");
    exec("UPDATE entry SET amount = amount + 1 WHERE id = 3");
    EXPECT_EQ(ledger.fold().rows_affected(), 1);
    EXPECT_EQ(scalar("SELECT count(*) FROM freshet.state_1_0 WHERE refreshed_at <> 'epoch'"), "1");
    // What cancels out is written nowhere, but for groups whose extremes might have moved.
    exec(
        "BEGIN; UPDATE account SET name = name || '!' WHERE id = 1; UPDATE account SET name = trim('!' from name); "
        "COMMIT");
    EXPECT_EQ(ledger.fold().rows_affected(), 0);
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST_F(Reconcile, VerifyFindsAndRepairsWhatIsWrong) {
    install();
    EXPECT_EQ(ledger.engine.verify("report").differences, 0);
    exec("UPDATE freshet.state_1_0 SET n = n + 1 WHERE (k0, k1) = ('name 1', 'k0')");
    exec("DELETE FROM freshet.state_1_0 WHERE (k0, k1) = ('name 2', 'k1')");
    exec(
        "INSERT INTO freshet.state_1_0 SELECT (jsonb_populate_record(s, '{\"k0\": \"nobody\"}')).* FROM "
        "freshet.state_1_0 "
        "s LIMIT 1");
    auto proof = ledger.engine.verify("report");
    EXPECT_EQ(proof.differences, 4);  // one changed both ways, one missing, one unexpected
    ASSERT_EQ(proof.examples.size(), 4U);
    EXPECT_FALSE(proof.repair);
    std::string rows;
    for (const auto& example : proof.examples) {
        rows += example.side + " " + example.row + "\n";
    }
    EXPECT_THAT(rows, HasSubstr("unexpected {\"n\""));
    EXPECT_THAT(rows, HasSubstr("nobody"));
    refresh::VerifyRequest repair;
    repair.repair = true;
    proof = ledger.engine.verify("report", repair);
    EXPECT_EQ(proof.differences, 4);
    ASSERT_TRUE(proof.repair);
    EXPECT_EQ(proof.repair->groups_upserted, 2);
    EXPECT_EQ(proof.repair->groups_deleted, 1);
    EXPECT_EQ(ledger.wrong(), exact);
    EXPECT_EQ(ledger.engine.verify("report").differences, 0);
    EXPECT_EQ(
        scalar(
            "SELECT triggered_by || ' ' || strategy || ' ' || rows_affected FROM freshet.refresh_log ORDER BY id DESC "
            "LIMIT 1"),
        "manual reconcile 3");
}

// A wrong multiplicity shows in the report only after the next change: it must be found before.
TEST_F(Reconcile, VerifyFindsWhatIsWrongBehindTheReport) {
    install();
    for (const auto* damage :
         {"UPDATE freshet.state_1_0 SET m1[2] = m1[2] + 1 WHERE (k0, k1) = ('name 1', 'k0')",
          "UPDATE freshet.state_1_0 SET v1 = v1[2:], m1 = m1[2:] WHERE (k0, k1) = ('name 1', 'k0')",
          "UPDATE freshet.state_1_0 SET v1 = v1 || date 'infinity', m1 = m1 || 1::bigint WHERE k1 IS NULL"}) {
        exec(damage);
        ASSERT_EQ(ledger.wrong(), exact);
        const auto proof = ledger.engine.verify("report");
        EXPECT_GT(proof.differences, 0) << damage;
        EXPECT_THAT(proof.examples.at(0).row, HasSubstr("freshet.state_1_0"));
        refresh::VerifyRequest repair;
        repair.repair = true;
        EXPECT_TRUE(ledger.engine.verify("report", repair).repair) << damage;
        EXPECT_EQ(ledger.engine.verify("report").differences, 0) << damage;
    }
    exec("DELETE FROM entry WHERE id % 3 = 0");
    ledger.fold();
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST_F(Reconcile, VerifyFoldsWhatIsPendingFirst) {
    install();
    exec("UPDATE entry SET amount = 1 WHERE id < 9");
    EXPECT_EQ(ledger.engine.verify("report").differences, 0);
    EXPECT_EQ(ledger.fold().kind, Kind::nothing_pending);
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST_F(Reconcile, ATenantIsRecomputedAlone) {
    ledger.engine.settings.views.back().tenant = "name";
    install();
    exec("UPDATE freshet.state_1_0 SET s0 = s0 + 1; UPDATE freshet.state_1_0 SET refreshed_at = 'epoch'");
    const auto others = [&] {
        return scalar("SELECT count(*) FROM freshet.state_1_0 WHERE k0 <> 'name 1' AND refreshed_at = 'epoch'");
    };
    const auto before = others();
    refresh::VerifyRequest one;
    one.tenant = "name 1";
    const auto wrong = ledger.engine.verify("report", one).differences;
    EXPECT_GT(wrong, 0);
    EXPECT_LT(wrong, ledger.engine.verify("report").differences);
    EXPECT_EQ(recompute("name 1").groups_upserted * 2, wrong);
    EXPECT_EQ(others(), before);
    EXPECT_EQ(ledger.engine.verify("report", one).differences, 0);
    EXPECT_GT(ledger.engine.verify("report").differences, 0);
    EXPECT_EQ(scalar("SELECT firm_id FROM freshet.refresh_log WHERE triggered_by = 'manual'"), "name 1");
    exec("UPDATE entry SET amount = 2 WHERE id < 9");  // a pending change is folded for everyone
    recompute("name 2");
    one.tenant = "name 1";
    EXPECT_EQ(ledger.engine.verify("report", one).differences, 0);
}

TEST_F(Reconcile, WritersGoOnMeanwhile) {
    install();
    std::atomic<bool> done = false;
    auto writing = std::async(std::launch::async, [&] {
        Client client(ledger.database.conninfo());
        for (int i = 0; !done; ++i) {
            client.exec("UPDATE entry SET amount = amount + 1, kind = 'k" + std::to_string(i % 3) +
                        "' WHERE id % 10 = " + std::to_string(i % 10));
        }
    });
    for (int i = 0; i < 15; ++i) {
        EXPECT_EQ(ledger.recompute().kind, Kind::refreshed);
        EXPECT_EQ(ledger.engine.verify("report").differences, 0);
    }
    done = true;
    writing.get();
    ledger.fold();
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST_F(Reconcile, NumbersThatNeverLeaveASumCostTheirGroupAlone) {
    exec("ALTER TABLE entry ALTER amount TYPE numeric");
    install();
    exec("UPDATE entry SET amount = 'NaN' WHERE id = 1; UPDATE entry SET amount = 'Infinity' WHERE id = 2");
    EXPECT_EQ(ledger.fold().strategy, "delta");
    EXPECT_EQ(ledger.wrong(), exact);
    exec("UPDATE entry SET amount = amount + 1; INSERT INTO entry VALUES (901, 2, 'k0', NULL, 5)");
    ledger.fold();
    EXPECT_EQ(ledger.wrong(), exact);
    exec("UPDATE entry SET amount = 1 WHERE id = 1");
    EXPECT_EQ(ledger.fold().strategy, "delta");
    EXPECT_EQ(ledger.wrong(), exact);
    exec("DELETE FROM entry WHERE id = 2");
    ledger.fold();
    EXPECT_EQ(ledger.wrong(), exact);
    exec("UPDATE entry SET amount = 3 WHERE id = 5");
    EXPECT_EQ(ledger.fold().strategy, "delta");
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST_F(Reconcile, TheCostModelTurnsAFoldIntoARecomputation) {
    install();
    refresh::Request request;
    request.weigh = [](std::int64_t changes) {
        return refresh::Weighed{0.25, 0.5, 40, changes >= 20, "weighed " + std::to_string(changes)};
    };
    const std::string costs =
        "SELECT concat_ws(' ', strategy, predicted_fold_seconds, predicted_reconcile_seconds, "
        "source_rows, actual_seconds > 0, why) FROM freshet.refresh_log ORDER BY id DESC LIMIT 1";
    exec("UPDATE entry SET amount = 1 WHERE id < 10");
    EXPECT_EQ(ledger.engine.refresh("report", request).strategy, "delta");
    EXPECT_EQ(scalar(costs), "delta 0.25 0.5 40 t weighed 18");
    exec("UPDATE entry SET amount = 2 WHERE id <= 10");
    EXPECT_EQ(ledger.engine.refresh("report", request).strategy, "reconcile");
    EXPECT_EQ(scalar(costs), "reconcile 0.25 0.5 40 t weighed 20");
    EXPECT_EQ(ledger.wrong(), exact);
}

// What the log calls a reconcile was one, whatever it was begun as, and it says why.
TEST_F(Reconcile, TheLogSaysWhatWasDoneAndWhy) {
    install();
    const std::string last = "SELECT strategy || ': ' || why FROM freshet.refresh_log ORDER BY id DESC LIMIT 1";
    exec("TRUNCATE entry");
    ledger.fold();
    EXPECT_EQ(scalar(last), "reconcile: a source was truncated");
    exec("INSERT INTO entry VALUES (901, 2, 'k0', NULL, 5)");
    refresh::Request request;
    request.trigger = refresh::Trigger::scheduled;
    EXPECT_EQ(ledger.engine.refresh("report", request).strategy, "delta");
    EXPECT_EQ(scalar("SELECT strategy || coalesce(why, '') FROM freshet.refresh_log ORDER BY id DESC LIMIT 1"),
              "delta");
    request.work = refresh::Work::recompute;
    ledger.engine.refresh("report", request);
    EXPECT_EQ(scalar(last), "reconcile: asked for (scheduled)");
}

class Retention : public ::testing::Test {
  protected:
    static constexpr const char* query =
        "SELECT month, kind, count(*) AS n, max(amount) AS most FROM item GROUP BY month, kind";

    Retention() : client(database.conninfo()), engine(database.conninfo()) {
        client.exec(
            "CREATE TABLE item(id int PRIMARY KEY, month date, kind text, amount numeric); INSERT INTO item "
            "SELECT g, date_trunc('month', now() - g * interval '1 month'), 'k' || g % 2, g FROM generate_series(0, "
            "40) g; "
            "INSERT INTO item VALUES (100, NULL, 'k0', 1)");
        auto& view = engine.add_view("report", query);
        view.retention = settings::Retention{"month", "12 months"};
        engine.install();
    }
    refresh::Outcome fold(const std::string& keep, refresh::Work work = refresh::Work::fold) {
        refresh::Request request;
        request.work = work;
        request.keep = keep;
        return engine.refresh("report", request);
    }
    std::vector<std::string> wrong(const std::string& keep) {
        return differences(client, "report",
                           std::string("SELECT * FROM (") + query +
                               ") AS q WHERE month >= (now() AT TIME ZONE 'UTC')::date - "
                               "interval '" +
                               keep + "' OR month IS NULL");
    }

    Database database;
    Client client;
    Engine engine;
};

TEST_F(Retention, KeepsWhatIsYoungEnough) {
    EXPECT_EQ(wrong("12 months"), exact);
    client.exec("UPDATE item SET amount = amount + 1, kind = 'changed'");
    fold("12 months");
    EXPECT_EQ(wrong("12 months"), exact);
    client.exec(
        "INSERT INTO item VALUES (200, '2001-01-01', 'late', 1); UPDATE item SET amount = 9 WHERE id = 40; DELETE FROM "
        "item WHERE id = 39");
    fold("12 months");
    EXPECT_EQ(wrong("12 months"), exact);
    refresh::VerifyRequest request;
    request.keep = "12 months";
    EXPECT_EQ(engine.verify("report", request).differences, 0);
    EXPECT_EQ(client.scalar("SELECT count(*) FROM freshet.state_1_0 WHERE k0 < now() - interval '13 months'"), "0");
}

TEST_F(Retention, NarrowingDropsAndWideningBringsBack) {
    EXPECT_EQ(fold("6 months").strategy, "delta");
    EXPECT_EQ(wrong("6 months"), exact);
    EXPECT_EQ(fold("6 months").kind, Kind::nothing_pending);
    EXPECT_EQ(fold("24 months").strategy, "reconcile");
    EXPECT_EQ(wrong("24 months"), exact);
    fold("12 months", refresh::Work::recompute);
    EXPECT_EQ(wrong("12 months"), exact);
}

class RefreshLog : public Reconcile {
  protected:
    // The log of the report, oldest first, without what install wrote.
    std::string log(const std::string& columns) {
        return scalar("SELECT coalesce(string_agg(concat_ws(' ', " + columns +
                      "), ', ' ORDER BY id), '') FROM freshet.refresh_log WHERE triggered_by <> 'startup'");
    }
    void write_and_fold(const std::string& id) {
        exec("UPDATE entry SET amount = amount + 1 WHERE id = " + id);
        ledger.fold();
    }
};

TEST_F(RefreshLog, InstallIsLogged) {
    install();
    EXPECT_EQ(scalar("SELECT concat_ws(' ', view_name, refresh_status, triggered_by, strategy, rows_affected > 0, "
                     "refresh_count, "
                     "refresh_completed_at >= refresh_started_at) FROM freshet.refresh_log"),
              "report success startup reconcile t 1 t");
}

TEST_F(RefreshLog, EventDrivenFoldsOfAMinuteAreOneRow) {
    install();
    for (const auto* id : {"1", "2", "3"}) {
        write_and_fold(id);
    }
    ledger.fold();  // nothing pending: nothing logged
    // Over a change of the minute there may be two rows; together they are the same.
    EXPECT_EQ(scalar("SELECT concat_ws(' ', sum(refresh_count), sum(changes_applied), sum(rows_affected), "
                     "bool_and(duration_seconds "
                     "> 0)) FROM freshet.refresh_log WHERE triggered_by = 'event' AND refresh_status = 'success'"),
              "3 6 3 t");
    EXPECT_LE(std::stoi(scalar("SELECT count(*) FROM freshet.refresh_log WHERE triggered_by = 'event'")), 2);
    exec("UPDATE freshet.refresh_log SET refresh_started_at = refresh_started_at - interval '1 minute'");
    const auto rows = std::stoi(scalar("SELECT count(*) FROM freshet.refresh_log"));
    write_and_fold("4");
    EXPECT_EQ(std::stoi(scalar("SELECT count(*) FROM freshet.refresh_log")), rows + 1);
}

TEST_F(RefreshLog, ManualWorkIsARowOfItsOwn) {
    install();
    write_and_fold("1");
    ledger.recompute();
    ledger.recompute();
    EXPECT_EQ(log("triggered_by, strategy, refresh_status, changes_applied"),
              "event delta success 2, manual reconcile success 0, manual reconcile success 0");
}

TEST_F(RefreshLog, RunningIsVisibleAndBecomesSuccess) {
    install();
    Client blocker(ledger.database.conninfo());
    blocker.exec("BEGIN; LOCK TABLE freshet.state_1_0 IN SHARE MODE");
    exec("UPDATE entry SET amount = amount + 1");
    auto refresh = std::async(std::launch::async, [&] { return ledger.recompute(); });
    EXPECT_TRUE(eventually([&] { return log("refresh_status") == "running"; }));
    blocker.exec("COMMIT");
    EXPECT_EQ(refresh.get().kind, Kind::refreshed);
    EXPECT_EQ(log("refresh_status"), "success");
}

TEST_F(RefreshLog, FailuresAreNeverCoalesced) {
    install();
    exec("ALTER TABLE freshet.state_1_0 ADD CONSTRAINT never CHECK (n < 0) NOT VALID");
    exec("UPDATE entry SET amount = amount + 1");
    EXPECT_THROW(ledger.recompute(), pg::Error);
    EXPECT_EQ(log("refresh_status, triggered_by, error_message LIKE '%never%'"), "failed manual t");
    for (int i = 1; i <= 2; ++i) {
        try {
            ledger.fold();
            FAIL() << "folded";
        } catch (const pg::Error& error) {
            EXPECT_EQ(ledger.engine.record_failure("report", {}, error.what()), i);
        }
    }
    EXPECT_EQ(log("refresh_status, triggered_by, strategy"),
              "failed manual reconcile, failed event delta, failed event delta");
    exec("ALTER TABLE freshet.state_1_0 DROP CONSTRAINT never");
    ledger.fold();
    EXPECT_EQ(ledger.wrong(), exact);
}

}  // namespace
}  // namespace freshet::testing
