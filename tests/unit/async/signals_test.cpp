#include "freshet/async/signals.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "support/run.hpp"

namespace freshet::async {
namespace {

TEST(Signals, GivesTheNextOfItsSetAndKeepsEarlyOnes) {
    boost::asio::io_context context;
    Signals signals(context.get_executor(), {SIGUSR1, SIGUSR2});
    std::raise(SIGUSR2);
    EXPECT_EQ(testing::run(context, [&] { return signals.next(); }), SIGUSR2);
    std::raise(SIGUSR1);
    EXPECT_EQ(testing::run(context, [&] { return signals.next(); }), SIGUSR1);
}

}  // namespace
}  // namespace freshet::async
