#include "freshet/cli/table.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace freshet::cli {
namespace {

Table sample() {
    Table table({{"view"}, {"pending", Align::right}, {"state"}});
    table.add({"mv_revenue", "1,204", "ready"});
    table.add({"mv_x", "0", Cell("broken", Style::bad)});
    return table;
}

TEST(Table, AlignsItsColumns) {
    EXPECT_EQ(sample().text(Colour::none),
              "view        pending  state\n"
              "mv_revenue    1,204  ready\n"
              "mv_x              0  broken\n");
}

TEST(Table, ColoursDoNotCountAsWidth) {
    const std::string text = sample().text(Colour::ansi);
    EXPECT_NE(text.find("mv_x              0  \033[31mbroken\033[0m\n"), std::string::npos);
    EXPECT_EQ(text.rfind("\033[1mview\033[0m        \033[1mpending\033[0m", 0), 0U);
}

TEST(Table, CountsCharactersAndNotBytes) {
    Table table({{"name"}, {"x"}});
    table.add({"größe", "1"});
    table.add({"abcde", "2"});
    EXPECT_EQ(table.text(Colour::none), "name   x\ngröße  1\nabcde  2\n");
}

TEST(Table, LeavesNoBlanksAtTheEnd) {
    Table table({{"a"}, {"b"}});
    table.add({"1", ""});
    EXPECT_EQ(table.text(Colour::none), "a  b\n1\n");
}

TEST(Table, RefusesARowOfAnotherLength) {
    Table table({{"a"}, {"b"}});
    EXPECT_THROW(table.add({"1"}), std::logic_error);
}

}  // namespace
}  // namespace freshet::cli
