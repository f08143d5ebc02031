#include "freshet/cli/refresh_text.hpp"

#include <gtest/gtest.h>

namespace freshet::cli {
namespace {

using namespace std::chrono_literals;

RefreshReport success() {
    RefreshReport report;
    report.view = "mv_a";
    report.duration = 350ms;
    report.outcome.emplace();
    report.outcome->kind = refresh::Outcome::Kind::refreshed;
    report.outcome->strategy = "reconcile";
    report.outcome->groups_upserted = 1200;
    report.outcome->groups_deleted = 4;
    report.outcome->as_of = 1715000000;
    return report;
}

RefreshReport failure() {
    RefreshReport report;
    report.view = "mv_b";
    report.error = "division by zero";
    report.hint = "look at the data";
    return report;
}

TEST(Refresh, ALineForEachView) {
    EXPECT_EQ(refresh_line(success(), 6, Colour::none), "mv_a    1,204 rows changed in 350ms (reconcile)\n");
    EXPECT_EQ(refresh_line(failure(), 4, Colour::none), "mv_b  failed: division by zero\nhint: look at the data\n");
}

TEST(Refresh, PostgresDoesNotCountWhatItsOwnRefreshChanged) {
    auto report = success();
    report.outcome->strategy = "concurrent";
    EXPECT_EQ(refresh_line(report, 0, Colour::none), "mv_a  refreshed in 350ms (concurrent)\n");
    EXPECT_TRUE(refresh_json({report})["views"][0]["rows_affected"].is_null());
}

TEST(Refresh, JsonHasEveryView) {
    const auto document = refresh_json({success(), failure()});
    EXPECT_EQ(document["failed"], 1);
    EXPECT_EQ(document["views"][0]["rows_affected"], 1204);
    EXPECT_EQ(document["views"][0]["duration_seconds"], 0.35);
    EXPECT_EQ(document["views"][1]["status"], "failed");
    EXPECT_EQ(document["views"][1]["error"], "division by zero");
}

TEST(Refresh, OneFailureIsAFailure) {
    EXPECT_EQ(refresh_code({success()}), ExitCode::done);
    EXPECT_EQ(refresh_code({success(), failure()}), ExitCode::failed);
}

}  // namespace
}  // namespace freshet::cli
