// The shipped dashboards over the demo: each fits Grafana's types, each expression is one, each panel shows something,
// and each metric it names exists. No Grafana runs here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "monitoring/dashboards.hpp"
#include "monitoring/json_schema.hpp"
#include "monitoring/shipped.hpp"
#include "monitoring/watched_demo.hpp"
#include "support/eventually.hpp"

namespace freshet::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* revenue = "mv_revenue_by_project_month";
constexpr std::chrono::seconds patience{60};

struct Panels : ::testing::Test {
    static void SetUpTestSuite() { demo_slot() = std::make_unique<WatchedDemo>(std::chrono::minutes(3)); }
    static void TearDownTestSuite() { demo_slot().reset(); }
    static std::unique_ptr<WatchedDemo>& demo_slot() {
        static std::unique_ptr<WatchedDemo> slot;
        return slot;
    }
    WatchedDemo& demo = *demo_slot();
    std::vector<Dashboard> dashboards = shipped_dashboards(revenue);
};

bool has_a_number(const nlohmann::json& series) {
    for (const auto& one : series) {
        for (const auto& sample : one.at("values")) {
            if (std::isfinite(std::stod(sample.at(1).get<std::string>()))) return true;
        }
    }
    return false;
}

// Which of the panel's queries find nothing. Throws what Prometheus says of a wrong expression.
std::string emptiness(const WatchedDemo& demo, const DashboardPanel& panel) {
    std::string empty;
    for (const auto& target : panel.targets) {
        const auto series =
            demo.prometheus().range(target.expression, std::chrono::seconds(60), std::chrono::seconds(1));
        if (!has_a_number(series)) empty += panel.name + " shows nothing: " + target.expression + "\n";
    }
    return empty;
}

TEST(Dashboards, FitGrafanasTypes) {
    const auto schema = nlohmann::json::parse(shipped("tests/monitoring/grafana_dashboard.schema.json"));
    const auto dashboards = shipped_dashboards(revenue);
    EXPECT_GE(dashboards.size(), 3U);
    for (const auto& dashboard : dashboards) {
        EXPECT_THAT(schema_faults(dashboard.json, schema), IsEmpty()) << dashboard.uid;
    }
}

TEST(Dashboards, HaveTheirOwnIdsAndPlaces) {
    for (const auto& dashboard : shipped_dashboards(revenue)) {
        std::set<int> ids;
        std::set<std::pair<int, int>> cells;
        for (const auto& panel : dashboard.json.at("panels")) {
            EXPECT_TRUE(ids.insert(panel.at("id").get<int>()).second) << dashboard.uid << ": " << panel.at("title");
            const auto& place = panel.at("gridPos");
            const int left = place.at("x"), top = place.at("y"), width = place.at("w"), height = place.at("h");
            EXPECT_LE(left + width, 24) << dashboard.uid << ": " << panel.at("title");
            for (int cell = 0; cell < width * height; ++cell) {
                EXPECT_TRUE(cells.insert({left + cell % width, top + cell / width}).second)
                    << dashboard.uid << ": " << panel.at("title") << " lies over another panel";
            }
        }
    }
}

TEST_F(Panels, EachAsksWhatPrometheusUnderstands) {
    for (const auto& dashboard : dashboards) {
        for (const auto& panel : dashboard.panels) {
            try {
                emptiness(demo, panel);
            } catch (const std::runtime_error& error) {
                ADD_FAILURE() << panel.name << ": " << error.what();
            }
        }
    }
}

TEST_F(Panels, EachShowsSomethingOfTheDemo) {
    demo.import_much();
    for (const auto& dashboard : dashboards) {
        for (const auto& panel : dashboard.panels) {
            std::string reason;
            const bool shows = eventually([&] { return (reason = emptiness(demo, panel)).empty(); }, patience);
            EXPECT_TRUE(shows) << reason;
        }
    }
}

TEST_F(Panels, NameOnlyMetricsThatAreScraped) {
    const auto scrape = "\n" + demo.scrape();
    for (const auto& dashboard : dashboards) {
        for (const auto& panel : dashboard.panels) {
            for (const auto& target : panel.targets) {
                for (const auto& metric : metrics_in(target.expression)) {
                    EXPECT_THAT(scrape, HasSubstr("\n# TYPE " + metric + " ")) << panel.name << " names " << metric;
                }
            }
        }
    }
}

TEST_F(Panels, DeltaIsShownAgainstReconcile) {
    EXPECT_TRUE(eventually(
        [&] {
            return !demo.prometheus()
                        .query("freshet_refresh_duration_seconds_count{strategy=\"reconcile\",view=\"" +
                               std::string(revenue) + "\"} > 0")
                        .empty();
        },
        patience))
        << demo.logs();
}

}  // namespace
}  // namespace freshet::testing
