#include "freshet/cli/status_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace freshet::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class Status : public ::testing::Test {
  protected:
    void SetUp() override {
        setenv("TZ", "UTC", 1);
        tzset();
    }
};

ViewStatus fresh(std::string name) {
    ViewStatus view;
    view.view = std::move(name);
    view.strategy = "delta";
    view.state = "ready";
    view.as_of = 1715000000;
    view.staleness_seconds = 0.25;
    view.last_refresh_at = 1714999990;
    view.last_status = "success";
    view.last_strategy = "reconcile";
    view.objective = 60s;
    return view;
}

std::string shown(std::vector<ViewStatus> views, Colour colour) {
    return status_text({std::move(views), 1715000000, true}, colour);
}

TEST_F(Status, IsATable) {
    auto view = fresh("mv_a");
    view.pending_changes = 1204;
    EXPECT_EQ(shown({view}, Colour::none),
              "view  strategy  state  as of (UTC)          stale  pending  last refresh (UTC)   by         result   "
              "failures\n"
              "mv_a  delta     ready  2024-05-06 12:53:20  250ms    1,204  2024-05-06 12:53:10  reconcile  success     "
              "    0\n");
}

TEST_F(Status, ShowsErrorsInFullBelow) {
    auto view = fresh("mv_a");
    view.last_status = "failed";
    view.last_error = "division by zero\nsecond line";
    view.consecutive_failures = 2;
    EXPECT_THAT(shown({view, fresh("mv_b")}, Colour::none),
                HasSubstr("\n\nmv_a failed at 2024-05-06 12:53:10 UTC:\ndivision by zero\nsecond line\n"
                          "next: freshetd log mv_a --failed has the history;"));
    EXPECT_THAT(shown({fresh("mv_b")}, Colour::none), Not(HasSubstr("failed at")));
}

TEST_F(Status, TellsLocalTimeAndUtc) {
    setenv("TZ", "CET-1", 1);
    tzset();
    auto view = fresh("mv_a");
    view.last_error = "no";
    const auto text = shown({view}, Colour::none);
    EXPECT_THAT(text, HasSubstr("  as of (CET)          "));
    EXPECT_THAT(text, HasSubstr("mv_a failed at 2024-05-06 13:53:10 CET (12:53:10Z):\nno\n"));
}

TEST_F(Status, SaysWhatToDoAboutAViewThatIsLateWithoutAnError) {
    auto late = fresh("mv_a");
    late.staleness_seconds = 300;
    EXPECT_THAT(
        shown({late, fresh("mv_b")}, Colour::none),
        ::testing::EndsWith("\n\nmv_a is 5m behind its tables; its objective is 1m\n"
                            "next: see that the daemon works: systemctl status freshetd; journalctl -u freshetd "
                            "--since -10min\n"));
}

TEST_F(Status, SaysWhoHoldsFreshetdUp) {
    auto late = fresh("mv_a");
    late.staleness_seconds = 300;
    late.held_up = true;
    LockWait wait{299, 4711, "office", "psql", "idle in transaction", 301, "LOCK TABLE entry"};
    const StatusReport report{{late}, 1715000000, true, {wait}};
    EXPECT_THAT(
        status_text(report, Colour::none),
        ::testing::EndsWith("\n\nmv_a is 5m behind its tables; its objective is 1m\n"
                            "next: end the transaction whose lock freshetd waits for\n"
                            "\nfreshetd has waited for 4m 59s for a lock of process 4711 (office, psql, idle in "
                            "transaction, its transaction 5m 1s old), last query:\nLOCK TABLE entry\n"
                            "next: let it end, or SELECT pg_terminate_backend(4711)\n"));
    EXPECT_EQ(status_json(report)["lock_waits"][0]["pid"], 4711);
    EXPECT_THAT(lock_waits_text({LockWait{}}, Colour::none), HasSubstr("for a lock of a prepared transaction\nnext: "));
    LockWait unknown;
    unknown.pid = 5;
    EXPECT_THAT(lock_waits_text({unknown}, Colour::none), HasSubstr("for a lock of process 5\nnext: "));
}

TEST_F(Status, SaysThatNobodyLeads) {
    EXPECT_THAT(status_text({{fresh("mv_a")}, 0, false}, Colour::none),
                HasSubstr("\n\nno freshetd leads this database: nobody refreshes\nnext: systemctl status freshetd"));
    EXPECT_EQ(status_json({{fresh("mv_a")}, 0, false})["leader"], false);
}

TEST_F(Status, SaysSoIfThereIsNothing) {
    EXPECT_EQ(shown({}, Colour::none), "no view is configured\n");
}

TEST_F(Status, TheAnswerIsNoIfAViewIsLateOrBroken) {
    EXPECT_EQ(status_code({fresh("mv_a")}), ExitCode::done);
    auto late = fresh("mv_a");
    late.staleness_seconds = 61;
    EXPECT_EQ(status_code({fresh("mv_b"), late}), ExitCode::answer_is_no);
    late.objective = 2min;
    EXPECT_EQ(status_code({late}), ExitCode::done);
    auto broken = fresh("mv_a");
    broken.state = "broken";
    EXPECT_EQ(status_code({broken}), ExitCode::answer_is_no);
    auto never = fresh("mv_a");
    never.staleness_seconds = std::nullopt;
    EXPECT_EQ(status_code({never}), ExitCode::answer_is_no);
}

TEST_F(Status, AFailureThatLeavesTheViewFreshIsNoNo) {
    auto view = fresh("mv_a");
    view.last_status = "failed";
    view.consecutive_failures = 1;
    EXPECT_EQ(status_code({view}), ExitCode::done);
}

TEST_F(Status, JoinsTheConfiguration) {
    settings::Settings settings;
    settings.views.resize(2);
    settings.views[0].name = "public.mv_a";
    settings.views[0].staleness_slo = 5s;
    settings.views[1].name = "mv_new";
    const auto views = join_settings({fresh("mv_a"), fresh("mv_gone")}, settings);
    ASSERT_EQ(views.size(), 3U);
    EXPECT_EQ(views[0].objective, 5s);
    EXPECT_EQ(views[1].objective, 60s);
    EXPECT_EQ(views[2].view, "mv_new");
    EXPECT_EQ(views[2].state, "not installed");
    EXPECT_FALSE(views[2].healthy());
    EXPECT_THAT(shown(views, Colour::none), HasSubstr("mv_new   -         not installed  -"));
}

TEST_F(Status, JsonHasTheColumnsOfTheStatusView) {
    const auto document = status_json({{fresh("mv_a")}, 0, true});
    EXPECT_EQ(document["healthy"], true);
    const auto& view = document["views"][0];
    EXPECT_EQ(view["view_name"], "mv_a");
    EXPECT_EQ(view["as_of"], "2024-05-06T12:53:20.000Z");
    EXPECT_EQ(view["staleness_slo_seconds"], 60.0);
    EXPECT_TRUE(view["last_error"].is_null());
    EXPECT_EQ(view["last_status"], "success");
}

TEST_F(Status, ViewsThatReadViewsSayWhich) {
    EXPECT_THAT(shown({fresh("a")}, Colour::none), Not(HasSubstr("reads")));
    auto upper = fresh("b");
    upper.reads = {"a", "sales.c"};
    const auto text = shown({fresh("a"), upper}, Colour::none);
    EXPECT_THAT(text, HasSubstr("failures  reads\n"));
    EXPECT_THAT(text, HasSubstr("a, sales.c\n"));
    EXPECT_EQ(status_json({{upper}, 1715000000, true})["views"][0]["reads"], Json({"a", "sales.c"}));
}

}  // namespace
}  // namespace freshet::cli
