#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "freshet/core/error.hpp"
#include "freshet/demo/sample.hpp"
#include "freshet/demo/temporary_directory.hpp"
#include "freshet/sql/texts.hpp"

namespace freshet::demo {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

std::string_view shipped() {
    return sql::text("config/sample/freshet.json");
}

TEST(DerivedConfiguration, DiffersOnlyInWhereItConnectsAndListens) {
    json derived = json::parse(derive_configuration(shipped(), "host=/tmp/x", "127.0.0.1:1"));
    EXPECT_EQ(derived["database"]["conninfo"], "host=/tmp/x");
    EXPECT_EQ(derived["http"]["listen"], "127.0.0.1:1");
    json original = json::parse(shipped(), nullptr, true, true);
    for (json* document : {&derived, &original}) {
        (*document)["database"].erase("conninfo");
        (*document)["http"].erase("listen");
    }
    EXPECT_EQ(derived, original);
}

TEST(SampleViews, AreThoseOfTheShippedConfiguration) {
    const std::vector<SampleView> views = sample_views(shipped());
    EXPECT_THAT(views, ElementsAre(Field(&SampleView::name, "mv_revenue_by_project_month"),
                                   Field(&SampleView::name, "mv_utilization_by_project_month"),
                                   Field(&SampleView::name, "mv_utilization_by_user_week")));
    EXPECT_THAT(
        views, ElementsAre(Field(&SampleView::retention_column, "month"), Field(&SampleView::retention_column, "month"),
                           Field(&SampleView::retention_column, "week_start")));
    for (const SampleView& view : views) EXPECT_THAT(view.query, HasSubstr("GROUP BY")) << view.name;
}

TEST(SampleViews, NeedNoRetention) {
    const auto views = sample_views(R"({"views": {"v": {"query": "views/mv_utilization_by_user_week.sql"}}})");
    EXPECT_THAT(views, ElementsAre(Field(&SampleView::retention_column, "")));
}

TEST(WrittenConfiguration, HasItsQueriesBesideIt) {
    const TemporaryDirectory directory("freshet-test-");
    const auto file = write_configuration(directory.path() / "config", "host=/tmp/x", "127.0.0.1:1");
    std::ifstream stream(file);
    for (const auto& [name, view] : json::parse(stream)["views"].items()) {
        std::ostringstream query;
        query << std::ifstream(file.parent_path() / view["query"].get<std::string>()).rdbuf();
        EXPECT_EQ(query.str(), sql::text("config/sample/" + view["query"].get<std::string>())) << name;
    }
}

TEST(TemporaryDirectory, IsForItsOwnerOnlyAndGoneInTheEnd) {
    std::filesystem::path path;
    {
        const TemporaryDirectory directory("freshet-test-");
        path = directory.path();
        EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_all);
        std::ofstream(path / "file") << "content";
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(FreePort, IsAPortThatCanBeNamed) {
    EXPECT_GT(free_loopback_port(), 0);
}

}  // namespace
}  // namespace freshet::demo
