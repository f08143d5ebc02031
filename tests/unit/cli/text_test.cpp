// Numbers, moments, colour, progress, JSON: the small things that answers are made of.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <sstream>

#include "freshet/cli/format.hpp"
#include "freshet/cli/json.hpp"
#include "freshet/cli/output.hpp"
#include "freshet/cli/progress.hpp"

namespace freshet::cli {
namespace {

TEST(Format, GroupsDigits) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1000), "1,000");
    EXPECT_EQ(grouped(-1234567), "-1,234,567");
    EXPECT_EQ(grouped(-123), "-123");
}

TEST(Format, KnowsThePlural) {
    EXPECT_EQ(counted(1, "row", "rows"), "1 row");
    EXPECT_EQ(counted(2000, "row", "rows"), "2,000 rows");
}

TEST(Format, MomentsAreLocal) {
    setenv("TZ", "UTC-2", 1);  // two hours east
    tzset();
    EXPECT_EQ(local_moment(1715000000.9), "2024-05-06 14:53:20");
    EXPECT_EQ(local_moment(std::nullopt), "-");
}

TEST(Format, SecondsBecomeADuration) {
    EXPECT_EQ(seconds_text(0.0854), "85ms");
    EXPECT_EQ(seconds_text(std::nullopt), "-");
}

TEST(Format, ShortensToOneLine) {
    EXPECT_EQ(first_line("one"), "one");
    EXPECT_EQ(first_line("one\ntwo"), "one ...");
}

TEST(Json, MomentsAreUtc) {
    EXPECT_EQ(moment_json(1715000000.5), "2024-05-06T12:53:20.500Z");
    EXPECT_TRUE(moment_json(std::nullopt).is_null());
}

TEST(Json, SurvivesBytesThatAreNoText) {
    EXPECT_NE(json_text({{"error", "\xff"}}).find("error"), std::string::npos);
}

TEST(Paint, OnlyColoursWhereColourIsWanted) {
    EXPECT_EQ(paint("x", Style::bad, Colour::none), "x");
    EXPECT_EQ(paint("x", Style::bad, Colour::ansi), "\033[31mx\033[0m");
    EXPECT_EQ(paint("x", Style::plain, Colour::ansi), "x");
}

TEST(ProgressBar, ShowsTheShare) {
    EXPECT_EQ(progress_bar("fill a", 0, 10), "[....................]   0%  fill a");
    EXPECT_EQ(progress_bar("fill a", 5, 10), "[##########..........]  50%  fill a");
    EXPECT_EQ(progress_bar("done", 10, 10), "[####################] 100%  done");
    EXPECT_EQ(progress_bar("odd", 11, 10), "[####################] 100%  odd");
    EXPECT_EQ(progress_bar("empty", 0, 0), "[####################] 100%  empty");
}

TEST(Progress, RedrawsABarAndErasesIt) {
    std::ostringstream out;
    {
        Progress progress(out, ProgressStyle::bar);
        progress.show("a", 1, 2);
    }
    EXPECT_EQ(out.str(), "\r\033[K[##########..........]  50%  a\r\033[K");
}

TEST(Progress, WritesALineForEachNewStep) {
    std::ostringstream out;
    {
        Progress progress(out, ProgressStyle::lines);
        progress.show("a", 0, 2);
        progress.show("a", 1, 2);
        progress.show("b", 2, 2);
    }
    EXPECT_EQ(out.str(), "a\nb\n");
}

TEST(Output, SaysNothingToProgramsThatIsNotTheAnswer) {
    std::ostringstream out;
    std::ostringstream err;
    const Output output(Format::json, {}, out, err);
    output.say("for people");
    output.answer("{}");
    output.remark("by the way\n");
    EXPECT_EQ(out.str(), "{}");
    EXPECT_EQ(err.str(), "by the way\n");
}

}  // namespace
}  // namespace freshet::cli
