#include "freshet/demo/samples.hpp"

#include <gtest/gtest.h>

namespace freshet::demo {
namespace {

Samples of(std::initializer_list<double> values) {
    Samples samples;
    for (const double value : values) samples.add(value);
    return samples;
}

TEST(Samples, WithoutValuesEverythingIsZero) {
    EXPECT_TRUE(Samples().empty());
    EXPECT_EQ(Samples().median(), 0);
    EXPECT_EQ(Samples().max(), 0);
}

TEST(Samples, MedianAndMaximumDoNotDependOnTheOrder) {
    const Samples samples = of({9, 1, 5});
    EXPECT_EQ(samples.median(), 5);
    EXPECT_EQ(samples.max(), 9);
    EXPECT_EQ(samples.count(), 3U);
}

TEST(Samples, PercentileIsTheNearestRank) {
    const Samples samples = of({1, 2, 3, 4});
    EXPECT_EQ(samples.median(), 2);
    EXPECT_EQ(samples.percentile(0.51), 3);
    EXPECT_EQ(samples.percentile(0), 1);
    EXPECT_EQ(samples.percentile(1), 4);
}

}  // namespace
}  // namespace freshet::demo
