#include "freshet/async/offload.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "support/run.hpp"

namespace freshet::async {
namespace {

using boost::asio::awaitable;
using boost::asio::io_context;

TEST(Offload, RunsElsewhereAndComesBack) {
    io_context context;
    Offload offload;
    std::thread::id worker;
    std::thread::id after;
    const int value = testing::run(context, [&]() -> awaitable<int> {
        const int answer = co_await offload.run<int>([&] {
            worker = std::this_thread::get_id();
            return 42;
        });
        after = std::this_thread::get_id();
        co_return answer;
    });
    EXPECT_EQ(value, 42);
    EXPECT_NE(worker, std::this_thread::get_id());
    EXPECT_EQ(after, std::this_thread::get_id());
}

TEST(Offload, ThrowsWhatTheCallThrew) {
    io_context context;
    Offload offload;
    EXPECT_THROW(
        testing::run(context, [&] { return offload.run<int>([]() -> int { throw std::out_of_range("far"); }); }),
        std::out_of_range);
}

TEST(Offload, TheIoThreadGoesOnMeanwhile) {
    io_context context;
    Offload offload;
    std::promise<void> release;
    const auto blocked = [&]() -> awaitable<void> { co_await offload.run([&] { release.get_future().wait(); }); };
    const auto releasing = [&]() -> awaitable<void> {
        release.set_value();
        co_return;
    };
    boost::asio::co_spawn(context, blocked(), boost::asio::detached);
    boost::asio::co_spawn(context, releasing(), boost::asio::detached);
    context.run();  // ends only when both have, and would deadlock if the call ran on this thread
}

TEST(Offload, BelongsToTheContext) {
    io_context one;
    io_context two;
    EXPECT_EQ(&offload_of(one.get_executor()), &offload_of(one.get_executor()));
    EXPECT_NE(&offload_of(one.get_executor()), &offload_of(two.get_executor()));
}

TEST(Offload, AContextDestroyedDuringACallWaitsForIt) {
    auto finished = std::make_shared<bool>(false);
    std::promise<void> begun;
    {
        io_context context;
        const auto body = [&]() -> awaitable<void> {
            co_await offload_of(context.get_executor()).run([&] {
                begun.set_value();
                *finished = true;
            });
        };
        boost::asio::co_spawn(context, body(), boost::asio::detached);
        context.poll();
        begun.get_future().wait();
    }
    EXPECT_TRUE(*finished);
}

TEST(Offload, AStoppedOneForgetsWhatIsPosted) {
    Offload offload;
    offload.stop();
    offload.post([] { ADD_FAILURE(); });
    EXPECT_THROW(testing::run([&] { return offload.run([] {}); }), std::logic_error);
}

}  // namespace
}  // namespace freshet::async
