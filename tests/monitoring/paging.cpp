// From a stale report to a page, and back: the shipped alert rules and routes on Debian's Prometheus and Alertmanager.
// In order: each test leaves every view fresh for the next.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitoring/shipped.hpp"
#include "monitoring/stack.hpp"
#include "support/eventually.hpp"

namespace freshet::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* revenue = "mv_revenue_by_project_month";
constexpr const char* triggered = R"("event_action":"trigger")";
constexpr const char* resolved = R"("event_action":"resolve")";
constexpr std::chrono::seconds patience{45};

struct Paging : ::testing::Test {
    static void SetUpTestSuite() { stack_slot() = std::make_unique<Stack>(); }
    static void TearDownTestSuite() { stack_slot().reset(); }
    void SetUp() override { stack.inbox.clear(); }
    void TearDown() override {
        if (HasFailure()) ADD_FAILURE() << stack.query("ALERTS") << "\n" << stack.scrape() << stack.logs();
    }

    static std::unique_ptr<Stack>& stack_slot() {
        static std::unique_ptr<Stack> slot;
        return slot;
    }

    // Approved work on every project, which all three reports show.
    void write() {
        stack.client().exec(
            "INSERT INTO projects_time_entries(project_id, user_id, date, hours, hourly_rate, approved)"
            " SELECT id, 1, current_date, 1, 100, true FROM projects_projects");
    }
    std::string state_table() {
        return "freshet.state_" +
               stack.client().scalar("SELECT id FROM freshet.view WHERE relation_name = $1", {revenue}) + "_0";
    }
    bool was_pending(const std::string& alert) {
        return !stack.query("max_over_time(ALERTS{alertstate=\"pending\",alertname=\"" + alert + "\"}[5m])").empty();
    }
    bool firing(const std::string& alert) {
        return !stack.query("ALERTS{alertstate=\"firing\",alertname=\"" + alert + "\"}").empty();
    }

    Stack& stack = *stack_slot();
};

TEST_F(Paging, ALockThatStopsARefreshPagesWithViewAndRunbookAndItsReleaseResolves) {
    auto holder = stack.client();
    holder.exec("BEGIN; LOCK TABLE " + state_table() + " IN ACCESS EXCLUSIVE MODE");
    write();

    const auto page = stack.wait_for_message("/page", "FreshetViewStale", triggered);
    EXPECT_THAT(page, HasSubstr(std::string(R"("summary":")") + revenue));
    EXPECT_THAT(page, HasSubstr("runbooks.md#freshetviewstale"));
    EXPECT_THAT(page, HasSubstr("key of the pager"));
    EXPECT_THAT(page, Not(HasSubstr("mv_utilization")));  // those are fresh
    EXPECT_TRUE(was_pending("FreshetViewStale"));

    holder.exec("ROLLBACK");
    EXPECT_THAT(stack.wait_for_message("/page", "FreshetViewStale", resolved), Not(IsEmpty()));
    EXPECT_FALSE(stack.has_message("/page", "FreshetFreshnessBurnFast"));  // one page is enough
}

TEST_F(Paging, AKilledDaemonPagesAndItsReturnResolves) {
    stack.kill_daemon();

    EXPECT_THAT(stack.wait_for_message("/page", "FreshetDaemonDown", triggered), HasSubstr("no freshetd answers"));
    EXPECT_TRUE(was_pending("FreshetDaemonDown"));

    stack.start_daemon();
    EXPECT_THAT(stack.wait_for_message("/page", "FreshetDaemonDown", resolved), Not(IsEmpty()));
}

TEST_F(Paging, ALostDatabaseIsOnePageNotOneForEachView) {
    stack.cluster.stop();

    EXPECT_THAT(stack.wait_for_message("/page", "FreshetDatabaseDown", triggered), Not(IsEmpty()));
    EXPECT_TRUE(eventually([&] { return firing("FreshetViewStale"); }, patience));
    EXPECT_TRUE(
        eventually([&] { return stack.inhibited("FreshetViewStale").find(revenue) != std::string::npos; }, patience));
    EXPECT_FALSE(stack.has_message("/page", "FreshetViewStale"));
    EXPECT_FALSE(stack.has_message("/page", "FreshetNoLeader"));

    stack.cluster.start();
    EXPECT_THAT(stack.wait_for_message("/page", "FreshetDatabaseDown", resolved), Not(IsEmpty()));
    EXPECT_TRUE(eventually([&] { return !firing("FreshetViewStale"); }, patience));
}

TEST_F(Paging, ADisabledTriggerPagesForTheViewAndTellsTheChatWhy) {
    stack.client().exec("ALTER TABLE projects_expenses DISABLE TRIGGER freshet_insert");

    EXPECT_THAT(stack.wait_for_message("/page", "FreshetViewBroken", triggered), HasSubstr(revenue));
    EXPECT_THAT(stack.wait_for_message("/chat", "FreshetCaptureFault", "trigger_disabled"), Not(IsEmpty()));

    stack.client().exec("ALTER TABLE projects_expenses ENABLE TRIGGER freshet_insert");
    EXPECT_THAT(stack.wait_for_message("/page", "FreshetViewBroken", resolved), Not(IsEmpty()));
}

TEST_F(Paging, AProofThatFindsADifferencePages) {
    stack.client().exec(
        "SET session_replication_role = replica;"
        " UPDATE projects_time_entries SET hours = hours + 1 WHERE id = (SELECT min(id) FROM projects_time_entries"
        " WHERE approved AND is_billable)");
    EXPECT_EQ(stack.freshetd({"verify", revenue}).code, 1);

    const auto page = stack.wait_for_message("/page", "FreshetDriftFound", triggered);
    EXPECT_THAT(page, HasSubstr(revenue));

    EXPECT_EQ(stack.freshetd({"verify", "--repair"}).code, 1);
    EXPECT_EQ(stack.freshetd({"verify"}).code, 0);
}

TEST_F(Paging, TheWatchdogComesWithItsTokenAgainAndAgain) {
    EXPECT_TRUE(eventually(
        [&] {
            int seen = 0;
            for (const auto& message : stack.inbox.messages()) {
                const bool known = message.head.find("Bearer token of the watchdog") != std::string::npos;
                seen += message.path == "/watchdog" && known ? 1 : 0;
            }
            return seen >= 2;
        },
        patience));
}

// After the tests above, so that also what appears with its first fault is there.
TEST_F(Paging, EveryMetricThatTheRulesNameIsInTheScrape) {
    const auto scrape = "\n" + stack.scrape();
    const auto rules = shipped("config/prometheus/freshet.rules.yml") + shipped("config/prometheus/freshet.alerts.yml");
    EXPECT_GT(metrics_in(rules).size(), 10U);
    for (const auto& metric : metrics_in(rules)) {
        EXPECT_THAT(scrape, HasSubstr("\n# TYPE " + metric + " ")) << "no series of " << metric;
    }
}

TEST_F(Paging, PromtoolHasNothingToSayAboutTheScrape) {
    TemporaryDirectory directory;
    write_text(directory.path() / "scrape", stack.scrape());
    const auto checked = run_process(
        "/bin/sh", {.arguments = {"-c", "promtool check metrics < " + (directory.path() / "scrape").string()}});
    EXPECT_EQ(checked.code, 0) << checked.output << checked.errors;
    EXPECT_THAT(checked.errors, IsEmpty());
}

}  // namespace
}  // namespace freshet::testing
