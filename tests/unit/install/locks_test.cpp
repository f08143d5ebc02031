// The order and the kinds of locks; that they are those of the server is shown in integration.install_locks.
#include "freshet/install/locks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::install {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> lines(const Plan& plan) {
    std::vector<std::string> all;
    for (const auto& lock : locks_of(plan)) all.push_back(lock.step + ": " + lock.mode + " on " + lock.relation);
    return all;
}

Plan plan_of(Action source, Action view, catalog::Strategy strategy) {
    Plan plan;
    plan.sources = {{source, {"public", "t"}, 1, {}}};
    auto& one = plan.views.emplace_back();
    one.action = view;
    one.name = {"public", "v"};
    one.strategy = strategy;
    one.sources = {{"public", "t"}};
    return plan;
}

TEST(Locks, OfAFirstInstallAreInTheOrderOfItsSteps) {
    EXPECT_THAT(lines(plan_of(Action::create, Action::create, catalog::Strategy::delta)),
                ElementsAre("capture changes: SHARE ROW EXCLUSIVE on public.t",
                            "build public.v: ACCESS SHARE on public.t", "guard columns: ACCESS SHARE on public.t"));
}

TEST(Locks, OfAViewThatIsReplacedConcernItsReaders) {
    auto plan = plan_of(Action::keep, Action::rebuild, catalog::Strategy::delta);
    plan.views.front().present.emplace();
    EXPECT_THAT(lines(plan), ElementsAre("build public.v: ACCESS SHARE on public.t",
                                         "take its place: ACCESS EXCLUSIVE on public.v"));
    plan.views.front().adopt = true;
    EXPECT_THAT(lines(plan).back(), HasSubstr("public.v and the views on it"));
}

TEST(Locks, OfAMaterializedViewThatIsRefreshed) {
    EXPECT_THAT(lines(plan_of(Action::create, Action::create, catalog::Strategy::concurrent)),
                ElementsAre("capture changes: SHARE ROW EXCLUSIVE on public.t", "refresh: EXCLUSIVE on public.v"));
}

TEST(Locks, OfWhatIsRemovedAndOfWhatStays) {
    EXPECT_THAT(
        lines(plan_of(Action::drop, Action::drop, catalog::Strategy::delta)),
        ElementsAre("drop the view: ACCESS EXCLUSIVE on public.v", "remove capture: ACCESS EXCLUSIVE on public.t"));
    EXPECT_THAT(lines(plan_of(Action::keep, Action::keep, catalog::Strategy::delta)), IsEmpty());
}

TEST(Locks, AreTriedForWithinLimits) {
    EXPECT_THAT(
        lock_policy(2s, 5min),
        HasSubstr("ends after 2s (daemon.lock_timeout): nobody queues behind it for longer; 200ms later comes the "
                  "next, for 5m in all"));
}

}  // namespace
}  // namespace freshet::install
