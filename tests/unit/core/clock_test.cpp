#include "freshet/core/clock.hpp"

#include <gtest/gtest.h>

namespace freshet::core {
namespace {

TEST(ManualClock, MovesOnlyWhenTold) {
    ManualClock clock;
    const auto start = clock.now();
    EXPECT_EQ(clock.now(), start);
    clock.advance(std::chrono::milliseconds(250));
    EXPECT_EQ(clock.now() - start, std::chrono::milliseconds(250));
}

TEST(SystemClock, NeverGoesBack) {
    const SystemClock clock;
    const Clock& any = clock;
    const auto earlier = any.now();
    EXPECT_LE(earlier, any.now());
}

}  // namespace
}  // namespace freshet::core
