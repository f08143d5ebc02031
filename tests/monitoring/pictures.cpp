// The pictures of docs/monitoring.md: in step with the dashboards and the alert that they show, and drawn as Grafana
// would write numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitoring/dashboards.hpp"
#include "monitoring/shipped.hpp"
#include "pictures/dashboard_picture.hpp"
#include "pictures/look.hpp"

namespace freshet::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* remedy = "\nhint: ./dev pictures";

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

std::string group_of(const nlohmann::json& panel) {
    const bool row = panel.at("type") == "row";
    return "<g id=\"panel-" + std::to_string(panel.at("id").get<int>()) + "\"><title>" +
           xml_escaped(panel.at("title").get<std::string>()) + "</title><desc>" +
           (row ? "" : xml_escaped(panel_description(panel))) + "</desc>";
}

TEST(Pictures, ShowEveryPanelByItsTitleAndWhatItAsks) {
    for (const auto& dashboard : shipped_dashboards("any")) {
        const auto picture = shipped("docs/pictures/" + dashboard.uid + ".svg");
        for (const auto& panel : dashboard.json.at("panels")) {
            EXPECT_NE(picture.find(group_of(panel)), std::string::npos)
                << dashboard.uid << ".svg is not of the panel " << panel.at("title") << remedy;
        }
        EXPECT_EQ(count_of(picture, "<g id=\"panel-"), dashboard.json.at("panels").size()) << dashboard.uid << remedy;
        EXPECT_THAT(shipped("docs/monitoring.md"), HasSubstr("(pictures/" + dashboard.uid + ".svg)"));
    }
}

TEST(Pictures, ShowAnAlertAsItIsShipped) {
    const auto picture = shipped("docs/pictures/freshet-page.svg");
    const auto rules = shipped("config/prometheus/freshet.alerts.yml");
    EXPECT_THAT(picture, HasSubstr("FreshetViewStale"));
    EXPECT_THAT(picture, HasSubstr("runbooks.md#freshetviewstale"));
    EXPECT_THAT(rules, HasSubstr("alert: FreshetViewStale"));
    EXPECT_THAT(shipped("docs/monitoring.md"), HasSubstr("(pictures/freshet-page.svg)"));
}

TEST(Pictures, WriteNumbersInTheirUnits) {
    EXPECT_EQ(formatted(0.25, "s", -1), "250 ms");
    EXPECT_EQ(formatted(61, "s", -1), "1.02 mins");
    EXPECT_EQ(formatted(60, "s", -1), "1 min");
    EXPECT_EQ(formatted(0, "s", -1), "0 s");
    EXPECT_EQ(formatted(12582912, "bytes", -1), "12 MiB");
    EXPECT_EQ(formatted(0.9951, "percentunit", 2), "99.51%");
    EXPECT_EQ(formatted(21750, "short", -1), "21.8 K");
    EXPECT_EQ(formatted(0.05, "ops", -1), "0.05 ops/s");
    EXPECT_EQ(formatted(1764108000000, "dateTimeAsIso", -1), "2025-11-25 22:00:00");
    EXPECT_THROW(formatted(1, "furlong", -1), std::logic_error);
}

TEST(Pictures, PutLinesAtRoundValues) {
    EXPECT_THAT(axis_ticks(0, 4, "short"), ElementsAre(0, 1, 2, 3, 4));
    EXPECT_THAT(axis_ticks(0, 100, "s"), ElementsAre(0, 30, 60, 90));
    EXPECT_THAT(axis_ticks(0, 3000, "bytes"), ElementsAre(0, 1024, 2048));
}

}  // namespace
}  // namespace freshet::testing
