// What capture costs is measured on copies: there are numbers, and nothing is left of it.
#include "freshet/install/capture_cost.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/ledger.hpp"
#include "support/run.hpp"

namespace freshet::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class Cost : public ::testing::Test {
  protected:
    std::vector<install::CaptureCost> measure(std::chrono::milliseconds budget = 20s, const std::string& role = "") {
        return run([&]() -> boost::asio::awaitable<std::vector<install::CaptureCost>> {
            pg::ConnectOptions options;
            options.conninfo = ledger.database.conninfo();
            auto executor = co_await boost::asio::this_coro::executor;
            auto connection = co_await pg::Connection::open(executor, options);
            auto plan = co_await install::make_plan(*connection, ledger.engine.settings, {});
            if (!role.empty()) co_await connection->script("SET ROLE " + role);
            co_return co_await install::measure_capture(*connection, std::move(plan), budget);
        });
    }

    install::CaptureCost of(const std::vector<install::CaptureCost>& costs, const std::string& table) {
        for (const auto& cost : costs) {
            if (cost.table.name == table) return cost;
        }
        ADD_FAILURE() << table;
        return {};
    }

    std::string everything() {
        return ledger.client.scalar(
            "SELECT (SELECT count(*) FROM pg_class) || ' ' || (SELECT count(*) FROM pg_proc) || ' ' || (SELECT "
            "count(*) "
            "FROM pg_trigger) || ' ' || (SELECT md5(string_agg(e::text, ',' ORDER BY id)) FROM entry e)");
    }

    Ledger ledger;
};

TEST_F(Cost, IsMeasuredForEachOperationAndLeavesNothing) {
    measure();  // the first temporary objects of a database make its schemas for them
    const auto before = everything();
    const auto entry = of(measure(), "entry");
    EXPECT_EQ(entry.unmeasured, "");
    EXPECT_EQ(entry.rows, 200);
    for (const auto& cost :
         {entry.insert, entry.update.value_or(install::OperationCost{}), entry.remove, entry.single_insert}) {
        EXPECT_GT(cost.plain, 0);
        EXPECT_GT(cost.captured, cost.plain);
    }
    EXPECT_EQ(everything(), before);
}

TEST_F(Cost, OfFewRowsWouldSayNothing) {
    EXPECT_THAT(of(measure(), "account").unmeasured, HasSubstr("fewer than 100 rows"));
}

TEST_F(Cost, IsNotMeasuredWithoutTimeOrRight) {
    EXPECT_THAT(of(measure(0ms), "entry").unmeasured, HasSubstr("time"));
    ledger.client.exec(
        "DO $$BEGIN IF to_regrole('barred') IS NULL THEN CREATE ROLE barred; END IF; "
        "EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END$$");
    EXPECT_THAT(of(measure(20s, "barred"), "entry").unmeasured, HasSubstr("may not create temporary tables"));
}

TEST_F(Cost, OfACaptureThatIsThereAlreadyIsNotMeasuredAgain) {
    ledger.engine.install();
    EXPECT_TRUE(measure().empty());
    ledger.engine.add_view("more", "SELECT remark, count(*) AS n FROM entry GROUP BY remark");
    EXPECT_EQ(of(measure(), "entry").unmeasured, "");
}

TEST_F(Cost, OfGeneratedAndIdentityColumnsAndOddNames) {
    ledger.client.exec(
        "CREATE TABLE \"Odd table\" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \"a b\" numeric(6,2) NOT "
        "NULL, "
        "twice numeric GENERATED ALWAYS AS (\"a b\" * 2) STORED, kind text NOT NULL UNIQUE);"
        "INSERT INTO \"Odd table\" (\"a b\", kind) SELECT g % 1000, 'k' || g FROM generate_series(1, 500) g");
    ledger.engine.add_view("odd", "SELECT kind, sum(\"a b\") AS a, sum(twice) AS t FROM \"Odd table\" GROUP BY kind");
    const auto odd = of(measure(), "Odd table");
    EXPECT_EQ(odd.unmeasured, "");
    EXPECT_EQ(odd.rows, 500);
    EXPECT_TRUE(odd.update);
}

}  // namespace
}  // namespace freshet::testing
