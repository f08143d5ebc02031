// The shipped dashboards over the demo: each fits Grafana's types, each expression is one, each panel shows something,
// and each metric it names exists. No Grafana runs here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>
#include <set>

#include "monitoring/dashboards.hpp"
#include "monitoring/exposition.hpp"
#include "monitoring/json_schema.hpp"
#include "monitoring/loopback.hpp"
#include "monitoring/shipped.hpp"
#include "monitoring/watched_demo.hpp"
#include "support/eventually.hpp"

namespace freshet::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* revenue = "mv_revenue_by_project_month";
constexpr std::chrono::seconds patience{60};

struct Panels : ::testing::Test {
    static void SetUpTestSuite() { demo_slot() = std::make_unique<WatchedDemo>(std::chrono::minutes(3), free_port()); }
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

// Which of the panel's queries find nothing, or what Prometheus says of a wrong one. Names the panel.
std::string fault_of(const WatchedDemo& demo, const DashboardPanel& panel) {
    std::string fault;
    for (const auto& target : panel.targets) {
        try {
            const auto series =
                demo.prometheus().range(target.expression, std::chrono::seconds(60), std::chrono::seconds(1));
            if (!has_a_number(series)) fault += panel.name + " shows nothing: " + target.expression + "\n";
        } catch (const std::runtime_error& error) {
            fault += panel.name + " cannot ask: " + error.what() + "\n";
        }
    }
    return fault;
}

// The metrics of the panel that the scrape does not have. Names the panel.
std::string unknown_metrics(const std::string& scrape, const DashboardPanel& panel) {
    std::string fault;
    for (const auto& target : panel.targets) {
        for (const auto& metric : metrics_in(target.expression)) {
            const bool known = ("\n" + scrape).find("\n# TYPE " + metric + " ") != std::string::npos;
            if (!known) fault += panel.name + " names " + metric + "\n";
        }
    }
    return fault;
}

// The shipped dashboard of the fleet with an expression, or a part of one, replaced.
DashboardPanel planted(const std::string& from, const std::string& to) {
    const auto text = replaced(shipped("config/grafana/dashboards/freshet-fleet.json"), from, to);
    for (auto& panel : read_dashboard(text, revenue).panels) {
        if (panel.json.at("title") == "Pending changes") return panel;
    }
    throw std::runtime_error("the dashboard has no panel Pending changes");
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

TEST_F(Panels, EachShowsSomethingOfTheDemo) {
    demo.import_much();
    for (const auto& dashboard : dashboards) {
        for (const auto& panel : dashboard.panels) {
            std::string reason;
            const bool shows = eventually([&] { return (reason = fault_of(demo, panel)).empty(); }, patience);
            EXPECT_TRUE(shows) << reason;
        }
    }
}

// What is not in a panel: the choice of a view, and the marks of firing alerts, of which a healthy demo has none.
TEST_F(Panels, TheirVariablesAndAnnotationsAskWhatPrometheusUnderstands) {
    const std::regex values(R"(label_values\((\w+), (\w+)\))");
    for (const auto& dashboard : dashboards) {
        for (const auto& variable : dashboard.json.at("templating").at("list")) {
            if (variable.at("type") != "query") continue;
            const auto query = variable.at("query").at("query").get<std::string>();
            std::smatch parts;
            ASSERT_TRUE(std::regex_match(query, parts, values)) << dashboard.uid << ": " << query;
            const auto choice = "count by (" + parts.str(2) + ") (" + parts.str(1) + ")";
            const auto offered = parts.str(2) + "=\"" + revenue + "\"";
            EXPECT_TRUE(eventually([&] { return demo.prometheus().query(choice).find(offered) != std::string::npos; },
                                   patience))
                << dashboard.uid << ": " << query;
        }
        for (const auto& annotation : dashboard.json.at("annotations").at("list")) {
            if (!annotation.contains("expr")) continue;
            EXPECT_NO_THROW(
                demo.prometheus().range(annotation.at("expr"), std::chrono::seconds(60), std::chrono::seconds(1)))
                << dashboard.uid;
        }
    }
}

TEST_F(Panels, NameOnlyMetricsThatAreScraped) {
    for (const auto& dashboard : dashboards) {
        for (const auto& panel : dashboard.panels) {
            std::string unknown;
            const bool known =
                eventually([&] { return (unknown = unknown_metrics(demo.scrape(), panel)).empty(); }, patience);
            EXPECT_TRUE(known) << unknown;
        }
    }
}

// What the tests above don't find when it is there, their silence says nothing about.
TEST_F(Panels, AFaultThatIsPlantedIsFoundAndNamed) {
    constexpr const char* healthy = "min without (instance) (freshet_pending_changes)";
    EXPECT_EQ(fault_of(demo, planted(healthy, healthy)), "");
    EXPECT_THAT(fault_of(demo, planted(healthy, "min without instance) (freshet_pending_changes)")),
                AllOf(HasSubstr("freshet-fleet: Pending changes cannot ask: "), HasSubstr("parse error")));
    EXPECT_THAT(fault_of(demo, planted(healthy, "freshet_pending_changes{view=\\\"none\\\"}")),
                HasSubstr("freshet-fleet: Pending changes shows nothing: freshet_pending_changes{view=\"none\"}"));
    EXPECT_EQ(unknown_metrics(demo.scrape(), planted("freshet_pending_changes", "freshet_changes_pending")),
              "freshet-fleet: Pending changes names freshet_changes_pending\n");
}

// No label more than the reference names, so that none is without bounds; and no metric that is documented only.
TEST_F(Panels, EachMetricOfTheReferenceIsScrapedWithItsLabelsAndNoOther) {
    demo.verify();  // a view that was never proven has no moment of its last proof
    const auto documented = labels_documented(shipped("docs/metrics.md"));
    EXPECT_GT(documented.size(), 40U);
    const auto missing = [&] {
        std::string text;
        const auto scraped = labels_scraped(demo.scrape());
        for (const auto& [metric, labels] : documented) {
            const auto found = scraped.find(metric);
            const bool same = found != scraped.end() && found->second == std::set<LabelNames>{labels};
            if (!same) text += metric + "\n";
        }
        for (const auto& [metric, labels] : scraped) {
            if (documented.count(metric) == 0) text += metric + " is not documented\n";
        }
        return text;
    };
    EXPECT_TRUE(eventually([&] { return missing().empty(); }, patience)) << missing();
}

// With waits of seconds and not minutes, and so all the quicker to cry.
TEST_F(Panels, NobodyIsToldAnythingOfAHealthyDemo) {
    EXPECT_EQ(
        demo.prometheus().query("max_over_time(ALERTS{alertstate=\"firing\",alertname!=\"FreshetWatchdog\"}[10m])"),
        "");
    EXPECT_NE(demo.prometheus().query("ALERTS{alertstate=\"firing\",alertname=\"FreshetWatchdog\"}"), "");
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
