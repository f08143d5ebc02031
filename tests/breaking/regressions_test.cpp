// What the machine found, each as a case of its own; and that the machine itself does what it promises.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hand.hpp"
#include "mutations.hpp"
#include "place.hpp"
#include "player.hpp"
#include "shrink.hpp"
#include "support/engine.hpp"
#include "wire.hpp"

namespace freshet::breaking {
namespace {

Place& place() {
    static Place one;
    return one;
}

class Regressions : public ::testing::Test {
  protected:
    void SetUp() override { place().clear(); }

    void install(const std::string& schema, const std::string& query) {
        client_.exec(schema);
        query_ = query;
        settings::Settings settings;
        auto& view = settings.views.emplace_back();
        view.name = "report";
        view.query = query;
        view.strategy = settings::StrategyChoice::delta;
        hand_.install(settings);
    }

    // Folds; as soon as the engine has its snapshot, `behind_its_back` runs.
    void fold(const std::function<void()>& behind_its_back = {}) {
        int statements = -1;
        WireListener listener;
        listener.rewrite = [](const std::string& sql) { return sql; };
        listener.before = [&](pg_conn*, const std::string& sql) {
            statements = sql.starts_with("BEGIN ISOLATION LEVEL REPEATABLE READ") ? 0
                         : statements < 0                                         ? -1
                                                                                  : statements + 1;
            if (statements == 4 && behind_its_back) {
                behind_its_back();
            }
        };
        const WireTap tap(listener);
        for (const auto& one : hand_.refresh("report", {})) {
            if (one.error) {
                std::rethrow_exception(one.error);
            }
        }
    }

    std::vector<std::string> wrong() { return testing::differences(client_, "report", query_); }

    testing::Client client_ = place().session();
    Hand hand_{place().conninfo()};
    std::string query_;
};

const std::vector<std::string> exact{};

// A table that is written anew, or truncated, is empty to snapshots from before.
TEST_F(Regressions, ASourceIsNotRewrittenBehindAFoldsBack) {
    install("CREATE TABLE t(id int PRIMARY KEY, x int); INSERT INTO t VALUES (1, 0)",
            "SELECT a.x, count(*) AS n FROM t a JOIN t b ON a.x = b.x GROUP BY a.x");
    client_.exec("INSERT INTO t VALUES (2, 0), (3, 0)");
    auto other = place().session();
    for (const auto* statement : {"ALTER TABLE t ADD COLUMN y float DEFAULT random()", "TRUNCATE t"}) {
        fold([&] { EXPECT_THROW(other.exec(statement), testing::ClientError) << "not held up: " << statement; });
        EXPECT_EQ(wrong(), exact);
        client_.exec("INSERT INTO t SELECT max(id) + 1, 0 FROM t");
    }
    other.exec("ALTER TABLE t ADD COLUMN y float DEFAULT random()");
    fold();
    EXPECT_EQ(wrong(), exact);
}

// Arrays, in which values of such types are compared, take NULL for equal to NULL.
TEST_F(Regressions, RowsOfANullGroupOfAnEnumAreRecomputedOnce) {
    install(
        "CREATE TABLE t(kind public.mood, amount public.amount, x int); INSERT INTO t VALUES (NULL, NULL, 1), ('ok', "
        "2, "
        "3)",
        "SELECT kind, amount, array_agg(x ORDER BY x) AS all_x FROM t GROUP BY kind, amount");
    client_.exec("INSERT INTO t VALUES (NULL, NULL, 5), (NULL, 2, 6), ('ok', NULL, 7), ('ok', 2, 8)");
    fold();
    EXPECT_EQ(wrong(), exact);
}

// Which of 1.5 and 1.50 is summed is open, so a proof must not take one for wrong.
TEST_F(Regressions, AProofFindsEqualDistinctSumsEqual) {
    install("CREATE TABLE t(id int, x numeric); INSERT INTO t VALUES (1, 1.5), (1, 1.50)",
            "SELECT id, sum(DISTINCT x) AS s FROM t GROUP BY id");
    client_.exec("UPDATE freshet.state_1_0 SET r0 = r0::numeric(10,5)");
    EXPECT_EQ(hand_.verify("report", {}).differences, 0);
}

TEST(TheMachine, PlaysASeedTheSameWayAgain) {
    Player player(place());
    EXPECT_FALSE(player.play(generate(3)));
    const auto first = player.script();
    EXPECT_FALSE(player.play(generate(3)));
    EXPECT_EQ(player.script(), first);
}

TEST(TheMachine, MakesAFailingCaseSmallAndPrintsItAsAScript) {
    const auto& mutation = mutations().front();
    int places = 0;
    Player player(place(), [&](const std::string& sql) { return plant(mutation, sql, places); });
    std::uint64_t seed = 1;
    while (!player.play(generate(seed, mutation.flavour))) {
        ++seed;
    }
    const auto fails = [&](const Case& one) {
        const auto failure = player.play(one);
        return failure && failure->kind == Failure::Kind::differs;
    };
    const auto small = shrink(generate(seed, mutation.flavour), fails, 150);
    EXPECT_LE(small.steps.size(), 12U);
    const auto failure = player.play(small);
    ASSERT_TRUE(failure);
    EXPECT_FALSE(failure->differences.empty());
    EXPECT_THAT(player.script(), ::testing::HasSubstr("CREATE TABLE"));
    EXPECT_THAT(player.script(), ::testing::HasSubstr("-- freshetd folds"));
}

}  // namespace
}  // namespace freshet::breaking
