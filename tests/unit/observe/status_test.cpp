#include "freshet/observe/status.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace freshet::observe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr SystemTime moment{std::chrono::milliseconds{1709251199007}};

ViewStatus refreshed(std::string name) {
    ViewStatus view;
    view.name = std::move(name);
    view.strategy = "delta";
    view.state = ViewState::idle;
    view.as_of = moment;
    return view;
}

TEST(Status, RendersEveryField) {
    auto view = refreshed("mv_a");
    view.state = ViewState::backing_off;
    view.staleness = std::chrono::milliseconds(1500);
    view.pending_changes = 7;
    view.last_refresh_at = moment;
    view.last_status = "failed";
    view.last_error = "lock timeout";
    view.consecutive_failures = 2;
    view.slo = std::chrono::seconds(60);
    EXPECT_EQ(to_json({"1.2.3", DatabaseState::up, Leadership::leader, {view}}),
              R"({"version":"1.2.3","database_up":true,"leader":true,"views":[{"view_name":"mv_a","strategy":"delta",)"
              R"("state":"backing_off","as_of":"2024-02-29T23:59:59.007Z","staleness_seconds":1.5,)"
              R"("staleness_slo_seconds":60.0,"pending_changes":7,"last_refresh_at":"2024-02-29T23:59:59.007Z",)"
              R"("last_status":"failed","last_error":"lock timeout","consecutive_failures":2}]})");
}

TEST(Status, UnknownValuesAreNull) {
    const auto document = nlohmann::json::parse(to_json({"", DatabaseState::down, Leadership::standby, {{}}}));
    EXPECT_FALSE(document["database_up"].get<bool>());
    EXPECT_FALSE(document["leader"].get<bool>());
    const auto& view = document["views"][0];
    for (const auto* key : {"as_of", "staleness_seconds", "last_refresh_at", "last_status", "last_error"}) {
        EXPECT_TRUE(view[key].is_null()) << key;
    }
}

TEST(Status, SurvivesInvalidUtf8AndHidesPasswords) {
    auto view = refreshed("mv_a");
    view.last_error = "\xff password=secret";
    const auto document = nlohmann::json::parse(to_json({"", DatabaseState::up, Leadership::leader, {view}}));
    EXPECT_EQ(document["views"][0]["last_error"], "\xEF\xBF\xBD password=***");
}

TEST(Readiness, NeedsTheDatabaseAndARefreshOfEachView) {
    auto installing = refreshed("mv_b");
    installing.state = ViewState::installing;
    auto fresh = refreshed("mv_c");
    fresh.as_of.reset();
    EXPECT_THAT(
        not_ready_reasons({"", DatabaseState::down, Leadership::leader, {refreshed("mv_a"), installing, fresh}}),
        ElementsAre("the database does not answer", "view mv_b is not installed yet",
                    "view mv_c was not refreshed yet"));
}

TEST(Readiness, ABrokenViewThatWasRefreshedOnceIsReady) {
    auto view = refreshed("mv_a");
    view.state = ViewState::broken;
    EXPECT_THAT(not_ready_reasons({"", DatabaseState::up, Leadership::standby, {view}}), IsEmpty());
}

}  // namespace
}  // namespace freshet::observe
