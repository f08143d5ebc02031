#include "freshet/cli/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "freshet/cli/exit_code.hpp"

namespace freshet::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Options parse(const std::vector<std::string>& arguments) {
    return std::get<Options>(parse_options(arguments));
}

template <typename Command>
Command command(const std::vector<std::string>& arguments) {
    return std::get<Command>(parse(arguments).command);
}

std::string notice(const std::vector<std::string>& arguments) {
    return std::get<Notice>(parse_options(arguments)).text;
}

// "message | hint"
std::string refusal(const std::vector<std::string>& arguments) {
    try {
        parse_options(arguments);
    } catch (const UsageError& error) {
        return std::string(error.what()) + " | " + error.hint();
    }
    return "accepted";
}

TEST(Options, EveryCommandHasItsOwn) {
    EXPECT_TRUE(std::holds_alternative<CheckOptions>(parse({"check"}).command));
    EXPECT_TRUE(std::holds_alternative<RunOptions>(parse({"run"}).command));
    EXPECT_TRUE(std::holds_alternative<StatusOptions>(parse({"status"}).command));
    EXPECT_TRUE(command<StatusOptions>({"status", "--watch"}).watch);
    EXPECT_TRUE(command<InstallOptions>({"install", "--adopt"}).adopt);
    EXPECT_FALSE(command<InstallOptions>({"install"}).adopt);
    EXPECT_TRUE(command<UninstallOptions>({"uninstall", "--purge"}).purge);
}

TEST(Options, PlanTellsItsFlagsApart) {
    EXPECT_TRUE(command<PlanOptions>({"plan", "--sql"}).sql);
    EXPECT_FALSE(command<PlanOptions>({"plan", "--sql"}).detailed_exitcode);
    EXPECT_TRUE(command<PlanOptions>({"plan", "--detailed-exitcode"}).detailed_exitcode);
    EXPECT_TRUE(command<PlanOptions>({"plan", "--explain"}).explain);
    EXPECT_TRUE(command<PlanOptions>({"plan"}).measure);
    EXPECT_FALSE(command<PlanOptions>({"plan", "--no-measure"}).measure);
}

TEST(Options, RefreshTakesViewsAndATenant) {
    const auto all = command<RefreshOptions>({"refresh"});
    EXPECT_THAT(all.views, ElementsAre());
    EXPECT_EQ(all.tenant, std::nullopt);
    const auto some = command<RefreshOptions>({"refresh", "a", "--tenant", "42", "b", "--no-concurrent"});
    EXPECT_THAT(some.views, ElementsAre("a", "b"));
    EXPECT_EQ(some.tenant, "42");
    EXPECT_TRUE(some.no_concurrent);
}

TEST(Options, FirmIdIsASynonymOfTenant) {
    EXPECT_EQ(command<RefreshOptions>({"refresh", "--firm-id", "7"}).tenant, "7");
    EXPECT_EQ(command<VerifyOptions>({"verify", "--firm-id=7"}).tenant, "7");
}

TEST(Options, ATenantMayStartWithADashOrBeEmpty) {
    EXPECT_EQ(command<RefreshOptions>({"refresh", "--tenant", "-5"}).tenant, "-5");
    EXPECT_EQ(command<RefreshOptions>({"refresh", "--tenant", ""}).tenant, "");
}

TEST(Options, AViewMayBeNamedLikeACommand) {
    EXPECT_THAT(command<RefreshOptions>({"refresh", "status", "log"}).views, ElementsAre("status", "log"));
    EXPECT_EQ(command<WaitOptions>({"wait", "run"}).view, "run");
}

TEST(Options, VerifyRepairs) {
    EXPECT_TRUE(command<VerifyOptions>({"verify", "a", "--repair"}).repair);
}

TEST(Options, LogHasALimit) {
    EXPECT_EQ(command<LogOptions>({"log"}).limit, 20);
    EXPECT_EQ(command<LogOptions>({"log"}).view, std::nullopt);
    const auto some = command<LogOptions>({"log", "mv_a", "--failed", "--limit", "5"});
    EXPECT_EQ(some.view, "mv_a");
    EXPECT_TRUE(some.failed);
    EXPECT_EQ(some.limit, 5);
    EXPECT_EQ(command<LogOptions>({"log", "--stats"}).days, 7);
    EXPECT_EQ(command<LogOptions>({"log", "mv_a", "--stats", "--days", "30"}).days, 30);
    EXPECT_THAT(refusal({"log", "--days", "3"}), HasSubstr("--stats"));
    EXPECT_THAT(refusal({"log", "--stats", "--failed"}), HasSubstr("--failed"));
    EXPECT_EQ(refusal({"log", "--limit", "0"}), "--limit: \"0\" is not a number above 0 | see freshetd log --help");
    EXPECT_THAT(refusal({"log", "--limit", "many"}), HasSubstr("\"many\" is not a number above 0"));
}

TEST(Options, WaitNeedsAViewAndReadsADuration) {
    EXPECT_EQ(command<WaitOptions>({"wait", "mv_a"}).timeout, 30s);
    EXPECT_EQ(command<WaitOptions>({"wait", "mv_a", "--timeout", "200ms"}).timeout, 200ms);
    EXPECT_EQ(refusal({"wait"}), "view is required | see freshetd wait --help");
    EXPECT_EQ(refusal({"wait", "mv_a", "--timeout", "5 min"}),
              "--timeout: \"5 min\" is not a duration; write it as 200ms, 2s, 5m or 36h | see freshetd wait --help");
}

TEST(Options, DemoHasASize) {
    const auto demo = command<DemoOptions>({"demo", "--for", "10s", "--scale", "0.1", "--writers", "2"});
    EXPECT_EQ(demo.run_for, 10s);
    EXPECT_DOUBLE_EQ(demo.scale, 0.1);
    EXPECT_EQ(demo.writers, 2);
    EXPECT_THAT(refusal({"demo", "--writers", "0"}), HasSubstr("--writers"));
}

TEST(Options, ConfigAndJsonGoBeforeOrAfterTheCommand) {
    for (const auto& arguments : {std::vector<std::string>{"--config", "x.json", "--json", "status"},
                                  std::vector<std::string>{"status", "--config", "x.json", "--json"}}) {
        const auto options = parse(arguments);
        EXPECT_EQ(options.config, "x.json");
        EXPECT_EQ(options.format, Format::json);
    }
    EXPECT_EQ(parse({"status"}).config, std::nullopt);
    EXPECT_EQ(parse({"status"}).format, Format::human);
}

TEST(Options, BadUsageIsExplained) {
    EXPECT_EQ(refusal({}), "no command given | see freshetd --help");
    EXPECT_EQ(refusal({"stauts"}), "unknown command stauts | did you mean status?");
    EXPECT_EQ(refusal({"xyzzy"}), "unknown command xyzzy | see freshetd --help");
    EXPECT_EQ(refusal({"verify", "--repiar"}), "unknown option --repiar | did you mean --repair?");
    EXPECT_EQ(refusal({"check", "something"}), "unexpected argument something of check | see freshetd check --help");
    EXPECT_EQ(refusal({"log", "a", "b"}), "unexpected argument b of log | see freshetd log --help");
}

TEST(Options, HelpAndVersionAreNotices) {
    EXPECT_THAT(notice({"--version"}), ::testing::MatchesRegex("freshetd [0-9]+\\.[0-9]+\\.[0-9]+\n"));
    EXPECT_THAT(notice({"--help"}), HasSubstr("uninstall"));
    const auto help = notice({"refresh", "--help"});
    EXPECT_THAT(help, HasSubstr("--firm-id"));
    EXPECT_THAT(help, HasSubstr("--no-concurrent"));
    EXPECT_THAT(help, HasSubstr("--json"));
}

TEST(Options, TheFormatIsKnownEvenIfTheRestIsWrong) {
    EXPECT_EQ(wanted_format({"stauts", "--json"}), Format::json);
    EXPECT_EQ(wanted_format({"stauts"}), Format::human);
}

}  // namespace
}  // namespace freshet::cli
