#include "freshet/pg/array.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "freshet/pg/result.hpp"

namespace freshet::pg {
namespace {

using Elements = std::vector<std::optional<std::string>>;

TEST(ArrayText, QuotesEveryElement) {
    EXPECT_EQ(array_text({}), "{}");
    EXPECT_EQ(array_text({"a", "", "NULL", "b c,{}"}), R"({"a","","NULL","b c,{}"})");
    EXPECT_EQ(array_text({R"(say "hi")", R"(back\slash)"}), R"({"say \"hi\"","back\\slash"})");
}

TEST(ParseArray, ReadsWhatPostgresWrites) {
    EXPECT_EQ(parse_array("{}"), Elements());
    EXPECT_EQ(parse_array("{a,b}"), (Elements{"a", "b"}));
    EXPECT_EQ(parse_array(R"({"a b",NULL,"NULL",""})"), (Elements{"a b", std::nullopt, "NULL", ""}));
    EXPECT_EQ(parse_array(R"({"say \"hi\"","back\\slash"})"), (Elements{R"(say "hi")", R"(back\slash)"}));
    EXPECT_EQ(parse_array("[0:1]={a,b}"), (Elements{"a", "b"}));
}

TEST(ParseArray, ReadsBackWhatWeWrite) {
    const std::vector<std::string> values = {"", "NULL", "\"", "\\", "{a,b}", "ü\n"};
    EXPECT_EQ(parse_array(array_text(values)), Elements(values.begin(), values.end()));
}

TEST(ParseArray, RefusesEverythingElse) {
    for (const char* text : {"", "{", "a", "{a", "{a}b", "{a,}", "{\"a}", "{{a},{b}}", "{a\\"}) {
        EXPECT_THROW(parse_array(text), std::logic_error) << text;
    }
}

}  // namespace
}  // namespace freshet::pg
