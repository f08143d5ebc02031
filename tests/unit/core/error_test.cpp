#include "freshet/core/error.hpp"

#include <gtest/gtest.h>

namespace freshet::core {
namespace {

TEST(PositionOf, CountsLinesAndColumnsFromOne) {
    EXPECT_EQ(position_of("ab\ncd", 0), (Position{1, 1}));
    EXPECT_EQ(position_of("ab\ncd", 2), (Position{1, 3}));
    EXPECT_EQ(position_of("ab\ncd", 3), (Position{2, 1}));
    EXPECT_EQ(position_of("ab\ncd", 4), (Position{2, 2}));
    EXPECT_EQ(position_of("\n\n", 2), (Position{3, 1}));
}

TEST(PositionOf, CountsCharactersNotBytes) {
    EXPECT_EQ(position_of("x\näöü!", 8), (Position{2, 4}));
}

TEST(PositionOf, AnOffsetBehindTheEndIsTheEnd) {
    EXPECT_EQ(position_of("ab", 99), (Position{1, 3}));
}

TEST(Fault, NamesFileLineColumnMessageAndHint) {
    EXPECT_EQ((Fault{"a.json", 3, 7, "unknown key \"x\"", "remove it"}.text()),
              "a.json:3:7: unknown key \"x\"\nhint: remove it");
}

TEST(Fault, LeavesOutWhatIsUnknown) {
    EXPECT_EQ((Fault{"a.json", 0, 0, "cannot be read", ""}.text()), "a.json: cannot be read");
    EXPECT_EQ((Fault{"", 0, 0, "no configuration", ""}.text()), "no configuration");
}

TEST(Faults, TellsAllOfThem) {
    const Faults faults({{"a", 1, 1, "one", ""}, {"a", 2, 1, "two", "fix"}});
    EXPECT_STREQ(faults.what(), "a:1:1: one\na:2:1: two\nhint: fix");
    EXPECT_EQ(faults.faults().size(), 2U);
}

}  // namespace
}  // namespace freshet::core
