#include "install/guard.hpp"

#include <gtest/gtest.h>

namespace freshet::install {
namespace {

TEST(GuardName, NamesTheReaders) {
    EXPECT_EQ(guard_name({"revenue", "reports.hours"}, 3), "read by revenue, reports.hours (3)");
}

TEST(GuardName, IsCutBetweenCharactersToTheLengthOfAName) {
    const auto name = guard_name({std::string(53, 'a') + "\u00e4\u00e4", "b"}, 12);
    EXPECT_LE(name.size(), 63U);
    EXPECT_TRUE(name.ends_with("a... (12)")) << name;
    const auto wide = guard_name({std::string(46, 'a') + "\u00e4\u00e4\u00e4\u00e4\u00e4"}, 1);
    EXPECT_EQ(wide, "read by " + std::string(46, 'a') + "\u00e4... (1)");
    const auto split = guard_name({std::string(47, 'a') + "\u00e4\u00e4\u00e4\u00e4\u00e4"}, 1);
    EXPECT_EQ(split, "read by " + std::string(47, 'a') + "... (1)");
    EXPECT_EQ(guard_name({std::string(51, 'a')}, 1), "read by " + std::string(51, 'a') + " (1)");
}

}  // namespace
}  // namespace freshet::install
