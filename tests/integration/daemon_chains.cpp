// freshetd over views that read views: they move together, a failing one holds up none below it, and nothing spins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "support/ledger_daemon.hpp"

namespace freshet::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// "report" counts entries by kind; "sizes" counts kinds by size, "shares" reads both.
constexpr const char* sizes =
    "SELECT days, count(*) AS kinds, sum(total) AS total, max(n) AS most FROM report GROUP BY days";
constexpr const char* shares =
    "SELECT r.days, sum(r.n) AS n, sum(r.total / s.total) AS share FROM report r JOIN sizes s ON s.days = r.days WHERE "
    "s.total <> 0 GROUP BY r.days";

std::string view(const std::string& name, const std::string& query, const std::string& more = {}) {
    return R"(, ")" + name + R"(": { "sql": ")" + query + R"(", "strategy": "delta" )" + more + " }";
}

LedgerConfiguration three_storeys() {
    LedgerConfiguration configuration;
    configuration.view = R"("debounce": "20ms", "max_delay": "200ms")";
    configuration.more_views =
        view("sizes", sizes, R"(, "debounce": "30s", "max_delay": "60s")") + view("shares", shares);
    return configuration;
}

struct ChainDaemon : ::testing::Test {
    explicit ChainDaemon(LedgerConfiguration configuration = three_storeys())
        : ledger(FRESHETD_BINARY, std::move(configuration)) {}

    // Rows by which a view differs from its query over what the views below it show, in the session's snapshot.
    static std::vector<std::string> wrong(Client& client, const std::string& name, const std::string& query) {
        std::vector<std::string> result;
        for (const auto& row :
             client.query("(SELECT 'missing ' || x::text FROM (" + query + " EXCEPT ALL SELECT * FROM " + name +
                          ") x) UNION ALL SELECT 'unexpected ' || x::text FROM (SELECT * FROM " + name +
                          " EXCEPT ALL " + query + ") x")) {
            result.push_back(name + ": " + row.front().value_or("NULL"));
        }
        return result;
    }

    std::vector<std::string> all_wrong() {
        auto all = ledger.differences();
        for (const auto& [name, query] : {std::pair("sizes", sizes), std::pair("shares", shares)}) {
            const auto more = wrong(ledger.client, name, query);
            all.insert(all.end(), more.begin(), more.end());
        }
        return all;
    }

    bool becomes_exact(milliseconds limit = seconds(20)) {
        return eventually([&] { return all_wrong().empty(); }, limit);
    }

    std::string status(const std::string& column, const std::string& name) {
        return ledger.client.scalar("SELECT " + column + " FROM freshet.status WHERE view_name = '" + name + "'");
    }

    LedgerDaemon ledger;
};

TEST_F(ChainDaemon, ReadersSeeOneMomentOfAllItsViewsWhileWritersWrite) {
    ledger.install();
    ledger.start();
    std::atomic<bool> stop{false};
    std::thread writer([&] {
        Client client(ledger.database.conninfo());
        for (int i = 0; !stop; ++i) {
            client.exec("INSERT INTO entry (kind, day, amount) SELECT 'k' || (" + std::to_string(i) +
                        " + g) % 9, date '2026-01-01' + " + std::to_string(i % 80) +
                        ", g FROM generate_series(1, 3) g");
            client.exec("DELETE FROM entry WHERE id % 37 = " + std::to_string(i % 37));
            client.exec("SELECT pg_sleep(0.02)");
        }
    });
    Client reader(ledger.database.conninfo());
    std::vector<std::string> mixed;
    std::set<std::string> seen;
    for (int round = 0; round < 60; ++round) {
        reader.exec("BEGIN ISOLATION LEVEL REPEATABLE READ");
        const auto one = wrong(reader, "sizes", sizes);
        const auto two = wrong(reader, "shares", shares);
        seen.insert(reader.scalar("SELECT sum(total) FROM sizes"));
        reader.exec("COMMIT");
        mixed.insert(mixed.end(), one.begin(), one.end());
        mixed.insert(mixed.end(), two.begin(), two.end());
        reader.exec("SELECT pg_sleep(0.03)");
    }
    stop = true;
    writer.join();
    EXPECT_THAT(mixed, IsEmpty());
    EXPECT_GT(seen.size(), 3U);
    EXPECT_TRUE(becomes_exact()) << ledger.freshetd.log();
    EXPECT_EQ(ledger.client.scalar("SELECT count(DISTINCT as_of) FROM freshet.position"), "1");
}

TEST_F(ChainDaemon, TheShortestDebounceIsThatOfAll) {
    ledger.install();
    ledger.start();
    ledger.insert(4);
    EXPECT_TRUE(becomes_exact(seconds(10))) << ledger.freshetd.log();
}

TEST_F(ChainDaemon, ItGoesToSleepAfterItsOwnWrites) {
    ledger.install();
    ledger.start();
    ledger.insert(4);
    ASSERT_TRUE(becomes_exact());
    ledger.wait_until_armed();
    const auto refreshes = "SELECT sum(refresh_count) FROM freshet.refresh_log";
    const auto moves = "SELECT sum(generation) FROM freshet.position";
    const auto refreshed = ledger.client.scalar(refreshes);
    const auto moved = ledger.client.scalar(moves);
    ledger.client.exec("SELECT pg_sleep(2)");
    EXPECT_EQ(ledger.client.scalar(refreshes), refreshed);
    EXPECT_EQ(ledger.client.scalar(moves), moved);
    EXPECT_TRUE(ledger.armed());
    for (const auto* name : {"report", "sizes", "shares"}) {
        EXPECT_EQ(status("pending_changes", name), "0");
        EXPECT_EQ(ledger.freshetd.metric(R"(freshet_view_consecutive_failures{view=")" + std::string(name) + R"("})"),
                  "0");
    }
}

TEST_F(ChainDaemon, KilledInTheMiddleItGoesOnWhereItWas) {
    ledger.install();
    for (int round = 0; round < 4; ++round) {
        ledger.start();
        for (int i = 0; i < 6; ++i) {
            ledger.insert(20);
            ledger.client.exec("UPDATE entry SET amount = amount + 1 WHERE id % 5 = " + std::to_string(i % 5));
        }
        ledger.client.exec("SELECT pg_sleep(" + std::to_string(0.02 * round) + ")");
        ledger.freshetd.kill();
        EXPECT_THAT(wrong(ledger.client, "sizes", sizes), IsEmpty());
        EXPECT_THAT(wrong(ledger.client, "shares", shares), IsEmpty());
    }
    ledger.start();
    EXPECT_TRUE(becomes_exact()) << ledger.freshetd.log();
}

TEST_F(ChainDaemon, ALowerViewThatIsRebuiltTakesTheOthersAlongWhileItRuns) {
    ledger.install();
    ledger.start();
    ledger.configuration.more_views = view("sizes",
                                           "SELECT days, count(*) AS kinds, sum(total) + 1 AS total, max(n) AS "
                                           "most FROM report GROUP BY days") +
                                      view("shares", shares);
    ledger.freshetd.configure(ledger.configuration.text(ledger.conninfo));
    EXPECT_THAT(ledger.freshetd.must({"plan"}), HasSubstr("the view sizes, which it reads, is rebuilt"));
    ledger.insert(3);
    ledger.install();
    ledger.insert(5);
    EXPECT_TRUE(eventually([&] {
        return ledger.differences().empty() && wrong(ledger.client, "shares", shares).empty() &&
               ledger.client.scalar("SELECT sum(most) FROM sizes") ==
                   ledger.client.scalar("SELECT sum(most) FROM (SELECT max(n) AS most FROM report GROUP BY days) x");
    })) << ledger.freshetd.log();
    EXPECT_EQ(status("state", "shares"), "ready");
}

TEST_F(ChainDaemon, TruncateOfTheSourceReachesTheTop) {
    ledger.install();
    ledger.start();
    ledger.client.exec("TRUNCATE entry");
    ledger.insert(3);
    EXPECT_TRUE(becomes_exact()) << ledger.freshetd.log();
}

TEST_F(ChainDaemon, CommandsTakeTheChainAlong) {
    ledger.install();
    ledger.insert(9);
    EXPECT_THAT(ledger.freshetd.must({"refresh", "shares"}), HasSubstr("shares"));
    EXPECT_EQ(status("reads", "shares"), "{report,sizes}");
    EXPECT_THAT(ledger.freshetd.command({"status"}).output, HasSubstr("report, sizes\n"));
    EXPECT_THAT(all_wrong(), IsEmpty());
    ledger.insert(9);
    ledger.freshetd.must({"verify", "sizes"});
    EXPECT_THAT(all_wrong(), IsEmpty());
}

TEST_F(ChainDaemon, RepairingALowerViewRepairsThoseAbove) {
    ledger.install();
    const auto state = ledger.client.scalar("SELECT 'freshet.state_' || min(id) || '_0' FROM freshet.view");
    ledger.client.exec("SET session_replication_role = replica");  // behind the triggers of the state
    ledger.client.exec("UPDATE " + state + " SET n = n + 1");
    ledger.client.exec("RESET session_replication_role");
    EXPECT_FALSE(all_wrong().empty());
    EXPECT_EQ(ledger.freshetd.command({"verify", "report", "--repair"}).code, 1);
    ledger.freshetd.command({"verify", "sizes", "--repair"});
    ledger.freshetd.command({"verify", "shares", "--repair"});
    EXPECT_THAT(all_wrong(), IsEmpty());
    ledger.freshetd.must({"verify"});
}

TEST_F(ChainDaemon, CaptureThatIsOffBelowBreaksTheViewsAboveToo) {
    ledger.install();
    ledger.start();
    ledger.client.exec("ALTER TABLE entry DISABLE TRIGGER freshet_insert");
    EXPECT_TRUE(eventually([&] { return status("state", "shares") == "broken"; })) << ledger.freshetd.log();
    EXPECT_THAT(status("last_error", "shares"), HasSubstr("the view report, which it reads, is broken"));
    ledger.insert(4);
    ledger.client.exec("ALTER TABLE entry ENABLE TRIGGER freshet_insert");
    EXPECT_TRUE(eventually([&] {
        return status("state", "shares") == "ready" && status("state", "report") == "ready";
    })) << ledger.freshetd.log();
    EXPECT_TRUE(becomes_exact());
}

struct SmallLogs : ChainDaemon {
    static LedgerConfiguration rotating() {
        auto configuration = three_storeys();
        configuration.daemon = R"("poll_interval": "200ms", "log_rotate_bytes": 8192)";
        return configuration;
    }
    SmallLogs() : ChainDaemon(rotating()) {}
};

TEST_F(SmallLogs, TheLogOfAStateIsGivenBackOnceTheViewsAboveHavePassedIt) {
    ledger.install();
    ledger.start();
    const auto log = "freshet.log_" + ledger.client.scalar(
                                          "SELECT min(id) FROM freshet.source WHERE schema_name = "
                                          "'freshet'");
    const auto rows = [&] { return std::stoi(ledger.client.scalar("SELECT count(*) FROM " + log)); };
    for (int i = 0; i < 200 && rows() < 150; ++i) {
        ledger.client.exec("UPDATE entry SET amount = amount + 1");
        ledger.client.exec("SELECT pg_sleep(0.05)");
    }
    EXPECT_GE(rows(), 150);
    EXPECT_TRUE(eventually([&] { return rows() < 50; }, seconds(40))) << ledger.freshetd.log();
    EXPECT_TRUE(becomes_exact());
}

struct FailingAbove : ChainDaemon {
    static LedgerConfiguration failing() {
        LedgerConfiguration configuration;
        configuration.more_views =
            view("inverse", "SELECT days, sum(1.0 / (n - 101)) AS x, max(n) AS most FROM report GROUP BY days") +
            view("above", "SELECT most, count(*) AS n FROM inverse GROUP BY most") +
            view("beside", "SELECT days, max(n) AS most FROM report GROUP BY days");
        return configuration;
    }
    FailingAbove() : ChainDaemon(failing()) {}
};

TEST_F(FailingAbove, AViewThatFailsHoldsUpThoseAboveItAlone) {
    ledger.install();
    ledger.start();
    ledger.client.exec("INSERT INTO entry (kind, day, amount) VALUES ('k1', '2026-01-02', 1)");  // the 101st
    EXPECT_TRUE(ledger.becomes_exact(seconds(10))) << ledger.freshetd.log();
    EXPECT_TRUE(eventually([&] { return status("consecutive_failures", "inverse") != "0"; })) << ledger.freshetd.log();
    EXPECT_THAT(status("last_error", "inverse"), HasSubstr("division by zero"));
    EXPECT_TRUE(eventually([&] { return status("consecutive_failures", "above") != "0"; })) << ledger.freshetd.log();
    EXPECT_THAT(status("last_error", "above"), HasSubstr("the view inverse, which it reads, could not be refreshed"));
    for (int i = 0; i < 5; ++i) {
        ledger.client.exec("UPDATE entry SET amount = amount + 1 WHERE kind = 'k1'");
        EXPECT_TRUE(ledger.becomes_exact(seconds(10))) << ledger.freshetd.log();
        EXPECT_THAT(wrong(ledger.client, "beside", "SELECT days, max(n) AS most FROM report GROUP BY days"), IsEmpty());
    }
    EXPECT_EQ(status("consecutive_failures", "report"), "0");
    EXPECT_EQ(status("consecutive_failures", "beside"), "0");
    EXPECT_LT(
        std::stoi(ledger.client.scalar("SELECT count(*) FROM freshet.refresh_log WHERE refresh_status = 'failed'")),
        20);
    EXPECT_NE(ledger.freshetd.metric(R"(freshet_view_consecutive_failures{view="inverse"})"), "0");
    ledger.freshetd.must({"verify", "report", "beside"});
    EXPECT_THAT(ledger.freshetd.command({"verify", "above"}).output, HasSubstr("division by zero"));
    ledger.freshetd.must({"refresh", "report"});

    ledger.client.exec("INSERT INTO entry (kind, day, amount) VALUES ('k1', '2026-01-02', 1)");
    EXPECT_TRUE(eventually([&] {
        return wrong(ledger.client, "above", "SELECT most, count(*) AS n FROM inverse GROUP BY most").empty() &&
               status("consecutive_failures", "inverse") == "0" && status("consecutive_failures", "above") == "0" &&
               status("pending_changes", "above") == "0";
    })) << ledger.freshetd.log();
}

}  // namespace
}  // namespace freshet::testing
