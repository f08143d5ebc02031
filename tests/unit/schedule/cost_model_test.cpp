#include "freshet/schedule/cost_model.hpp"

#include <gmock/gmock.h>

namespace freshet::schedule {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

CostModel over(std::int64_t rows) {
    CostModel model;
    model.set_source_rows(rows);
    return model;
}

refresh::Outcome done(const CostModel& model, std::int64_t changes, std::chrono::milliseconds took) {
    refresh::Outcome outcome;
    outcome.changes = changes;
    outcome.weighed = model.weigh(changes);
    outcome.strategy = outcome.weighed->recompute ? "reconcile" : "delta";
    outcome.merge = took;
    return outcome;
}

TEST(CostCurve, FindsBothPartsFromBatchesOfAllSizes) {
    CostCurve curve(0.005, 10e-6);
    for (int i = 0; i < 200; ++i) {
        for (const double size : {1.0, 50.0, 3000.0, 200'000.0}) {
            curve.learn(size, 0.002 + 40e-6 * size);
        }
    }
    EXPECT_NEAR(curve.predict(0), 0.002, 0.0005);
    EXPECT_NEAR(curve.predict(100'000), 4, 0.4);
}

TEST(CostCurve, TakesTheFirstMeasurementAtItsWord) {
    CostCurve curve(0.005, 10e-6);
    curve.learn(100'000, 4);
    EXPECT_NEAR(curve.predict(100'000), 4, 0.2);
}

TEST(CostCurve, IsNotThrownOffByOneWildMeasurement) {
    CostCurve curve(0.005, 10e-6);
    for (int i = 0; i < 50; ++i) {
        curve.learn(1000, 0.02);
    }
    curve.learn(1000, 600);  // it waited for a lock
    EXPECT_LT(curve.predict(1000), 0.05);
    curve.learn(1000, 0);  // a clock that stood still
    EXPECT_GT(curve.predict(1000), 0.01);
}

TEST(CostModel, WeighsNothingBeforeTheSourcesAreKnown) {
    EXPECT_FALSE(CostModel().knows_sources());
    EXPECT_FALSE(CostModel().weigh(100'000'000).recompute);
}

TEST(CostModel, RecomputesABacklogAboutHalfAsLargeAsTheSources) {
    const auto model = over(2'000'000);
    EXPECT_FALSE(model.weigh(26).recompute);
    EXPECT_FALSE(model.weigh(500'000).recompute);
    EXPECT_TRUE(model.weigh(1'100'000).recompute);
}

TEST(CostModel, FoldsWhatIsQuickEitherWay) {
    EXPECT_FALSE(over(100).weigh(1000).recompute);
    EXPECT_TRUE(over(100).weigh(100'000).recompute);
}

TEST(CostModel, LearnsThatFoldingIsDear) {
    auto model = over(1'000'000);
    for (int i = 0; i < 30; ++i) {
        model.learn_fold(10, 0.3);  // each change touches thousands of joined rows
        model.learn_fold(100, 3);
    }
    EXPECT_FALSE(model.weigh(100).recompute);  // 3 s, of 4 s
    EXPECT_TRUE(model.weigh(10'000).recompute);
}

TEST(CostModel, LearnsThatRecomputingIsDear) {
    auto model = over(1'000'000);
    ASSERT_TRUE(model.weigh(600'000).recompute);
    for (int i = 0; i < 10; ++i) {
        model.learn_reconcile(1'000'000, 60);
    }
    EXPECT_FALSE(model.weigh(600'000).recompute);
    EXPECT_NEAR(model.weigh(1).reconcile_seconds, 60, 3);
}

TEST(CostModel, FollowsTheGrowthOfItsSources) {
    auto model = over(1'000'000);
    model.learn_reconcile(1'000'000, 10);
    model.set_source_rows(2'000'000);
    EXPECT_NEAR(model.weigh(1).reconcile_seconds, 20, 1);
}

TEST(CostModel, StaysWithWhatItDoesWhenBothCostAboutTheSame) {
    auto model = over(1'000'000);
    const std::int64_t even = 400'500;  // both predicted at 4.01 s
    ASSERT_NEAR(model.weigh(even).fold_seconds, model.weigh(even).reconcile_seconds, 0.01);
    EXPECT_FALSE(model.weigh(even * 11 / 10).recompute);
    model.learn(done(model, 600'000, 4010ms));
    EXPECT_TRUE(model.weigh(even * 11 / 10).recompute);
    EXPECT_TRUE(model.weigh(even * 95 / 100).recompute);
    EXPECT_FALSE(model.weigh(even * 7 / 10).recompute);
    model.learn(done(model, 1000, 15ms));
    EXPECT_FALSE(model.weigh(even * 11 / 10).recompute);
}

// A rebuild of a million rows for 26 changes, again and again, because a fold was slow once.
TEST(CostModel, TriesAgainWhatItThinksDear) {
    auto model = over(1'000'000);
    for (int i = 0; i < 20; ++i) {
        model.learn_fold(26, 100);  // it waited, say
    }
    ASSERT_TRUE(model.weigh(26).recompute);
    int rebuilds = 0;
    while (model.weigh(26).recompute && rebuilds < 1000) {
        model.learn(done(model, 26, 4010ms));
        ++rebuilds;
    }
    EXPECT_LT(rebuilds, 30);
    model.learn(done(model, 26, 5ms));
    model.learn(done(model, 26, 5ms));
    EXPECT_LT(model.weigh(26).fold_seconds, 2);
}

TEST(CostModel, LearnsNothingFromAFoldOfNothing) {
    auto model = over(1'000'000);
    const auto before = model.weigh(100).fold_seconds;
    auto outcome = done(model, 0, 900ms);
    model.learn(outcome);
    EXPECT_EQ(model.weigh(100).fold_seconds, before);
}

TEST(CostModel, SaysWhyInOneSentence) {
    const auto model = over(1'000'000);
    EXPECT_EQ(model.weigh(26).why, "predicted: folding 26 changes 0.00526 s, recomputing from 1000000 rows 4.01 s");
    EXPECT_THAT(model.weigh(900'000).why, StartsWith("predicted: recomputing from 1000000 rows 4.01 s, folding "));
}

}  // namespace
}  // namespace freshet::schedule
