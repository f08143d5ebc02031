#include "freshet/observe/log.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "freshet/core/error.hpp"

namespace freshet::observe {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

// 2024-02-29T23:59:59.007Z
constexpr std::chrono::system_clock::time_point moment{std::chrono::milliseconds{1709251199007}};

std::string text(std::string_view message, std::vector<Field> fields) {
    const auto line = render({moment, Level::info, message, std::move(fields)}, LogFormat::text);
    return line.substr(line.find(' ') + 1);  // the time of day is local
}

nlohmann::json json(std::string_view message, std::vector<Field> fields) {
    return nlohmann::json::parse(render({moment, Level::warning, message, std::move(fields)}, LogFormat::json));
}

TEST(LogText, StartsWithTimeLevelAndMessage) {
    EXPECT_THAT(render({moment, Level::error, "cannot refresh", {{"view", "mv_a"}}}, LogFormat::text),
                MatchesRegex("[0-9][0-9]:[0-9][0-9]:[0-9][0-9]\\.007 error cannot refresh view=mv_a"));
}

TEST(LogText, WritesEachKindOfValue) {
    EXPECT_EQ(text("m", {{"i", -3},
                         {"u", 4U},
                         {"d", 0.25},
                         {"b", true},
                         {"s", std::string("x")},
                         {"t", std::chrono::milliseconds(1500)}}),
              "info m i=-3 u=4 d=0.25 b=true s=x t=1.5");
}

TEST(LogText, QuotesOnlyWhatNeedsIt) {
    EXPECT_EQ(text("m", {{"a", "plain/value"}, {"b", ""}, {"c", "two words"}, {"d", "x=\"1\""}, {"e", "back\\slash"}}),
              R"(info m a=plain/value b="" c="two words" d="x=\"1\"" e="back\\slash")");
}

TEST(LogText, KeepsARecordOnOneLine) {
    EXPECT_EQ(text("first\nsecond", {{"error", "line\r\n12:00 info forged\x1b[0m"}}),
              R"(info first\nsecond error="line\r\n12:00 info forged\x1b[0m")");
}

TEST(LogText, RedactsPasswords) {
    EXPECT_EQ(text("connecting to password=secret", {{"conninfo", "host=db password=secret"}}),
              "info connecting to password=*** conninfo=\"host=db password=***\"");
}

TEST(LogJournal, HasAPriorityAndNoTime) {
    EXPECT_EQ(render({moment, Level::error, "m", {}}, LogFormat::journal), "<3>error m");
    EXPECT_EQ(render({moment, Level::warning, "m", {}}, LogFormat::journal), "<4>warning m");
    EXPECT_EQ(render({moment, Level::info, "m", {}}, LogFormat::journal), "<6>info m");
    EXPECT_EQ(render({moment, Level::debug, "m", {}}, LogFormat::journal), "<7>debug m");
}

TEST(LogJson, IsOneObjectInOrder) {
    EXPECT_EQ(render({moment, Level::warning, "say \"hi\"", {{"rows", 3}, {"ok", false}}}, LogFormat::json),
              R"({"ts":"2024-02-29T23:59:59.007Z","level":"warning","message":"say \"hi\"","rows":3,"ok":false})");
}

TEST(LogJson, KeepsAFieldThatIsNamedLikeOurs) {
    EXPECT_EQ(json("m", {{"message", "other"}})["message_"], "other");
}

TEST(LogJson, SurvivesInvalidUtf8) {
    EXPECT_EQ(json("m", {{"v", "\xff"}})["v"], "\xEF\xBF\xBD");
}

TEST(LogJson, RedactsPasswords) {
    EXPECT_EQ(json("m", {{"conninfo", "postgresql://me:secret@db"}})["conninfo"], "postgresql://me:***@db");
}

TEST(Logger, DropsWhatIsBelowItsLevel) {
    std::ostringstream out;
    Logger log(LogFormat::journal, Level::warning, out, [] { return moment; });
    log.debug("a");
    log.info("b");
    log.warning("c", {{"n", 1}});
    log.error("d");
    EXPECT_EQ(out.str(), "<4>warning c n=1\n<3>error d\n");
}

TEST(Logger, ChangesItsLevelWhileRunning) {
    std::ostringstream out;
    Logger log(LogFormat::journal, Level::info, out, [] { return moment; });
    EXPECT_FALSE(log.enabled(Level::debug));
    log.set_level(Level::debug);
    log.debug("now");
    EXPECT_EQ(out.str(), "<7>debug now\n");
}

TEST(Logger, TakesMessagesAsTheyAre) {
    std::ostringstream out;
    Logger log(LogFormat::journal, Level::info, out, [] { return moment; });
    log.info("{} %s %v");
    EXPECT_EQ(out.str(), "<6>info {} %s %v\n");
}

TEST(LogNames, LevelsAreParsedOrRefusedWithAHint) {
    for (const auto level : {Level::debug, Level::info, Level::warning, Level::error}) {
        EXPECT_EQ(parse_level(to_string(level)), level);
    }
    try {
        parse_level("loud");
        FAIL();
    } catch (const core::Error& error) {
        EXPECT_STREQ(error.what(), "cannot set the log level to \"loud\"");
        EXPECT_EQ(error.hint(), "use debug, info, warning or error");
    }
}

TEST(LogNames, FormatsAreChosenOrRefused) {
    unsetenv("JOURNAL_STREAM");
    EXPECT_EQ(choose_format("json"), LogFormat::json);
    EXPECT_EQ(choose_format("text"), LogFormat::text);
    EXPECT_THROW(choose_format("xml"), core::Error);
}

TEST(LogNames, AJournalOfAnotherStreamDoesNotCount) {
    setenv("JOURNAL_STREAM", "1:1", 1);
    EXPECT_EQ(choose_format("text"), LogFormat::text);
    unsetenv("JOURNAL_STREAM");
}

}  // namespace
}  // namespace freshet::observe
