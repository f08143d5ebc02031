// Which indexes a plan advises, by what the catalog has.
#include "freshet/install/index_advice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/engine.hpp"
#include "support/run.hpp"

namespace freshet::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Indexes : public ::testing::Test {
  protected:
    Indexes() : client(database.conninfo()), engine(database.conninfo()) {
        client.exec(
            "CREATE TABLE parent(id int PRIMARY KEY, region text);"
            "CREATE TABLE child(id int PRIMARY KEY, parent_id int, kind text, size float8, active boolean);"
            "INSERT INTO parent SELECT g, 'r' || g % 9 FROM generate_series(1, 100) g;"
            "INSERT INTO child SELECT g, g % 100, 'k' || g % 7, g, true FROM generate_series(1, 20000) g");
        engine.add_view("v",
                        "SELECT p.region, count(*) AS n FROM child c JOIN parent p ON p.id = c.parent_id "
                        "GROUP BY p.region");
    }

    std::vector<std::string> advised() {
        std::vector<std::string> statements;
        for (const auto& one : advice()) statements.push_back(one.statement);
        return statements;
    }

    std::vector<install::IndexAdvice> advice() {
        return run([&]() -> boost::asio::awaitable<std::vector<install::IndexAdvice>> {
            pg::ConnectOptions options;
            options.conninfo = database.conninfo();
            auto executor = co_await boost::asio::this_coro::executor;
            auto connection = co_await pg::Connection::open(executor, options);
            auto plan = co_await install::make_plan(*connection, engine.settings, {});
            co_return co_await install::index_advice(*connection, std::move(plan));
        });
    }

    Database database;
    Client client;
    Engine engine;
};

const std::string by_parent = "CREATE INDEX CONCURRENTLY ON \"public\".\"child\" (\"parent_id\")";

TEST_F(Indexes, OfAJoinThatNoneServes) {
    const auto found = advice();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().statement, by_parent);
    EXPECT_THAT(found.front().why,
                ElementsAre("changes of public.parent for v would read public.child from end to end"));
}

TEST_F(Indexes, ThatAreThereAreNotAdvised) {
    client.exec("CREATE INDEX ON child (parent_id, kind)");
    EXPECT_THAT(advised(), IsEmpty());
}

TEST_F(Indexes, OverSomeRowsOrBehindAnotherColumnDoNotServe) {
    client.exec("CREATE INDEX ON child (parent_id) WHERE active; CREATE INDEX ON child (kind, parent_id)");
    EXPECT_THAT(advised(), ElementsAre(by_parent));
}

TEST_F(Indexes, OfSmallTablesAreNotAdvised) {
    client.exec("TRUNCATE child");
    EXPECT_THAT(advised(), IsEmpty());
}

TEST_F(Indexes, ForGroupsThatAreRecomputed) {
    client.exec("CREATE INDEX ON child (parent_id)");
    engine.add_view("sums", "SELECT kind, sum(size) AS size FROM child GROUP BY kind");
    const auto found = advice();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().statement, "CREATE INDEX CONCURRENTLY ON \"public\".\"child\" (\"kind\")");
    EXPECT_THAT(found.front().why.front(), HasSubstr("recomputing groups for sums"));
    client.exec("CREATE INDEX ON child (kind)");
    EXPECT_THAT(advised(), IsEmpty());
}

}  // namespace
}  // namespace freshet::testing
