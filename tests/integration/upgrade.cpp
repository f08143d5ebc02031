// A database that another version of freshetd installed: what it stored cannot be read, and install replaces it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/engine.hpp"

namespace freshet::testing {
namespace {

const std::string query = "SELECT kind, count(*) AS n, count(DISTINCT day) AS days FROM entry GROUP BY kind";

class Upgrade : public ::testing::Test {
  protected:
    Upgrade() : client_(database_.conninfo()), engine_(database_.conninfo()) {
        client_.exec(
            "CREATE TABLE entry(id int PRIMARY KEY, kind text, day date);"
            "INSERT INTO entry SELECT g, 'k' || g % 3, date '2026-01-01' + g FROM generate_series(1, 20) g");
        engine_.add_view("v", query).strategy = settings::StrategyChoice::delta;
        engine_.install();
        // As the first format had it: one level, which tables did not name.
        const auto id = std::to_string(engine_.view("v").id);
        client_.exec("UPDATE freshet.view SET program = '{\"format\": 1}'; ALTER TABLE freshet.state_" + id +
                     "_0 RENAME TO state_" + id + "; ALTER TABLE freshet.values_" + id + "_0_0 RENAME TO values_" + id +
                     "_0");
    }

    std::string tables() {
        return client_.scalar(
            "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'freshet' AND tablename ~ "
            "'^(state|values)_'");
    }

    Database database_;
    Client client_;
    Engine engine_;
};

TEST_F(Upgrade, IsAskedForByEverythingElse) {
    try {
        engine_.refresh("v");
        FAIL() << "refreshed";
    } catch (const core::Error& error) {
        EXPECT_THAT(error.what(),
                    ::testing::StartsWith("view v: the stored program has format 1, this freshetd reads "));
        EXPECT_EQ(error.hint(), "run freshetd install with this version");
    }
}

TEST_F(Upgrade, ReplacesTheViewWithoutAGap) {
    client_.exec("UPDATE entry SET kind = 'k9' WHERE id = 3");
    EXPECT_EQ(engine_.plan().views.front().action, install::Action::rebuild);
    engine_.install();
    EXPECT_EQ(differences(client_, "v", query), std::vector<std::string>{});
    EXPECT_EQ(tables(), "2");
    client_.exec("DELETE FROM entry WHERE id < 5");
    EXPECT_EQ(engine_.refresh("v").strategy, "delta");
    EXPECT_EQ(differences(client_, "v", query), std::vector<std::string>{});
    EXPECT_FALSE(engine_.plan().has_changes());
}

TEST_F(Upgrade, IsNotNeededToUninstall) {
    engine_.uninstall();
    EXPECT_EQ(tables(), "0");
}

}  // namespace
}  // namespace freshet::testing
