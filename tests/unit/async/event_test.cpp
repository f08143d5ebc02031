#include "freshet/async/event.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "freshet/async/cancelled.hpp"
#include "freshet/async/task_group.hpp"
#include "support/run.hpp"

namespace freshet::async {
namespace {

using boost::asio::awaitable;
using boost::asio::io_context;
using std::chrono::hours;
using std::chrono::milliseconds;

TEST(Event, RemembersARingFromBeforeTheWait) {
    io_context context;
    Event event(context.get_executor());
    event.notify();
    event.notify();
    EXPECT_TRUE(testing::run(context, [&] { return event.wait_for(hours(1)); }));
    EXPECT_FALSE(testing::run(context, [&] { return event.wait_for(milliseconds(1)); })) << "two rings are one";
}

TEST(Event, WakesTheWaiter) {
    io_context context;
    Event event(context.get_executor());
    boost::asio::post(context, [&] { boost::asio::post(context, [&] { event.notify(); }); });
    EXPECT_TRUE(testing::run(context, [&] { return event.wait_for(hours(1)); }));
}

TEST(Event, TimeIsOver) {
    io_context context;
    Event event(context.get_executor());
    EXPECT_FALSE(testing::run(context, [&] { return event.wait_for(milliseconds(5)); }));
}

TEST(Event, ASecondWaiterIsAMistake) {
    io_context context;
    Event event(context.get_executor());
    boost::asio::co_spawn(context, event.wait_for(hours(1)), boost::asio::detached);
    EXPECT_THROW(testing::run(context, [&] { return event.wait_for(hours(1)); }), std::logic_error);
}

TEST(Event, CancellationIsNoTimeout) {
    io_context context;
    Event event(context.get_executor());
    bool returned = false;
    TaskGroup group(context.get_executor(), [](auto, auto) { ADD_FAILURE(); });
    const auto body = [&]() -> awaitable<void> {
        co_await event.wait_for(hours(1));
        returned = true;
    };
    group.spawn(body(), "waiter");
    boost::asio::post(context, [&] { group.cancel_all(); });
    testing::run(context, [&] { return group.join(); });
    EXPECT_FALSE(returned);
}

}  // namespace
}  // namespace freshet::async
