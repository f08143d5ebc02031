// Groups with more values than a row of the state holds: through all of their life they are what the query gives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "support/engine.hpp"

namespace freshet::testing {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> exact{};

// The groups of kind "big" and NULL have hundreds of values, the others a few.
constexpr const char* schema = R"(
    CREATE TABLE item(id int PRIMARY KEY, tenant int NOT NULL, kind text, amount numeric(10,2), word text, day date,
                      list int[]);
    CREATE FUNCTION add_items(first int, last int, spread int) RETURNS void LANGUAGE sql AS $$
        INSERT INTO item SELECT g, 1 + g % 2, CASE g % 4 WHEN 0 THEN 'big' WHEN 2 THEN 'k' || g % 40 END,
            (g % spread) * 1.25, nullif('w' || g % spread, 'w3'), date '2025-01-01' + g % (spread / 2), ARRAY[g % 3]
        FROM generate_series(first, last) g $$;
    SELECT add_items(1, 40, 20);
)";

constexpr const char* query =
    "SELECT tenant, kind, count(*) AS n, count(DISTINCT amount) AS amounts, sum(DISTINCT amount) AS different, "
    "min(amount) AS least, max(word) AS last_word, count(DISTINCT word) AS words, min(day) AS first_day, "
    "max(day) AS last_day, sum(amount) AS total FROM item GROUP BY tenant, kind";

class LargeGroups : public ::testing::Test {
  protected:
    LargeGroups() : client(database.conninfo()), engine(database.conninfo()) {
        client.exec("SET TimeZone = 'UTC'");
        client.exec(schema);
        auto& view = engine.add_view("report", query);
        view.strategy = settings::StrategyChoice::delta;
        view.tenant = "tenant";
        engine.install();
    }

    std::string scalar(const std::string& sql) { return client.scalar(sql); }
    std::string spilled() { return scalar("SELECT count(spill) FROM freshet.state_1_0"); }
    std::string kept() { return scalar("SELECT count(*) FROM freshet.values_1_0_0"); }

    // Folds, and holds the view and what is behind it against the tables.
    void fold(const std::string& change) {
        client.exec(change);
        ASSERT_EQ(engine.refresh("report").strategy, "delta") << change;
        ASSERT_EQ(differences(client, "report", query), exact) << change;
        const auto proof = engine.verify("report");
        ASSERT_EQ(proof.differences, 0) << change << "\n" << proof.examples.front().row;
    }

    refresh::Outcome recompute(std::optional<std::string> tenant = std::nullopt) {
        refresh::Request request;
        request.work = refresh::Work::recompute;
        request.trigger = refresh::Trigger::manual;
        request.tenant = std::move(tenant);
        return engine.refresh("report", request);
    }

    Database database;
    Client client;
    Engine engine;
};

TEST_F(LargeGroups, AreExactThroughTheirLife) {
    EXPECT_EQ(spilled(), "0");
    fold("SELECT add_items(101, 4000, 600)");
    EXPECT_EQ(spilled(), "2");
    EXPECT_NE(kept(), "0");
    fold("SELECT add_items(4001, 4100, 777)");
    fold("UPDATE item SET amount = amount + 0.01, word = word || '!' WHERE id % 7 = 0");
    fold("DELETE FROM item WHERE amount = (SELECT min(amount) FROM item)");
    fold("DELETE FROM item WHERE word = (SELECT max(word) FROM item) OR day = (SELECT max(day) FROM item)");
    fold("DELETE FROM item WHERE id % 11 <> 0");
    fold("UPDATE item SET kind = 'big' WHERE kind IS NULL");
    fold("UPDATE item SET word = NULL, amount = NULL");
    fold("UPDATE item SET amount = id, word = id");
    fold("DELETE FROM item");
    EXPECT_EQ(spilled(), "0");
    EXPECT_EQ(kept(), "0");
    fold("SELECT add_items(1, 2000, 900)");
    EXPECT_NE(spilled(), "0");
}

TEST_F(LargeGroups, AreBuiltAndLeftAsTheyAreByRecomputing) {
    client.exec("SELECT add_items(101, 4000, 600)");
    recompute();
    EXPECT_EQ(differences(client, "report", query), exact);
    EXPECT_EQ(engine.verify("report").differences, 0);
    const auto before = kept();
    EXPECT_NE(before, "0");
    client.exec("UPDATE freshet.state_1_0 SET refreshed_at = 'epoch'");
    EXPECT_EQ(recompute().rows_affected(), 0);
    // One that has got small stays where it is.
    fold("DELETE FROM item WHERE kind = 'big' AND id > 200");
    EXPECT_EQ(recompute().rows_affected(), 0);
    EXPECT_NE(spilled(), "0");
    EXPECT_EQ(engine.verify("report").differences, 0);
    fold("SELECT add_items(5001, 5100, 50)");
}

TEST_F(LargeGroups, AreRecomputedForATenantAlone) {
    fold("SELECT add_items(101, 4000, 600)");
    client.exec("UPDATE freshet.values_1_0_0 SET n = n + 1; DELETE FROM item WHERE tenant = 1 AND kind = 'big'");
    recompute("1");
    EXPECT_EQ(scalar("SELECT count(*) FROM freshet.state_1_0 s JOIN freshet.values_1_0_0 v USING (spill) "
                     "WHERE s.k0 = 1 AND v.n <> (SELECT count(*) FROM item i WHERE i.tenant = 1 AND i.amount = v.v "
                     "AND i.kind IS NOT DISTINCT FROM s.k1)"),
              "0");
    EXPECT_EQ(scalar("SELECT count(*) FROM freshet.values_1_0_0 v LEFT JOIN freshet.state_1_0 s USING (spill) "
                     "WHERE s.spill IS NULL"),
              "0");
    refresh::VerifyRequest request;
    request.tenant = "1";
    EXPECT_EQ(engine.verify("report", request).differences, 0);
    request.tenant = "2";
    EXPECT_GT(engine.verify("report", request).differences, 0);
    recompute("2");
    EXPECT_EQ(engine.verify("report").differences, 0);
}

TEST_F(LargeGroups, AreProvenAndRepairedInTheirTable) {
    fold("SELECT add_items(101, 4000, 600)");
    for (const auto* damage :
         {"UPDATE freshet.values_1_0_0 SET n = n + 1 WHERE ctid = (SELECT min(ctid) FROM freshet.values_1_0_0)",
          "DELETE FROM freshet.values_1_0_0 WHERE ctid = (SELECT min(ctid) FROM freshet.values_1_0_0)",
          "INSERT INTO freshet.values_1_0_0 SELECT spill, -1, 1 FROM freshet.state_1_0 WHERE spill IS NOT NULL",
          "INSERT INTO freshet.values_1_0_0 VALUES (1000000, -1, 1)"}) {
        client.exec(damage);
        ASSERT_EQ(differences(client, "report", query), exact);
        const auto proof = engine.verify("report");
        ASSERT_GT(proof.differences, 0) << damage;
        EXPECT_THAT(proof.examples.at(0).row, HasSubstr("freshet.values_1_0_0"));
        refresh::VerifyRequest repair;
        repair.repair = true;
        EXPECT_TRUE(engine.verify("report", repair).repair) << damage;
        EXPECT_EQ(engine.verify("report").differences, 0) << damage;
    }
    client.exec("UPDATE freshet.state_1_0 SET d0 = d0 + 1, lo0 = -7 WHERE spill IS NOT NULL");
    recompute();
    fold("DELETE FROM item WHERE id % 5 = 0");
}

TEST_F(LargeGroups, TakeBackWhatIsNotANumber) {
    fold("SELECT add_items(101, 4000, 600)");
    fold("UPDATE item SET amount = 'NaN' WHERE id IN (4, 8, 10, 104)");
    fold("UPDATE item SET amount = amount + 1 WHERE id % 3 = 0");
    fold("UPDATE item SET amount = 1 WHERE amount = 'NaN'");
    EXPECT_EQ(scalar("SELECT count(*) FROM report WHERE different = 'NaN'"), "0");
}

TEST_F(LargeGroups, GoWithTheRetention) {
    constexpr const char* dated = "SELECT day, count(DISTINCT word) AS words, max(amount) AS most FROM item GROUP BY day";
    auto& view = engine.add_view("dated", dated);
    view.strategy = settings::StrategyChoice::delta;
    view.retention = settings::Retention{"day", "100 years"};
    engine.install();
    refresh::Request request;
    request.keep = "100 years";
    client.exec("SELECT add_items(101, 1000, 400); UPDATE item SET day = '2001-01-01' WHERE kind IS NULL");
    engine.refresh("dated", request);
    EXPECT_EQ(differences(client, "dated", dated), exact);
    EXPECT_NE(scalar("SELECT count(*) FROM freshet.values_2_0_0"), "0");
    request.keep = "20 years";
    engine.refresh("dated", request);
    EXPECT_EQ(differences(client, "dated", std::string("SELECT * FROM (") + dated + ") AS q WHERE day > '2006-01-01'"),
              exact);
    EXPECT_EQ(scalar("SELECT count(*) FROM freshet.values_2_0_0"), "0");
}

// A view over it sees what is moved into the table as one change.
TEST_F(LargeGroups, AreReadByAnotherView) {
    constexpr const char* upper =
        "SELECT tenant, sum(amounts) AS amounts, max(last_word) AS last_word, count(DISTINCT first_day) AS days FROM "
        "report GROUP BY tenant";
    engine.add_view("upper", upper).strategy = settings::StrategyChoice::delta;
    engine.install();
    for (const auto* change : {"SELECT add_items(101, 4000, 600)", "DELETE FROM item WHERE id % 3 = 0",
                               "UPDATE item SET word = 'x' || id", "DELETE FROM item WHERE id > 50"}) {
        client.exec(change);
        const auto done = engine.refresh_chain("report");
        ASSERT_TRUE(done.failures.empty()) << change;
        EXPECT_EQ(done.outcomes.back()->strategy, "delta");
        EXPECT_EQ(differences(client, "report", query), exact) << change;
        EXPECT_EQ(differences(client, "upper", upper), exact) << change;
    }
}

// How often a value occurs is an integer in the row and a bigint in the table.
TEST(ValuesThatOccurOften, AreMovedIntoTheTable) {
    Database database;
    Client client(database.conninfo());
    client.exec(
        "CREATE TABLE item(id serial PRIMARY KEY, kind int, word text);"
        "INSERT INTO item(kind, word) VALUES (1, 'a'), (1, 'b'), (2, 'a')");
    constexpr const char* words =
        "SELECT kind, count(DISTINCT word) AS words, max(word) AS last FROM item GROUP BY kind";
    Engine engine(database.conninfo());
    engine.add_view("v", words).strategy = settings::StrategyChoice::delta;
    engine.install();
    const auto fold = [&](const std::string& change) {
        client.exec(change);
        EXPECT_EQ(engine.refresh("v").strategy, "delta");
        EXPECT_EQ(differences(client, "v", words), exact) << change;
        return client.scalar("SELECT concat_ws(' ', m0, spill) FROM freshet.state_1_0 WHERE k0 = 1") + ": " +
               client.scalar(
                   "SELECT coalesce(string_agg(v || '=' || n, ' ' ORDER BY v), '') FROM freshet.values_1_0_0");
    };
    client.exec("UPDATE freshet.state_1_0 SET m0 = '{999999998,1}' WHERE k0 = 1");
    EXPECT_EQ(fold("INSERT INTO item(kind, word) VALUES (1, 'a'), (1, 'a')"), "{1000000000,1}: ");
    EXPECT_EQ(fold("INSERT INTO item(kind, word) VALUES (1, 'a'), (1, 'c')"), "1: a=1000000001 b=1 c=1");
    client.exec("UPDATE freshet.values_1_0_0 SET n = 3000000000 WHERE v = 'a'");
    EXPECT_EQ(fold("INSERT INTO item(kind, word) VALUES (1, 'a'); DELETE FROM item WHERE word IN ('b', 'c')"),
              "1: a=3000000001");
    refresh::Request request;
    request.work = refresh::Work::recompute;
    engine.refresh("v", request);
    EXPECT_EQ(fold("DELETE FROM item WHERE kind = 2"), "1: a=5");
    EXPECT_EQ(engine.verify("v").differences, 0);
}

// An array cannot hold arrays of different lengths.
TEST(ValuesThatAreArrays, AreReadFromTheSources) {
    Database database;
    Client client(database.conninfo());
    client.exec("CREATE TABLE item(id int PRIMARY KEY, kind text, list int[]);"
                "INSERT INTO item SELECT g, 'k' || g % 3, CASE WHEN g % 4 > 0 THEN (ARRAY[g % 5, g])[:g % 3] END "
                "FROM generate_series(1, 40) g");
    constexpr const char* lists =
        "SELECT kind, count(DISTINCT list) AS lists, min(list) AS first, max(list) AS last FROM item GROUP BY kind";
    Engine engine(database.conninfo());
    engine.add_view("v", lists).strategy = settings::StrategyChoice::delta;
    engine.install();
    for (const auto* change : {"UPDATE item SET list = '{{1,2},{3,4}}' WHERE id % 7 = 0",
                               "UPDATE item SET list = '{}' WHERE id % 5 = 0", "DELETE FROM item WHERE list = '{}'",
                               "UPDATE item SET list = NULL WHERE kind = 'k1'"}) {
        client.exec(change);
        EXPECT_EQ(engine.refresh("v").strategy, "delta");
        EXPECT_EQ(differences(client, "v", lists), exact) << change;
        EXPECT_EQ(engine.verify("v").differences, 0) << change;
    }
}

}  // namespace
}  // namespace freshet::testing
