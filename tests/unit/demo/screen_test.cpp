#include "freshet/demo/screen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace freshet::demo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

ViewLine view(const std::string& name) {
    ViewLine line;
    line.reading = {name, "delta", "ready", 0.34, 1200, 0, ""};
    return line;
}

Frame frame() {
    Frame result;
    result.elapsed = std::chrono::seconds(12);
    result.written.by_action[0] = {3, 6};
    result.written.by_action[1] = {5, 20};
    result.so_far.by_action[0] = {1300, 2600};
    result.views = {view("mv_a"), view("mv_b")};
    result.views[0].cost = Cost{{180, 3600}, {4.5, 3600}};
    return result;
}

TEST(Describe, NamesTheMostFrequentKindFirst) {
    EXPECT_EQ(describe(frame().written), "5 approvals, 3 new entries");
    EXPECT_EQ(describe(frame().written, 1), "5 approvals, ...");
    EXPECT_EQ(describe(Ledger{}), "nothing");
}

TEST(RenderBlock, HasAHeadAndALineForEachView) {
    EXPECT_THAT(render_block(frame()),
                ElementsAre("  12 s  8 transactions in the last second, 1,300 so far (2,600 rows)",
                            "        5 approvals, 3 new entries",
                            "report                                stale    pending     groups       live       read  "
                            "live/read",
                            "mv_a                                  0.3 s      1,200      3,600     180 ms     4.5 ms   "
                            "     40x",
                            "mv_b                                  0.3 s      1,200"));
}

TEST(RenderBlock, SaysWhenAViewIsNotWell) {
    Frame sick = frame();
    sick.views[1].reading.state = "broken";
    sick.views[1].reading.staleness_seconds.reset();
    sick.views[1].reading.consecutive_failures = 2;
    sick.views[1].reading.last_error = "division by zero";
    const std::string line = render_block(sick).back();
    EXPECT_THAT(line, HasSubstr("unknown"));
    EXPECT_THAT(line, HasSubstr("broken"));
    EXPECT_THAT(line, HasSubstr("failing: division by zero"));
    EXPECT_THAT(render_line(sick), HasSubstr("failing: division by zero"));
}

TEST(RenderLine, HasEverythingInOneLine) {
    EXPECT_EQ(render_line(frame()),
              "12 s: wrote 5 approvals, 3 new entries; mv_a stale 0.3 s, pending 1200, live 180 ms, read 4.5 ms; "
              "mv_b stale 0.3 s, pending 1200");
}

TEST(Screen, ABlockReplacesTheOneBefore) {
    std::ostringstream out;
    Screen screen(out, ScreenMode::block);
    screen.show(frame());
    EXPECT_THAT(out.str(), Not(HasSubstr("\x1b")));
    screen.show(frame());
    EXPECT_THAT(out.str(), HasSubstr("\x1b[5A\x1b[J"));
}

TEST(Screen, WhatWasSaidStays) {
    std::ostringstream out;
    Screen screen(out, ScreenMode::block);
    screen.show(frame());
    screen.say("closed");
    screen.show(frame());
    EXPECT_THAT(out.str(), Not(HasSubstr("\x1b")));
}

TEST(Screen, WithoutATerminalEachSecondIsALine) {
    std::ostringstream out;
    Screen screen(out, ScreenMode::lines);
    screen.say("begin");
    screen.show(frame());
    EXPECT_EQ(out.str(), "begin\n" + render_line(frame()) + "\n");
}

TEST(Screen, SilentMeansNothingAtAll) {
    std::ostringstream out;
    Screen screen(out, ScreenMode::silent);
    screen.say("begin");
    screen.show(frame());
    EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace freshet::demo
