// The configuration files that are shipped, read from the texts inside the binary as `freshetd demo` does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "freshet/settings/load.hpp"
#include "freshet/sql/texts.hpp"

namespace freshet::settings {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Settings shipped(const std::string& path) {
    return parse(sql::text(path), path,
                 [](const std::filesystem::path& file) { return std::string(sql::text(file.string())); });
}

TEST(Shipped, TheStarterFileIsTheDefaults) {
    const auto settings = shipped("config/freshet.json");
    EXPECT_TRUE(settings.views.empty());
    EXPECT_TRUE(settings.events.empty());
    EXPECT_EQ(settings.daemon.workers, DaemonSettings{}.workers);
    EXPECT_EQ(settings.http.port, HttpSettings{}.port);
}

TEST(Shipped, TheSampleHasThreeReportsAndThreeEvents) {
    const auto settings = shipped("config/sample/freshet.json");
    EXPECT_EQ(settings.events.size(), 3U);
    ASSERT_EQ(settings.views.size(), 3U);
    for (const auto& view : settings.views) {
        EXPECT_EQ(view.query_file, "config/sample/views/" + view.name + ".sql");
        EXPECT_THAT(view.query, HasSubstr("CURRENT_TIMESTAMP AS refreshed_at"));
        EXPECT_EQ(view.tenant, "firm_id");
        EXPECT_EQ(view.debounce, 200ms);
        EXPECT_EQ(view.max_delay, 2s);
        EXPECT_THAT(view.retention->keep, StartsWith(view.retention->column == "month" ? "5" : "3"));
        EXPECT_EQ(view.reconcile->timezone_query, "SELECT id, timezone FROM firms");
        EXPECT_EQ(view.indexes.size(), 4U);
    }
}

}  // namespace
}  // namespace freshet::settings
