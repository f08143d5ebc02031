#include "freshet/core/backoff.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace freshet::core {
namespace {

using std::chrono::milliseconds;
constexpr double almost_one = 1.0 - 1e-12;

std::vector<long> waits(Backoff& backoff, int count) {
    std::vector<long> result;
    for (int i = 0; i < count; ++i) result.push_back((backoff.next() + milliseconds(1)).count());
    return result;
}

TEST(Backoff, CeilingDoublesUpToTheCap) {
    Backoff backoff({milliseconds(100), milliseconds(1000)}, [] { return almost_one; });
    EXPECT_EQ(waits(backoff, 6), (std::vector<long>{100, 200, 400, 800, 1000, 1000}));
}

TEST(Backoff, JitterIsFull) {
    Backoff lowest({milliseconds(100), milliseconds(1000)}, [] { return 0.0; });
    lowest.next();
    EXPECT_EQ(lowest.next(), milliseconds(0));
    Backoff middle({milliseconds(100), milliseconds(1000)}, [] { return 0.5; });
    EXPECT_EQ(middle.next(), milliseconds(50));
    EXPECT_EQ(middle.next(), milliseconds(100));
}

TEST(Backoff, ResetStartsOver) {
    Backoff backoff({milliseconds(100), milliseconds(1000)}, [] { return 0.5; });
    backoff.next();
    backoff.next();
    backoff.reset();
    EXPECT_EQ(backoff.next(), milliseconds(50));
}

TEST(Backoff, AFirstAboveTheCapIsCapped) {
    Backoff backoff({milliseconds(5000), milliseconds(1000)}, [] { return 0.5; });
    EXPECT_EQ(backoff.next(), milliseconds(500));
    backoff.reset();
    EXPECT_EQ(backoff.next(), milliseconds(500));
}

TEST(Backoff, AHugeCapDoesNotOverflow) {
    Backoff backoff({milliseconds(1), milliseconds::max()}, [] { return 0.5; });
    for (int i = 0; i < 200; ++i) EXPECT_GE(backoff.next(), milliseconds(0));
}

TEST(Backoff, RandomNumbersStayInRangeAndDiffer) {
    Uniform uniform = random_uniform();
    const double first = uniform();
    bool differs = false;
    for (int i = 0; i < 100; ++i) {
        const double value = uniform();
        EXPECT_GE(value, 0.0);
        EXPECT_LT(value, 1.0);
        differs = differs || value != first;
    }
    EXPECT_TRUE(differs);
}

}  // namespace
}  // namespace freshet::core
