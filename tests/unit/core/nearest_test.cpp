#include "freshet/core/nearest.hpp"

#include <gtest/gtest.h>

namespace freshet::core {
namespace {

const std::vector<std::string> names{"debounce", "max_delay", "tenant", "retention", "at"};

TEST(Nearest, ForgivesTypingMistakes) {
    EXPECT_EQ(nearest("debuonce", names), "debounce");
    EXPECT_EQ(nearest("dbounce", names), "debounce");
    EXPECT_EQ(nearest("Tenant", names), "tenant");
    EXPECT_EQ(nearest("max-delay", names), "max_delay");
    EXPECT_EQ(nearest("a", names), "at");
}

TEST(Nearest, SaysNothingRatherThanNonsense) {
    EXPECT_EQ(nearest("workers", names), std::nullopt);
    EXPECT_EQ(nearest("", names), std::nullopt);
    EXPECT_EQ(nearest(std::string(100'000, 'x'), names), std::nullopt);
    EXPECT_EQ(nearest("tenant", {}), std::nullopt);
}

TEST(Nearest, TheFirstOfEqualsWins) {
    EXPECT_EQ(nearest("ab", {"abc", "abd"}), "abc");
}

}  // namespace
}  // namespace freshet::core
