#include "freshet/cli/main.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace freshet::cli {
namespace {

using ::testing::HasSubstr;

struct Ran {
    int code = 0;
    std::string out;
    std::string err;
};

Ran run_with(const std::vector<std::string>& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = run(arguments, {}, out, err);
    return {code, out.str(), err.str()};
}

TEST(Main, HelpIsAnAnswer) {
    const auto ran = run_with({"--help"});
    EXPECT_EQ(ran.code, 0);
    EXPECT_THAT(ran.out, HasSubstr("freshetd"));
    EXPECT_EQ(ran.err, "");
}

TEST(Main, BadUsageIsAMessageAndCodeTwo) {
    const auto ran = run_with({"stauts"});
    EXPECT_EQ(ran.code, 2);
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(ran.err, "freshetd: unknown command stauts\nhint: did you mean status?\n");
}

TEST(Main, ErrorsAreJsonIfJsonWasAskedFor) {
    const auto ran = run_with({"stauts", "--json"});
    EXPECT_EQ(ran.code, 2);
    EXPECT_EQ(nlohmann::json::parse(ran.out)["error"]["hint"], "did you mean status?");
    EXPECT_EQ(ran.err, "");
}

TEST(Main, AMissingConfigurationIsAFault) {
    const auto ran = run_with({"--config", "does/not/exist.json", "status"});
    EXPECT_EQ(ran.code, 2);
    EXPECT_THAT(ran.err, HasSubstr("does/not/exist.json"));
    const auto check = run_with({"--config", "does/not/exist.json", "check", "--json"});
    EXPECT_EQ(check.code, 2);
    EXPECT_EQ(nlohmann::json::parse(check.out)["ok"], false);
}

}  // namespace
}  // namespace freshet::cli
