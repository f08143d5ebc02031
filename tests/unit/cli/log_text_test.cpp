#include "freshet/cli/log_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace freshet::cli {
namespace {

class Log : public ::testing::Test {
  protected:
    void SetUp() override {
        setenv("TZ", "UTC", 1);
        tzset();
    }
};

LogEntry event_entry() {
    LogEntry entry;
    entry.id = 7;
    entry.view = "mv_a";
    entry.started_at = 1715000000;
    entry.completed_at = 1715000001;
    entry.status = "success";
    entry.rows_affected = 12;
    entry.triggered_by = "event";
    entry.strategy = "delta";
    entry.changes_applied = 3400;
    entry.events = R"({"invoice_paid": 3, "expense_approved": 1})";
    entry.refresh_count = 9;
    entry.duration_seconds = 0.085;
    entry.predicted_fold_seconds = 0.09;
    entry.predicted_reconcile_seconds = 2;
    return entry;
}

LogEntry failed_entry() {
    auto entry = event_entry();
    entry.status = "failed";
    entry.tenant = "42";
    entry.error = "numeric field overflow";
    entry.events = "{}";
    return entry;
}

TEST_F(Log, IsATable) {
    EXPECT_EQ(log_text({event_entry()}, Colour::none),
              "started (UTC)        view  tenant  trigger  strategy  status   refreshes  changes  rows  took  "
              "fold or reconcile  events                              why\n"
              "2024-05-06 12:53:20  mv_a  all     event    delta     success          9    3,400    12  85ms  "
              "       90ms or 2s  invoice_paid 3, expense_approved 1\n");
}

TEST_F(Log, HasUtcBesideLocalTime) {
    setenv("TZ", "CET-1", 1);
    tzset();
    EXPECT_THAT(log_text({event_entry()}, Colour::none),
                ::testing::StartsWith("started (CET)        UTC        view  tenant"));
    EXPECT_THAT(log_text({event_entry()}, Colour::none),
                ::testing::HasSubstr("\n2024-05-06 13:53:20  12:53:20Z  mv_a  all"));
    setenv("TZ", "JST-14", 1);
    tzset();
    EXPECT_THAT(log_text({event_entry()}, Colour::none),
                ::testing::HasSubstr("\n2024-05-07 02:53:20  05-06 12:53:20Z  mv_a"));
}

TEST_F(Log, ShowsErrorsInFull) {
    EXPECT_THAT(
        log_text({event_entry(), failed_entry()}, Colour::none),
        ::testing::EndsWith("\n\n2024-05-06 12:53:20 UTC  mv_a, tenant 42: numeric field overflow\n"
                            "next: freshetd log mv_a --failed has the history; once the cause is gone the refresh "
                            "is repeated by itself, at once with freshetd refresh mv_a\n"));
}

TEST_F(Log, ARunningRefreshHasNoDuration) {
    auto entry = event_entry();
    entry.status = "running";
    entry.completed_at = std::nullopt;
    EXPECT_THAT(log_text({entry}, Colour::none), ::testing::HasSubstr("     -         90ms or 2s  invoice_paid"));
}

TEST_F(Log, SaysSoIfThereIsNothing) {
    EXPECT_EQ(log_text({}, Colour::none), "no refresh is recorded\n");
}

TEST_F(Log, JsonHasTheColumnsOfTheRefreshLog) {
    const auto document = log_json({event_entry(), failed_entry()});
    const auto& event = document["entries"][0];
    EXPECT_EQ(event["id"], 7);
    EXPECT_TRUE(event["firm_id"].is_null());
    EXPECT_EQ(event["events"]["invoice_paid"], 3);
    EXPECT_EQ(event["refresh_started_at"], "2024-05-06T12:53:20.000Z");
    EXPECT_EQ(document["entries"][1]["firm_id"], "42");
    EXPECT_EQ(document["entries"][1]["error_message"], "numeric field overflow");
}

}  // namespace
}  // namespace freshet::cli
