#include "freshet/http/health.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace freshet::http {
namespace {

using observe::DatabaseState;
using observe::ViewState;
using testing::HasSubstr;

class HealthTest : public testing::Test {
  protected:
    void SetUp() override {
        status_.database = DatabaseState::up;
        observe::ViewStatus view;
        view.name = "mv_a";
        view.state = ViewState::idle;
        view.as_of = observe::SystemTime{};
        status_.views = {view};
        add_health_routes(router_, {[] { return "freshet_leader 1\n"; }, [this] { return status_; }});
    }

    Response get(const std::string& path) const { return router_.handle({"GET", path, ""}); }

    observe::DaemonStatus status_;
    Router router_;
};

TEST_F(HealthTest, MetricsAreInPrometheusFormat) {
    EXPECT_EQ(get("/metrics").content_type, "text/plain; version=0.0.4");
    EXPECT_EQ(get("/metrics").body, "freshet_leader 1\n");
}

TEST_F(HealthTest, IsAliveWithoutADatabase) {
    status_.database = DatabaseState::down;
    EXPECT_EQ(get("/healthz").status, 200U);
    EXPECT_EQ(get("/healthz").body, "ok\n");
}

TEST_F(HealthTest, IsReadyWhenNothingIsMissing) {
    EXPECT_EQ(get("/readyz").status, 200U);
    EXPECT_EQ(get("/readyz").body, R"({"ready":true,"reasons":[]})");
}

TEST_F(HealthTest, SaysWhyItIsNotReady) {
    status_.database = DatabaseState::down;
    status_.views[0].state = ViewState::installing;
    EXPECT_EQ(get("/readyz").status, 503U);
    EXPECT_EQ(get("/readyz").content_type, "application/json");
    EXPECT_EQ(get("/readyz").body,
              R"({"ready":false,"reasons":["the database does not answer","view mv_a is not installed yet"]})");
}

TEST_F(HealthTest, StatusIsASnapshotOfNow) {
    EXPECT_EQ(nlohmann::json::parse(get("/status").body)["views"][0]["state"], "idle");
    status_.views[0].state = ViewState::broken;
    EXPECT_EQ(nlohmann::json::parse(get("/status").body)["views"][0]["state"], "broken");
}

TEST_F(HealthTest, TheIndexListsEachPage) {
    const auto page = get("/");
    EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
    for (const auto* path : {"/metrics", "/healthz", "/readyz", "/status"}) {
        EXPECT_THAT(page.body, HasSubstr("<a href=\"" + std::string(path) + "\">"));
    }
}

}  // namespace
}  // namespace freshet::http
