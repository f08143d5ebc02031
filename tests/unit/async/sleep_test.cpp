#include "freshet/async/sleep.hpp"

#include <gtest/gtest.h>

#include "support/run.hpp"

namespace freshet::async {
namespace {

TEST(Sleep, TakesAtLeastItsTime) {
    const auto begin = std::chrono::steady_clock::now();
    testing::run([] { return sleep_for(std::chrono::milliseconds(20)); });
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(20));
}

}  // namespace
}  // namespace freshet::async
