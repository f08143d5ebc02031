#include "freshet/cli/run_coroutine.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>

#include "freshet/async/sleep.hpp"

namespace freshet::cli {
namespace {

asio::awaitable<ExitCode> answer(ExitCode code) {
    co_return code;
}

asio::awaitable<ExitCode> fail() {
    throw core::Error("no");
    co_return ExitCode::done;
}

asio::awaitable<ExitCode> interrupt_myself(int signal) {
    std::raise(signal);
    co_await async::sleep_for(std::chrono::hours(1));
    co_return ExitCode::done;
}

TEST(RunCoroutine, ReturnsWhatItReturned) {
    EXPECT_EQ(run_coroutine(answer(ExitCode::done)), ExitCode::done);
    EXPECT_EQ(run_coroutine(answer(ExitCode::answer_is_no)), ExitCode::answer_is_no);
}

TEST(RunCoroutine, ThrowsWhatItThrew) {
    EXPECT_THROW(run_coroutine(fail()), core::Error);
}

TEST(RunCoroutine, ASignalCancelsIt) {
    EXPECT_THROW(run_coroutine(interrupt_myself(SIGINT)), Interrupted);
    EXPECT_THROW(run_coroutine(interrupt_myself(SIGTERM)), Interrupted);
}

}  // namespace
}  // namespace freshet::cli
