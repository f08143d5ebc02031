#include "freshet/core/duration.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace freshet::core {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

std::string reason_against(std::string_view text) {
    try {
        parse_duration(text);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "accepted";
}

TEST(ParseDuration, KnowsFourUnits) {
    EXPECT_EQ(parse_duration("200ms"), 200ms);
    EXPECT_EQ(parse_duration("2s"), 2s);
    EXPECT_EQ(parse_duration("5m"), 5min);
    EXPECT_EQ(parse_duration("36h"), 36h);
    EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(ParseDuration, RefusesEverythingElse) {
    for (const char* text : {"", "s", "5", "5 m", "-5s", "-0s", "+5s", "1.5s", "5min", "5S", "1m30s", "5s ", " 5s"}) {
        EXPECT_EQ(reason_against(text), "\"" + std::string(text) + "\" is not a duration");
    }
}

TEST(ParseDuration, RefusesWhatDoesNotFit) {
    EXPECT_EQ(reason_against("9223372036854775807h"), "\"9223372036854775807h\" is too long a duration");
    EXPECT_EQ(reason_against("99999999999999999999ms"), "\"99999999999999999999ms\" is too long a duration");
    EXPECT_EQ(parse_duration("9223372036854775807ms"), milliseconds::max());
}

TEST(DurationLiteral, IsReadBackAsTheSameValue) {
    for (const char* text : {"0s", "1ms", "1500ms", "2s", "90s", "2m", "90m", "36h"}) {
        EXPECT_EQ(duration_literal(parse_duration(text)), text);
    }
    EXPECT_EQ(duration_literal(3600s), "1h");
}

TEST(HumanDuration, HasTwoUnitsAtMost) {
    EXPECT_EQ(human_duration(0ms), "0ms");
    EXPECT_EQ(human_duration(999ms), "999ms");
    EXPECT_EQ(human_duration(1000ms), "1s");
    EXPECT_EQ(human_duration(1599ms), "1.5s");
    EXPECT_EQ(human_duration(59'999ms), "59.9s");
    EXPECT_EQ(human_duration(200s), "3m 20s");
    EXPECT_EQ(human_duration(5min), "5m");
    EXPECT_EQ(human_duration(90min + 59s), "1h 30m");
    EXPECT_EQ(human_duration(36h), "36h");
    EXPECT_EQ(human_duration(98h + 59min), "4d 2h");
    EXPECT_EQ(human_duration(-1500ms), "-1.5s");
}

}  // namespace
}  // namespace freshet::core
