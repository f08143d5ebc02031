#include "freshet/async/task_group.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "freshet/async/sleep.hpp"
#include "support/run.hpp"

namespace freshet::async {
namespace {

using boost::asio::awaitable;
using boost::asio::io_context;
using std::chrono::hours;

awaitable<void> sleep_long() {
    co_await sleep_for(hours(1));
}

awaitable<void> fail(std::string why) {
    co_await boost::asio::this_coro::executor;
    throw std::runtime_error(why);
}

awaitable<void> count(int* counter) {
    co_await sleep_for(std::chrono::milliseconds(1));
    ++*counter;
}

struct TaskGroupTest : ::testing::Test {
    void record(std::string_view name, const std::exception_ptr& error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& failure) {
            failures.push_back(std::string(name) + ": " + failure.what());
        }
    }

    io_context context;
    std::vector<std::string> failures;
    TaskGroup group{context.get_executor(),
                    [this](std::string_view name, const std::exception_ptr& error) { record(name, error); }};
};

TEST_F(TaskGroupTest, JoinWaitsForEveryTask) {
    int counter = 0;
    for (int i = 0; i < 5; ++i) group.spawn(count(&counter), "counter");
    EXPECT_EQ(group.size(), 5U);
    testing::run(context, [&] { return group.join(); });
    EXPECT_EQ(counter, 5);
    EXPECT_EQ(group.size(), 0U);
}

TEST_F(TaskGroupTest, JoinOfAnEmptyGroupReturns) {
    testing::run(context, [&] { return group.join(); });
}

TEST_F(TaskGroupTest, CancelEndsSleepersWithoutReportingThem) {
    group.spawn(sleep_long(), "a");
    group.spawn(sleep_long(), "b");
    EXPECT_THAT(group.running(), ::testing::ElementsAre("a", "b"));
    boost::asio::post(context, [&] { group.cancel_all(); });
    testing::run(context, [&] { return group.join(); });
    EXPECT_THAT(failures, ::testing::IsEmpty());
}

TEST_F(TaskGroupTest, CancelBeforeTheTaskHasBegunCounts) {
    group.spawn(sleep_long(), "a");
    group.cancel_all();
    testing::run(context, [&] { return group.join(); });
    EXPECT_EQ(group.size(), 0U);
}

TEST_F(TaskGroupTest, AFailureIsReportedAndLeavesTheOthersAlone) {
    int counter = 0;
    group.spawn(fail("no luck"), "unlucky");
    group.spawn(count(&counter), "counter");
    testing::run(context, [&] { return group.join(); });
    EXPECT_THAT(failures, ::testing::ElementsAre("unlucky: no luck"));
    EXPECT_EQ(counter, 1);
}

TEST_F(TaskGroupTest, AFailureWhileCancellingIsStillReported) {
    const auto stubborn = []() -> awaitable<void> {
        try {
            co_await sleep_for(hours(1));
        } catch (const std::exception&) {
        }
        throw std::runtime_error("could not clean up");
    };
    group.spawn(stubborn(), "stubborn");
    boost::asio::post(context, [&] { group.cancel_all(); });
    testing::run(context, [&] { return group.join(); });
    EXPECT_THAT(failures, ::testing::ElementsAre("stubborn: could not clean up"));
}

TEST_F(TaskGroupTest, NothingStartsAfterCancel) {
    int counter = 0;
    group.cancel_all();
    group.spawn(count(&counter), "late");
    testing::run(context, [&] { return group.join(); });
    EXPECT_EQ(counter, 0);
}

TEST(TaskGroup, ADestroyedGroupCancelsWhatStillRuns) {
    io_context context;
    bool unwound = false;
    struct OnExit {
        bool* flag;
        ~OnExit() { *flag = true; }
    };
    const auto body = [](bool* flag) -> awaitable<void> {
        const OnExit mark{flag};
        co_await sleep_for(hours(1));
    };
    {
        TaskGroup group(context.get_executor(), [](auto, auto) { ADD_FAILURE(); });
        group.spawn(body(&unwound), "sleeper");
        context.poll();
    }
    context.restart();
    context.run_for(std::chrono::seconds(10));
    EXPECT_TRUE(unwound);
}

TEST(TaskGroup, AContextDestroyedWithTasksInItFreesThem) {
    auto context = std::make_unique<io_context>();
    auto group = std::make_unique<TaskGroup>(context->get_executor(), [](auto, auto) {});
    group->spawn(sleep_long(), "sleeper");
    context->poll();
    group.reset();
    context.reset();
}

}  // namespace
}  // namespace freshet::async
