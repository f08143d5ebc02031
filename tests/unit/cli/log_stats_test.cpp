#include "freshet/cli/log_stats.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace freshet::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

class Stats : public ::testing::Test {
  protected:
    void SetUp() override {
        setenv("TZ", "UTC", 1);
        tzset();
    }
};

RefreshStats numbers(std::string view) {
    RefreshStats stats;
    stats.view = std::move(view);
    stats.total = 12000;
    stats.succeeded = 11999;
    stats.failed = 1;
    stats.average_seconds = 0.085;
    stats.p95_seconds = 0.3;
    stats.longest_seconds = 12;
    stats.changes_applied = 3400;
    stats.last_failure = 1715000000;
    stats.chosen_reconciles = 2;
    stats.predicted_seconds = 4;
    stats.actual_seconds = 5;
    return stats;
}

TEST_F(Stats, AreATable) {
    EXPECT_EQ(stats_text({7, {numbers("mv_a")}, numbers(""), {}}, Colour::none),
              "refreshes of the last 7 days\n"
              "view  refreshes  succeeded  failed  success  average    p95  longest  changes  recomputed  real/predicted  "
              "last failure (UTC)\n"
              "mv_a     12,000     11,999       1   99.99%     85ms  300ms      12s    3,400           2            1.25  "
              "2024-05-06 12:53:20\n");
}

TEST_F(Stats, SumUpSeveralViews) {
    EXPECT_THAT(stats_text({7, {numbers("mv_a"), numbers("mv_b")}, numbers(""), {}}, Colour::none),
                HasSubstr("\nall      12,000"));
}

TEST_F(Stats, NeverRoundAFailureAway) {
    auto stats = numbers("mv_a");
    stats.total = 1'000'000;
    stats.succeeded = 999'999;
    EXPECT_THAT(stats_text({7, {stats}, stats, {}}, Colour::none), HasSubstr("  99.99%  "));
    stats.succeeded = 1'000'000;
    EXPECT_THAT(stats_text({7, {stats}, stats, {}}, Colour::none), HasSubstr("  100%  "));
}

TEST_F(Stats, ShowRecentFailuresInFullAndWhatToDo) {
    LogEntry failure;
    failure.view = "mv_a";
    failure.started_at = 1715000000;
    failure.error = "permission denied for table t\nsecond line";
    failure.events = "{}";
    const StatsReport report{7, {numbers("mv_a")}, numbers(""), {failure}};
    EXPECT_THAT(
        stats_text(report, Colour::none),
        EndsWith("\n\n2024-05-06 12:53:20 UTC  mv_a: permission denied for table t\nsecond line\nnext: grant the "
                 "daemon's role what the message names; the refresh is then repeated by itself\n"));
    EXPECT_EQ(stats_json(report)["recent_failures"][0]["view_name"], "mv_a");
}

TEST_F(Stats, SaySoIfThereIsNothing) {
    EXPECT_EQ(stats_text({7, {}, {}, {}}, Colour::none), "no refresh ended in the last 7 days\n");
    EXPECT_EQ(stats_text({1, {}, {}, {}}, Colour::none), "no refresh ended in the last day\n");
    const auto document = stats_json({7, {}, {}, {}});
    EXPECT_EQ(document["all"]["total"], 0);
    EXPECT_TRUE(document["all"]["success_rate"].is_null());
}

TEST_F(Stats, JsonHasNumbersNotTexts) {
    const auto document = stats_json({7, {numbers("mv_a")}, numbers(""), {}});
    EXPECT_EQ(document["days"], 7);
    EXPECT_EQ(document["views"][0]["view_name"], "mv_a");
    EXPECT_EQ(document["views"][0]["p95_seconds"], 0.3);
    EXPECT_EQ(document["all"]["failed"], 1);
    EXPECT_EQ(document["all"]["last_failure_at"], "2024-05-06T12:53:20.000Z");
}

TEST_F(Stats, ColourOnlyWhereItIsWanted) {
    auto stats = numbers("mv_a");
    stats.succeeded = 9000;
    EXPECT_THAT(stats_text({7, {stats}, stats, {}}, Colour::ansi), HasSubstr("\033[31m75.00%"));
    EXPECT_THAT(stats_text({7, {stats}, stats, {}}, Colour::none), Not(HasSubstr("\033")));
}

}  // namespace
}  // namespace freshet::cli
