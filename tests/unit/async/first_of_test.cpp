#include "freshet/async/first_of.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "freshet/async/event.hpp"
#include "freshet/async/sleep.hpp"
#include "support/run.hpp"

namespace freshet::async {
namespace {

using boost::asio::awaitable;
using std::chrono::hours;

awaitable<void> at_once() {
    co_return;
}

awaitable<void> never() {
    co_await sleep_for(hours(10));
}

awaitable<void> fail() {
    throw std::runtime_error("lost");
    co_return;
}

awaitable<void> wait_and_note(Event& event, bool& ended) {
    struct Note {
        bool& flag;
        ~Note() { flag = true; }
    } note{ended};
    co_await event.wait();
}

TEST(FirstOf, TellsWhichEndedAndCancelsTheOther) {
    EXPECT_EQ(testing::run([] { return first_of(at_once(), never()); }), 0U);
    EXPECT_EQ(testing::run([] { return first_of(never(), at_once()); }), 1U);
}

TEST(FirstOf, AFailureEndsTheWait) {
    EXPECT_THROW(testing::run([] { return first_of(fail(), never()); }), std::runtime_error);
    EXPECT_THROW(testing::run([] { return first_of(never(), fail()); }), std::runtime_error);
}

TEST(FirstOf, WaitsForTheEndOfTheCancelled) {
    boost::asio::io_context context;
    Event event(context.get_executor());
    bool ended = false;
    testing::run(context, [&] { return first_of(at_once(), wait_and_note(event, ended)); });
    EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace freshet::async
