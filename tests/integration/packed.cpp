// A statement that changes many rows logs them as one row of arrays, and nobody who reads the log can tell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "freshet/capture/upkeep.hpp"
#include "freshet/sql/texts.hpp"
#include "support/ledger.hpp"
#include "support/run.hpp"

namespace freshet::testing {
namespace {

using ::testing::IsEmpty;

namespace asio = boost::asio;

// How many log tables were emptied.
asio::awaitable<int> trimmed(std::string conninfo) {
    pg::ConnectOptions options;
    options.conninfo = conninfo;
    const auto executor = co_await asio::this_coro::executor;
    const auto connection = co_await pg::Connection::open(executor, options);
    const auto upkeep = co_await capture::keep_log_small(*connection, 1, std::chrono::seconds(5));
    co_return upkeep.trimmed;
}

class Packed : public ::testing::Test {
  protected:
    Packed() {
        ledger.engine.settings.events = {{"expensive", "entry", "amount > 100"}};
        ledger.engine.install();
        ledger.client.exec("DELETE FROM entry");
        ledger.fold();
        id = ledger.client.scalar("SELECT id FROM freshet.source WHERE table_name = 'entry'");
        forget();
    }

    // The rows of the log tables themselves.
    std::string rows_of_tables() {
        return ledger.client.scalar("SELECT (SELECT count(*) FROM freshet.log_" + id +
                                    "_0) + (SELECT count(*) FROM freshet.log_" + id + "_1)");
    }
    void forget() { ledger.client.exec("TRUNCATE freshet.log_" + id + "_0, freshet.log_" + id + "_1"); }

    struct Logged {
        std::string rows;
        std::string of_tables;
        bool operator==(const Logged&) const = default;
        friend std::ostream& operator<<(std::ostream& out, const Logged& one) {
            return out << one.rows << " rows in " << one.of_tables;
        }
    };
    Logged after(const std::string& write) {
        ledger.client.exec(write);
        Logged logged{ledger.logged("entry"), rows_of_tables()};
        outcome = ledger.fold();
        EXPECT_EQ(ledger.wrong(), exact) << write;
        forget();
        return logged;
    }
    static std::string insert(int from, int to, const std::string& kind = "'k' || g % 3",
                              const std::string& amount = "g") {
        return "INSERT INTO entry SELECT g, 1 + g % 12, " + kind + ", date '2026-01-01' + g % 90, " + amount +
               " FROM generate_series(" + std::to_string(from) + ", " + std::to_string(to) + ") g";
    }

    Ledger ledger;
    std::string id;
    refresh::Outcome outcome;
};

TEST_F(Packed, FromSixteenRowsOn) {
    EXPECT_EQ(after(insert(1, 15)), (Logged{"15", "15"}));
    EXPECT_EQ(after(insert(16, 31)), (Logged{"16", "1"}));
    EXPECT_EQ(after("UPDATE entry SET amount = amount + 0.5 WHERE id <= 15"), (Logged{"30", "30"}));
    EXPECT_EQ(after("UPDATE entry SET amount = amount + 0.5 WHERE id <= 16"), (Logged{"32", "2"}));
    EXPECT_EQ(after("DELETE FROM entry WHERE id <= 15"), (Logged{"15", "15"}));
    EXPECT_EQ(after("DELETE FROM entry"), (Logged{"16", "1"}));
}

TEST_F(Packed, OnlyRowsThatChangedAndMatter) {
    after(insert(1, 40));
    EXPECT_EQ(after("UPDATE entry SET remark = 'x'"), (Logged{"0", "0"}));
    EXPECT_EQ(after("UPDATE entry SET amount = CASE WHEN id = 7 THEN 1.5 ELSE amount END"), (Logged{"2", "2"}));
}

// To find out which would cost more than to log them.
TEST_F(Packed, AllRowsWhereMostChanged) {
    after(insert(1, 300));
    EXPECT_EQ(after("UPDATE entry SET kind = CASE WHEN id % 5 > 0 THEN 'new' ELSE kind END"), (Logged{"600", "2"}));
    EXPECT_EQ(after("UPDATE entry SET kind = CASE WHEN id % 5 = 0 THEN 'new' ELSE kind END"), (Logged{"120", "2"}));
    after("UPDATE entry SET amount = CASE id WHEN 100 THEN 101 ELSE amount + 0.5 END");
    EXPECT_EQ(outcome.events, (std::map<std::string, std::int64_t>{{"expensive", 1}})) << "none may be overlooked";
}

TEST_F(Packed, EventsAreFoundAmongManyThatChanged) {
    after(insert(1, 300, "'k'", "g"));
    EXPECT_EQ(after("UPDATE entry SET amount = 301 - amount, kind = 'x'"), (Logged{"600", "2"}));
    EXPECT_EQ(outcome.events, (std::map<std::string, std::int64_t>{{"expensive", 100}}))
        << "as many rows are expensive as before, and each third of them became so";
}

TEST_F(Packed, NotWithALongValueAmongThem) {
    const std::string long_kind = "CASE g WHEN 20 THEN repeat('x', 201) ELSE 'k' END";
    EXPECT_EQ(after(insert(1, 20, long_kind)), (Logged{"20", "20"}));
    EXPECT_EQ(after("UPDATE entry SET kind = 'short'"), (Logged{"40", "40"})) << "the old one is long";
    EXPECT_EQ(after("UPDATE entry SET kind = repeat('y', 200)"), (Logged{"40", "2"}));
    EXPECT_EQ(after("UPDATE entry SET kind = NULL"), (Logged{"40", "2"}));
}

TEST_F(Packed, NotWhereThereAreTooMany) {
    EXPECT_EQ(after(insert(1, 50'000)), (Logged{"50000", "1"}));
    EXPECT_EQ(after(insert(50'001, 100'001)), (Logged{"50001", "50001"}));
    EXPECT_EQ(after("UPDATE entry SET amount = 1 WHERE id <= 50000"), (Logged{"99998", "2"}));
    EXPECT_EQ(after("UPDATE entry SET amount = 2 WHERE id <= 50001"), (Logged{"100002", "100002"}));
}

TEST_F(Packed, EventsAreTheirRows) {
    using Counts = std::map<std::string, std::int64_t>;
    after(insert(1, 40, "'k'", "CASE WHEN g <= 10 THEN 200 ELSE 1 END"));
    EXPECT_EQ(outcome.events, (Counts{{"expensive", 10}}));
    after("UPDATE entry SET amount = CASE WHEN id <= 30 THEN 150 ELSE 2 END");
    EXPECT_EQ(outcome.events, (Counts{{"expensive", 20}}));
    after("DELETE FROM entry");
    EXPECT_EQ(outcome.events, Counts{});
}

TEST_F(Packed, BothPairsOfLogTables) {
    ledger.client.exec(insert(1, 20) + "; SELECT setval('freshet.doorbell', 1); DELETE FROM entry WHERE id <= 17");
    EXPECT_EQ(ledger.logged("entry"), "37");
    EXPECT_EQ(rows_of_tables(), "2");
    ledger.fold();
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST_F(Packed, WhatIsRolledBackIsNot) {
    EXPECT_EQ(after("BEGIN; " + insert(1, 20) + "; SAVEPOINT s; " + insert(21, 60) +
                    "; ROLLBACK TO s; UPDATE entry SET amount = -1; COMMIT"),
              (Logged{"60", "3"}));
}

TEST_F(Packed, StatisticsAgreeWithTheLog) {
    Client watcher(ledger.database.conninfo());
    const auto excess = [&] {
        watcher.exec("SELECT pg_stat_clear_snapshot()");
        for (const auto& row : watcher.query(std::string(sql::text("triggers/queries/schedule/row_counts.sql")))) {
            if (*row[0] == id) return *row[2];
        }
        throw std::runtime_error("no row counts");
    };
    const auto before = excess();
    ledger.client.exec(insert(1, 100));
    EXPECT_EQ(excess(), before);
    ledger.client.exec("UPDATE entry SET amount = amount + 1; DELETE FROM entry WHERE id > 50");
    EXPECT_EQ(excess(), before);
    ledger.fold();
    // Rotated and trimmed, twice: the rows are gone, and are counted all the same.
    const auto trim = [&] { return run([&] { return trimmed(ledger.database.conninfo()); }); };
    EXPECT_GT(trim() + trim(), 0);
    EXPECT_EQ(rows_of_tables(), "0");
    EXPECT_EQ(excess(), before);
}

TEST_F(Packed, EveryTypeComesBackAsItWas) {
    ledger.client.exec(R"(
        CREATE TYPE mood AS ENUM ('sad', 'glad');
        CREATE DOMAIN small AS numeric(6,3) CHECK (value > -1000);
        CREATE TABLE kinds (id int PRIMARY KEY, b boolean, s smallint, i bigint, r real, d double precision, n numeric,
            m numeric(8,2), sm small, t text COLLATE "C", v varchar(5), c char(4), day date, at timestamptz, ts timestamp(3),
            ti time, iv interval, u uuid, e mood);)");
    ledger.engine
        .add_view("of_kinds",
                  "SELECT b, s, i, r, d, n, m, sm, t, v, c, day, at, ts, ti, iv, u, e, count(*) AS n_rows "
                  "FROM kinds GROUP BY b, s, i, r, d, n, m, sm, t, v, c, day, at, ts, ti, iv, u, e")
        .strategy = settings::StrategyChoice::delta;
    ledger.engine.install();
    ledger.client.exec(R"(
        INSERT INTO kinds SELECT g, g % 2 = 0, g, g, g / 3.0, 'NaN', CASE g % 3 WHEN 0 THEN 'Infinity' WHEN 1 THEN 1.500 END,
            g + 0.1, g, CASE WHEN g > 3 THEN 'é' || g END, 'v' || g, 'c', date '2026-01-01' + g, '-infinity',
            timestamp '2026-01-01 10:00:00.1234', '10:00:00.5', '1 mon 2 days', gen_random_uuid(), 'glad'
        FROM generate_series(1, 20) g)");
    const auto log = ledger.client.scalar("SELECT id FROM freshet.source WHERE table_name = 'kinds'");
    EXPECT_EQ(ledger.client.scalar("SELECT freshet_rows FROM freshet.log_" + log + "_0"), "20");
    const std::string columns = "ROW(b, s, i, r, d, n, m, sm, t, v, c, day, at, ts, ti, iv, u, e)::text";
    EXPECT_EQ(ledger.client.scalar("SELECT count(*) FROM (SELECT " + columns + " FROM kinds EXCEPT ALL SELECT " +
                                   columns + " FROM freshet.log_" + log + ") AS q"),
              "0");
    ledger.client.exec("UPDATE kinds SET iv = iv * 2; DELETE FROM kinds WHERE s > 2");
    ledger.engine.refresh("of_kinds");
    EXPECT_THAT(differences(ledger.client, "of_kinds",
                            "SELECT b, s, i, r, d, n, m, sm, t, v, c, day, at, ts, ti, iv, u, e, "
                            "count(*) AS n_rows FROM kinds GROUP BY b, s, i, r, d, n, m, sm, t, "
                            "v, c, day, at, ts, ti, iv, u, e"),
                IsEmpty());
}

// As an older freshetd made it, with changes that are not folded yet.
TEST_F(Packed, ALogWithoutArraysIsExtended) {
    ledger.client.exec(insert(1, 5));
    const auto view = ledger.client.scalar("SELECT pg_get_viewdef('freshet.log_" + id + "'::regclass)");
    ledger.client.exec(
        "CREATE OR REPLACE VIEW freshet.log_" + id +
        " AS SELECT freshet_xid, freshet_at, freshet_sign, freshet_events, account_id, amount, day, kind FROM "
        "freshet.log_" +
        id + "_0");
    for (const auto* slot : {"_0", "_1"}) {
        ledger.client.exec(
            "ALTER TABLE freshet.log_" + id + slot +
            " ALTER freshet_sign SET NOT NULL, DROP freshet_rows, DROP "
            "\"freshet_events[]\", DROP \"account_id[]\", DROP \"amount[]\", DROP \"day[]\", DROP \"kind[]\"");
    }
    ledger.client.exec("UPDATE freshet.source SET fingerprint = 'older'");
    ledger.engine.install();
    EXPECT_EQ(ledger.client.scalar("SELECT pg_get_viewdef('freshet.log_" + id + "'::regclass)"), view);
    EXPECT_EQ(after(insert(6, 40)), (Logged{"40", "6"}));
}

}  // namespace
}  // namespace freshet::testing
