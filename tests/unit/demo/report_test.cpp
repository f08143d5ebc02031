#include "freshet/demo/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace freshet::demo {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

Report report() {
    Report result;
    result.scale = 0.5;
    result.writers = 2;
    result.worked = std::chrono::milliseconds(20100);
    result.caught_up = std::chrono::milliseconds(300);
    result.ledger.by_action[0] = {1500, 3100};
    result.refreshes = {30, 2900, 0};
    ViewHistory& view = result.views["mv_a"];
    view.strategy = "delta";
    for (const double staleness : {0.2, 0.4, 1.5}) view.staleness_seconds.add(staleness);
    view.live_milliseconds.add(180);
    view.read_milliseconds.add(4.5);
    view.proof = {3600, 0, 0};
    result.verify_json = R"({"views": []})";
    return result;
}

TEST(Report, IsExactOnlyIfBothProofsSaySo) {
    EXPECT_TRUE(report().exact());
    Report missing = report();
    missing.views["mv_a"].proof.missing = 1;
    EXPECT_FALSE(missing.exact());
    Report extra = report();
    extra.views["mv_a"].proof.extra = 1;
    EXPECT_FALSE(extra.exact());
    Report disagreeing = report();
    disagreeing.verify_code = 1;
    EXPECT_FALSE(disagreeing.exact());
    EXPECT_FALSE(Report().exact()) << "nothing was proved";
}

TEST(Report, AsJsonHasEveryNumber) {
    const json document = json::parse(render_json(report()));
    EXPECT_EQ(document["exact"], true);
    EXPECT_EQ(document["worked_seconds"], 20.1);
    EXPECT_EQ(document["caught_up_seconds"], 0.3);
    EXPECT_EQ(document["office"]["transactions"], 1500);
    EXPECT_EQ(document["office"]["by_kind"]["record_time"]["rows"], 3100);
    EXPECT_EQ(document["refreshes"]["changes_applied"], 2900);
    const json& view = document["views"][0];
    EXPECT_EQ(view["view"], "mv_a");
    EXPECT_EQ(view["staleness_seconds"]["median"], 0.4);
    EXPECT_EQ(view["staleness_seconds"]["max"], 1.5);
    EXPECT_EQ(view["rows"], 3600);
    EXPECT_EQ(view["exact"], true);
    EXPECT_EQ(document["verify"]["exit_code"], 0);
    EXPECT_EQ(document["verify"]["result"]["views"], json::array());
}

TEST(Report, AsJsonKeepsAnAnswerThatIsNoJson) {
    Report odd = report();
    odd.verify_json = "not json";
    EXPECT_EQ(json::parse(render_json(odd))["verify"]["result"], "not json");
}

TEST(Report, AsTextNamesDriftLoudly) {
    EXPECT_THAT(render_text(report()), HasSubstr("mv_a: exact, 3,600 rows equal to the query"));
    EXPECT_THAT(render_text(report()), HasSubstr("staleness 0.4 s in the median, 1.5 s at most"));
    EXPECT_THAT(render_text(report()), HasSubstr("freshetd verify agrees"));
    Report drift = report();
    drift.views["mv_a"].proof = {3600, 2, 1};
    drift.verify_code = 1;
    EXPECT_THAT(render_text(drift), HasSubstr("mv_a: DRIFT: 2 rows missing, 1 rows extra"));
    EXPECT_THAT(render_text(drift), HasSubstr("freshetd verify disagrees, exit code 1"));
}

}  // namespace
}  // namespace freshet::demo
