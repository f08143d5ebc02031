// Nothing is lost and nothing counted twice, in whatever order transactions begin, commit, hang or die.
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

class Positions : public ::testing::Test {
  protected:
    void install() { ledger.engine.install(); }
    Client session() { return Client(ledger.database.conninfo()); }
    // Waits until `count` sessions of this database wait for a lock.
    void until_waiting(int count) {
        ASSERT_TRUE(eventually([&] {
            return ledger.client.scalar(
                       "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                       "wait_event_type = 'Lock'") == std::to_string(count);
        })) << "nobody waits for a lock";
    }
    void fold_and_compare() {
        ledger.fold();
        EXPECT_EQ(ledger.wrong(), exact);
    }

    Ledger ledger;
};

TEST_F(Positions, TransactionsMayCommitInAnyOrder) {
    install();
    auto first = session();
    auto second = session();
    auto third = session();
    first.exec("BEGIN; INSERT INTO entry VALUES (901, 1, 'first', NULL, 1)");
    second.exec("BEGIN; INSERT INTO entry VALUES (902, 1, 'second', NULL, 2)");
    third.exec("BEGIN; UPDATE entry SET amount = 30 WHERE id = 3");
    third.exec("COMMIT");
    fold_and_compare();
    second.exec("COMMIT");
    fold_and_compare();
    ledger.client.exec("UPDATE entry SET kind = 'later' WHERE id = 902");
    fold_and_compare();
    first.exec("COMMIT");
    EXPECT_EQ(ledger.fold().changes, 1);
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST_F(Positions, ATransactionMayStayOpenAcrossFolds) {
    install();
    auto slow = session();
    slow.exec("BEGIN; INSERT INTO entry SELECT 900 + g, 1, 'slow', NULL, g FROM generate_series(1, 5) g");
    for (int round = 0; round < 4; ++round) {
        ledger.client.exec("UPDATE entry SET amount = amount + 1 WHERE id < 10");
        slow.exec("SAVEPOINT s; UPDATE entry SET amount = amount * 2 WHERE id > 900");
        slow.exec(round % 2 == 0 ? "RELEASE s" : "ROLLBACK TO s");
        fold_and_compare();
    }
    slow.exec("COMMIT");
    fold_and_compare();
    EXPECT_EQ(ledger.fold().kind, Kind::nothing_pending);
}

TEST_F(Positions, PreparedTransactionsAreFoldedWhenTheyCommit) {
    install();
    auto writer = session();
    writer.exec("BEGIN; DELETE FROM entry WHERE id < 30; PREPARE TRANSACTION 'kept'");
    writer.exec("BEGIN; DELETE FROM entry WHERE id > 100; PREPARE TRANSACTION 'dropped'");
    fold_and_compare();
    ledger.client.exec("INSERT INTO entry VALUES (901, 1, 'x', NULL, 1)");
    fold_and_compare();
    writer.exec("ROLLBACK PREPARED 'dropped'");
    writer.exec("COMMIT PREPARED 'kept'");
    EXPECT_EQ(ledger.fold().changes, 29);
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST_F(Positions, ASecondRefresherFindsTheViewBusy) {
    install();
    ledger.client.exec("UPDATE entry SET amount = 9 WHERE id < 9");
    auto blocker = session();
    blocker.exec("BEGIN; LOCK TABLE freshet.state_1_0 IN SHARE MODE");
    auto first = std::async(std::launch::async, [&] { return ledger.fold(); });
    until_waiting(1);
    EXPECT_EQ(ledger.fold().kind, Kind::busy);
    EXPECT_TRUE(ledger.engine.verify("report").busy);
    blocker.exec("COMMIT");
    EXPECT_EQ(first.get().kind, Kind::refreshed);
    EXPECT_EQ(ledger.wrong(), exact);
    EXPECT_EQ(ledger.fold().kind, Kind::nothing_pending);
}

TEST_F(Positions, RefreshersOfOneViewTakeTurnsWhileWritersGoOn) {
    install();
    std::atomic<bool> done = false;
    const auto refresher = [&] {
        Engine engine(ledger.database.conninfo());
        int refreshed = 0;
        while (!done) {
            refreshed += engine.refresh("report").kind == Kind::refreshed ? 1 : 0;
        }
        return refreshed;
    };
    auto one = std::async(std::launch::async, refresher);
    auto two = std::async(std::launch::async, refresher);
    for (int i = 0; i < 150; ++i) {
        ledger.client.exec("UPDATE entry SET amount = amount + 1, kind = 'k" + std::to_string(i % 3) +
                           "' WHERE id % 20 = " + std::to_string(i % 20));
    }
    done = true;
    EXPECT_GT(one.get() + two.get(), 0);
    fold_and_compare();
}

TEST_F(Positions, ARefreshThatLosesItsBackendLeavesStateAndPositionTogether) {
    install();
    const auto position = [&] {
        return ledger.client.scalar("SELECT snapshot || ' ' || generation FROM freshet.position");
    };
    ledger.client.exec("UPDATE entry SET amount = 9, kind = 'new' WHERE id < 9");
    const auto before = position();
    auto blocker = session();
    blocker.exec("BEGIN; LOCK TABLE freshet.state_1_0 IN SHARE MODE");
    auto refresh = std::async(std::launch::async, [&] { return ledger.fold(); });
    until_waiting(1);
    ledger.client.exec(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND "
        "wait_event_type = 'Lock'");
    EXPECT_THROW(refresh.get(), pg::Error);
    blocker.exec("COMMIT");
    EXPECT_EQ(position(), before);
    EXPECT_EQ(ledger.fold().changes, 16);
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST(PositionsOfACluster, SurviveACrash) {
    PrivateCluster cluster;
    Ledger ledger(cluster);
    ledger.engine.install();
    ledger.client.exec("UPDATE entry SET amount = 9 WHERE id < 9");
    ledger.fold();
    ledger.client.exec("UPDATE entry SET amount = 10 WHERE id < 9");
    Client open(ledger.database.conninfo());
    open.exec("BEGIN; DELETE FROM entry");
    ledger.client.exec(
        "BEGIN; UPDATE entry SET remark = 'x' WHERE false; INSERT INTO account VALUES (77, 'prepared'); "
        "INSERT INTO entry VALUES (902, 77, 'x', NULL, 3); PREPARE TRANSACTION 'across'");
    cluster.crash();
    cluster.start();
    ledger.client = Client(ledger.database.conninfo());
    EXPECT_EQ(ledger.fold().changes, 16);
    EXPECT_EQ(ledger.wrong(), exact);
    ledger.client.exec("COMMIT PREPARED 'across'");
    EXPECT_EQ(ledger.fold().changes, 2);
    EXPECT_EQ(ledger.wrong(), exact);
    EXPECT_EQ(ledger.engine.verify("report").differences, 0);
}

TEST_F(Positions, InstallWaitsOutWritersInFlight) {
    auto writer = session();
    writer.exec("BEGIN; INSERT INTO entry VALUES (901, 1, 'in flight', NULL, 1)");
    auto installing = std::async(std::launch::async, [&] { ledger.engine.install(); });
    until_waiting(1);
    writer.exec("UPDATE entry SET amount = 5 WHERE id = 901");
    writer.exec("COMMIT");
    installing.get();
    EXPECT_EQ(ledger.wrong(), exact);
    EXPECT_EQ(ledger.fold().kind, Kind::nothing_pending);
}

// Has touched nothing yet when the capture is installed, and sees the tables as they were before it.
TEST_F(Positions, AnOldSnapshotMayWriteAfterInstall) {
    auto writer = session();
    writer.exec("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class");
    install();
    writer.exec("UPDATE entry SET amount = 5 WHERE id = 3; DELETE FROM entry WHERE id = 4; COMMIT");
    fold_and_compare();
}

// Writers who keep at it, each in transactions over both tables; counts what failed.
class Writers {
  public:
    explicit Writers(const std::string& conninfo) {
        for (int i = 0; i < 3; ++i) {
            threads_.push_back(std::async(std::launch::async, [this, conninfo, i] { write(conninfo, i); }));
        }
    }
    ~Writers() { stop(); }
    std::string stop() {
        done_ = true;
        for (auto& thread : threads_) {
            thread.wait();
        }
        const std::lock_guard lock(mutex_);
        return failure_;
    }
    int rounds() const { return rounds_; }

  private:
    void write(const std::string& conninfo, int number) {
        Client client(conninfo);
        try {
            for (int i = 0; !done_; ++i) {
                const auto id = std::to_string(number * 60 + 1 + i % 60);
                client.exec("BEGIN; UPDATE entry SET amount = amount + 1, remark = 'r" + std::to_string(i) +
                            "' WHERE id = " + id + "; UPDATE account SET remark = 'x" + id +
                            "' WHERE id = " + std::to_string(number + 1) + "; COMMIT");
                ++rounds_;
            }
        } catch (const ClientError& error) {
            const std::lock_guard lock(mutex_);
            failure_ += error.what();
        }
    }

    std::atomic<bool> done_ = false;
    std::atomic<int> rounds_ = 0;
    std::mutex mutex_;
    std::string failure_;
    std::vector<std::future<void>> threads_;
};

TEST_F(Positions, ViewsAreAddedAndChangedWhileWritersRun) {
    Writers writers(ledger.database.conninfo());
    install();
    const std::vector<std::pair<std::string, std::string>> more = {
        {"remarks", "SELECT remark, count(*) AS n FROM entry GROUP BY remark"},
        {"accounts", "SELECT remark, count(*) AS n, min(name) AS name FROM account GROUP BY remark"},
        {"joined",
         "SELECT a.remark, count(DISTINCT e.remark) AS n FROM account a JOIN entry e ON e.account_id = a.id GROUP BY "
         "a.remark"}};
    for (const auto& [name, query] : more) {
        ledger.engine.add_view(name, query);
        ledger.engine.install();
        ledger.fold();
    }
    for (const auto* query : {"SELECT remark, count(*) AS n, sum(account_id) AS a FROM entry GROUP BY remark",
                              "SELECT remark, id % 7 AS i, count(*) AS n FROM entry GROUP BY remark, id % 7"}) {
        ledger.engine.settings.views[1].query = query;
        ledger.engine.install();
    }
    const auto rounds = writers.rounds();
    EXPECT_TRUE(eventually([&] { return writers.rounds() > rounds + 5; }));
    EXPECT_EQ(writers.stop(), "") << "a writer was hurt";
    for (const auto& view : ledger.engine.settings.views) {
        ledger.engine.refresh(view.name);
        EXPECT_EQ(differences(ledger.client, view.name, view.query), exact) << view.name;
    }
}

TEST_F(Positions, NewColumnsOfACapturedTableMissNoWriterInFlight) {
    install();
    auto writer = session();
    writer.exec("BEGIN; UPDATE entry SET remark = 'in flight' WHERE id = 5");
    const std::string query = "SELECT remark, count(*) AS n FROM entry GROUP BY remark";
    ledger.engine.add_view("remarks", query);
    auto installing = std::async(std::launch::async, [&] { ledger.engine.install(); });
    until_waiting(1);
    writer.exec("UPDATE entry SET remark = 'still' WHERE id = 6");
    writer.exec("COMMIT");
    installing.get();
    ledger.client.exec("UPDATE entry SET remark = 'after', amount = 1 WHERE id = 7");
    ledger.engine.refresh("remarks");
    EXPECT_EQ(differences(ledger.client, "remarks", query), exact);
    fold_and_compare();
}

class WaitFor : public Positions {
  protected:
    std::string wait(const std::string& view, const std::string& xid, const std::string& timeout = "10 ms") {
        return ledger.client.scalar("SELECT freshet.wait_for($1, $2::xid8, $3::interval)", {view, xid, timeout});
    }
    std::string write(const std::string& sql) {
        ledger.client.exec("BEGIN; " + sql);
        const auto xid = ledger.client.scalar("SELECT pg_current_xact_id()");
        ledger.client.exec("COMMIT");
        return xid;
    }
};

TEST_F(WaitFor, TellsWhetherATransactionIsInTheReport) {
    install();
    const auto xid = write("UPDATE entry SET amount = 1 WHERE id = 1");
    EXPECT_EQ(wait("report", xid), "f");
    EXPECT_EQ(wait("public.report", xid), "f");
    ledger.fold();
    EXPECT_EQ(wait("report", xid), "t");
    EXPECT_EQ(wait("report", write("TRUNCATE entry")), "f");
}

TEST_F(WaitFor, ReturnsAsSoonAsTheFoldCommits) {
    install();
    const auto xid = write("UPDATE entry SET amount = 1 WHERE id = 1");
    auto waiter = session();
    waiter.send("SELECT 1 / freshet.wait_for('report', '" + xid + "', '20 s')::int");
    ledger.fold();
    EXPECT_NO_THROW(waiter.finish());
}

TEST_F(WaitFor, DoesNotWaitForTransactionsThatTouchedNothing) {
    install();
    EXPECT_EQ(wait("report", write("CREATE TABLE elsewhere(x int)")), "t");
    EXPECT_EQ(wait("report", write("UPDATE entry SET remark = 'x'")), "t");
    ledger.client.exec("BEGIN; UPDATE entry SET amount = 1 WHERE id = 1");
    const auto xid = ledger.client.scalar("SELECT pg_current_xact_id()");
    ledger.client.exec("ROLLBACK");
    EXPECT_EQ(wait("report", xid), "t");
}

TEST_F(WaitFor, WaitsForAnOpenTransaction) {
    install();
    auto writer = session();
    writer.exec("BEGIN; UPDATE entry SET amount = 1 WHERE id = 1");
    const auto xid = writer.scalar("SELECT pg_current_xact_id()");
    EXPECT_EQ(wait("report", xid), "f");
    writer.exec("COMMIT");
    ledger.fold();
    EXPECT_EQ(wait("report", xid), "t");
}

// A materialized view over the same table makes every statement leave a mark; a folded view needs no fold for it.
TEST_F(WaitFor, IsNotHeldUpByMarksForOtherViews) {
    ledger.client.exec(
        "CREATE MATERIALIZED VIEW snapshot AS SELECT id, remark FROM entry; CREATE UNIQUE INDEX ON snapshot (id)");
    ledger.engine.add_view("snapshot", "").strategy = settings::StrategyChoice::concurrent;
    install();
    const auto xid = write("UPDATE entry SET remark = 'x'");
    EXPECT_EQ(wait("report", xid), "t");
    EXPECT_EQ(wait("snapshot", xid), "f");
    ledger.engine.refresh("snapshot");
    EXPECT_EQ(wait("snapshot", xid), "t");
}

TEST_F(WaitFor, NamesAnUnknownView) {
    install();
    try {
        wait("nothing", "1");
        FAIL() << "waited";
    } catch (const ClientError& error) {
        EXPECT_THAT(error.what(), HasSubstr("there is no freshet view nothing"));
        EXPECT_EQ(error.sqlstate(), "42704");
    }
}

TEST_F(Positions, StatusSaysHowFreshAndHowHealthyAViewIs) {
    install();
    const auto columns = ledger.client.scalar(
        "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = "
        "'freshet.status'::regclass AND "
        "attnum > 0");
    EXPECT_EQ(columns,
              "view_name, strategy, state, as_of, staleness_seconds, pending_changes, last_refresh_at, last_status, "
              "last_error, consecutive_failures, verified_at, drift_rows, capture_faults, reads");
    const auto status = [&](const std::string& what) {
        return ledger.client.scalar("SELECT " + what + " FROM freshet.status");
    };
    EXPECT_EQ(
        status("(view_name, strategy, state, pending_changes, last_status, last_error IS NULL, consecutive_failures)"),
        "(report,delta,ready,0,success,t,0)");
    // An idle view stays fresh, however long ago it was refreshed.
    ledger.client.exec("UPDATE freshet.position SET as_of = as_of - interval '1 day'");
    EXPECT_EQ(status("staleness_seconds = 0 AND as_of = now()"), "t");
    auto writer = session();
    writer.exec("BEGIN; UPDATE entry SET amount = 1 WHERE id IN (1, 2)");
    const auto began = writer.scalar("SELECT now()");
    EXPECT_EQ(status("pending_changes"), "0") << "not committed yet";
    writer.exec("COMMIT");
    EXPECT_EQ(status("pending_changes"), "4");
    EXPECT_EQ(
        ledger.client.scalar("SELECT as_of = $1::timestamptz AND staleness_seconds > 0 FROM freshet.status", {began}),
        "t");
    ledger.fold();
    EXPECT_EQ(status("(pending_changes, staleness_seconds)"), "(0,0)");
    refresh::Request request;
    EXPECT_EQ(ledger.engine.record_failure("report", request, "it broke"), 1);
    EXPECT_EQ(ledger.engine.record_failure("report", request, "it broke again"), 2);
    EXPECT_EQ(status("(last_status, last_error, consecutive_failures)"), "(failed,\"it broke again\",2)");
    ledger.client.exec("UPDATE entry SET amount = 2 WHERE id IN (1, 2)");
    ledger.fold();
    EXPECT_EQ(status("(last_status, last_error IS NULL, consecutive_failures)"), "(success,t,0)");
}

}  // namespace
}  // namespace freshet::testing
