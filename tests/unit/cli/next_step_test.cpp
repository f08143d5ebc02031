#include "freshet/cli/next_step.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

ViewStatus fresh() {
    ViewStatus view;
    view.view = "mv_a";
    view.state = "ready";
    view.staleness_seconds = 1;
    view.objective = 60s;
    return view;
}

TEST(NextStep, IsNothingWhenAllIsWell) {
    EXPECT_EQ(next_step(fresh()), std::nullopt);
}

TEST(NextStep, FollowsTheState) {
    auto view = fresh();
    view.state = "not installed";
    EXPECT_EQ(next_step(view), "freshetd install");
    view.state = "building";
    EXPECT_THAT(*next_step(view), HasSubstr("run it again"));
    view.state = "broken";
    EXPECT_THAT(*next_step(view), HasSubstr("freshetd log mv_a"));
}

TEST(NextStep, FollowsTheServersWords) {
    EXPECT_THAT(next_step_after("changes of t are not captured: trigger_disabled", "mv_a"),
                HasSubstr("freshetd install"));
    EXPECT_THAT(next_step_after("canceling statement due to lock timeout", "mv_a"), HasSubstr("pg_blocking_pids"));
    EXPECT_THAT(next_step_after("canceling statement due to statement timeout", "mv_a"),
                HasSubstr("statement_timeout"));
    EXPECT_THAT(next_step_after("permission denied for table t", "mv_a"), StartsWith("grant"));
    EXPECT_THAT(next_step_after("column \"x\" does not exist", "mv_a"), HasSubstr("freshetd check"));
    EXPECT_THAT(next_step_after("could not extend file \"base/1\": No space left on device", "mv_a"),
                HasSubstr("free space"));
    EXPECT_THAT(next_step_after("Division durch Null", "mv_a"), HasSubstr("freshetd log mv_a --failed"));
}

}  // namespace
}  // namespace freshet::cli
