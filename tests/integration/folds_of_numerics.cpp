// A sum shows as many digits after the point as the summand that shows most, and an average is rounded by it. Rows come
// and go with every number of digits: what is shown must be what the query shows, read as text.
#include <gtest/gtest.h>

#include <random>

#include "support/engine.hpp"

namespace freshet::testing {
namespace {

constexpr const char* schema =
    "CREATE TABLE reading(id int PRIMARY KEY, kind int, x numeric, y numeric, two numeric(8,2), three numeric(9,3), "
    "tens numeric(6,-1), small smallint, big bigint, CHECK (id >= 0))";

// Both those whose digits are known from their types and those whose digits must be counted.
const std::vector<std::string>& expressions() {
    static const std::vector<std::string> all = {
        "x",
        "two",
        "tens",
        "big",
        "small * two",
        "two * three",
        "two + three",
        "two - x",
        "- three",
        "two % 1.125",
        "x * 2",
        "x * y",
        "two * 1.50",
        "two / 3",
        "big / 3",
        "abs(three)",
        "round(x, 1)",
        "round(two)",
        "round(x * y / 7, 3)",
        "trunc(x, 4)",
        "ceil(two)",
        "floor(x)",
        "coalesce(two, 0)",
        "coalesce(two, 0.00)",
        "coalesce(x, two)",
        "nullif(two, 0)",
        "greatest(two, three)",
        "greatest(two, 1.25)",
        "CASE WHEN kind = 0 THEN two ELSE three END",
        "CASE WHEN kind = 0 THEN two * 1.0 WHEN kind = 1 THEN three END",
        "x::numeric(12,1)",
        "x::numeric(12)",
        "two::numeric",
        "three::integer",
        "small::numeric * x",
        "two ^ 2",
        "power(two, 2)",
        "sqrt(abs(two))",
        "extract(epoch FROM make_interval(secs => three))",
    };
    return all;
}

std::string query_of(const std::vector<std::string>& columns) {
    std::string list;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        list += ", (" + columns[i] + ")::text AS c" + std::to_string(i);
    }
    return "SELECT kind" + list + " FROM reading GROUP BY kind";
}

class FoldsOfNumerics : public ::testing::Test {
  protected:
    FoldsOfNumerics() : client_(database_.conninfo()), engine_(database_.conninfo()) { client_.exec(schema); }

    void follow(const std::string& query) {
        engine_.add_view("v", query).strategy = settings::StrategyChoice::delta;
        engine_.install();
        for (int batch = 0; batch < 25; ++batch) {
            for (int i = 0; i < 3; ++i) {
                client_.exec(change());
            }
            engine_.refresh("v", as_if_many(batch % 2 == 1));
            ASSERT_EQ(differences(client_, "v", query), std::vector<std::string>{}) << "after batch " << batch;
        }
        EXPECT_EQ(engine_.verify("v").differences, 0);
    }

    std::string change() {
        const auto id = number(12);
        switch (number(4)) {
            case 0:
                return "DELETE FROM reading WHERE id % 3 = " + std::to_string(number(3));
            case 1:
                return "UPDATE reading SET x = " + value() + ", two = two + 1, three = " + value() +
                       " WHERE id = " + std::to_string(id);
            default:
                return "INSERT INTO reading VALUES (" + std::to_string(id) + ", " + std::to_string(number(3)) + ", " +
                       value() + ", " + value() + ", " + value() + ", " + value() + ", " + value() + ", " +
                       std::to_string(number(9)) + ", " + std::to_string(number(9)) +
                       ") ON CONFLICT (id) DO UPDATE SET x = excluded.x, y = excluded.y, kind = excluded.kind";
        }
    }

    unsigned number(unsigned below) { return static_cast<unsigned>(random_() % below); }

    // From none to forty digits after the point, trailing zeros included.
    std::string value() {
        static const std::vector<std::string> all = {"NULL",
                                                     "0",
                                                     "1",
                                                     "7",
                                                     "2.5",
                                                     "2.50",
                                                     "1.00",
                                                     "0.000",
                                                     "12.345",
                                                     "3.1400",
                                                     "0.12345678901234567890",
                                                     "0.1234567890123456789012345678901234567890"};
        return all[number(static_cast<unsigned>(all.size()))];
    }

    Database database_;
    Client client_;
    Engine engine_;
    std::mt19937 random_{5};
};

TEST_F(FoldsOfNumerics, SumsShowTheDigitsOfTheirRows) {
    std::vector<std::string> columns;
    for (const auto& expression : expressions()) {
        columns.push_back("sum(" + expression + ")");
    }
    follow(query_of(columns));
}

TEST_F(FoldsOfNumerics, AveragesAreRoundedByTheDigitsOfTheirRows) {
    std::vector<std::string> columns;
    for (const auto& expression : expressions()) {
        columns.push_back("avg(" + expression + ")");
    }
    follow(query_of(columns));
}

// Readers read sums as they are stored: with no more digits than the rows show, NULL where no row has a value.
TEST_F(FoldsOfNumerics, AreStoredAsTheyAreShown) {
    engine_
        .add_view("v",
                  "SELECT kind, sum(coalesce(two, 0)) AS a, sum(x) AS b, sum(big) AS c FROM reading GROUP BY "
                  "kind")
        .strategy = settings::StrategyChoice::delta;
    engine_.install();
    EXPECT_EQ(client_.scalar("SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY "
                             "attname) FROM pg_attribute WHERE attrelid = 'freshet.state_1_0'::regclass AND attname "
                             "LIKE 'sc%'"),
              "sc0 bigint, sc1 numeric");
    const auto stored = [&](const std::string& change, refresh::Request request = {}) {
        client_.exec(change);
        engine_.refresh("v", request);
        EXPECT_EQ(engine_.verify("v").differences, 0) << change;
        return client_.scalar(
            "SELECT coalesce(string_agg(concat_ws(' ', k0, s0::text, coalesce(s1::text, '-'), "
            "coalesce(s2::text, '-')), ', ' ORDER BY k0), '') FROM freshet.state_1_0");
    };
    EXPECT_EQ(stored("INSERT INTO reading (id, kind) VALUES (1, 1)"), "1 0 - -");
    EXPECT_EQ(stored("INSERT INTO reading (id, kind, two, x, big) VALUES (2, 1, 1.5, 2.500, 7)"), "1 1.50 2.500 7");
    EXPECT_EQ(stored("INSERT INTO reading (id, kind, two, x) VALUES (3, 1, 1.5, 2.5)"), "1 3.00 5.000 7");
    EXPECT_EQ(stored("DELETE FROM reading WHERE id = 2"), "1 1.50 2.5 -");
    EXPECT_EQ(stored("UPDATE reading SET two = NULL, x = 1 WHERE id = 3"), "1 0 1 -");
    // What comes and goes within a batch leaves no digits in a group that is new by it, nor in one that was there.
    const std::string fleeting =
        "INSERT INTO reading (id, kind, two, x, big) VALUES (4, 2, 1.25, 0.125, 1), (5, 2, 2, 3, 2), (6, 1, 1, 1.00, "
        "1);"
        "UPDATE reading SET two = NULL, x = NULL, big = NULL WHERE id = 4;"
        "UPDATE reading SET two = NULL, x = 4 WHERE id IN (5, 6)";
    EXPECT_EQ(stored(fleeting, as_if_many(true)), "1 0 5 1, 2 0 4 2");
    // Nor does a batch whose own sum has them cut those of the group.
    EXPECT_EQ(stored("UPDATE reading SET two = id, x = 0.50 WHERE id IN (4, 5, 6)"), "1 6.00 1.50 1, 2 9.00 1.00 2");
    EXPECT_EQ(stored("UPDATE reading SET two = two + 1, x = 2 WHERE id = 4"), "1 6.00 1.50 1, 2 10.00 2.50 2");
    EXPECT_EQ(stored("DELETE FROM reading WHERE id IN (5, 6)"), "1 0 1 -, 2 5.00 2 -");
}

TEST_F(FoldsOfNumerics, WithNaNAndInfinitiesAmongThem) {
    engine_.add_view("v", query_of({"sum(x)", "avg(x)", "sum(x) FILTER (WHERE small > 1) / 7"})).strategy =
        settings::StrategyChoice::delta;
    engine_.install();
    const auto step = [&](const std::string& statement) {
        client_.exec(statement);
        engine_.refresh("v");
        EXPECT_EQ(differences(client_, "v", query_of({"sum(x)", "avg(x)", "sum(x) FILTER (WHERE small > 1) / 7"})),
                  std::vector<std::string>{})
            << statement;
    };
    step("INSERT INTO reading (id, kind, x, small) VALUES (1, 1, 1, 2), (2, 1, 2.25, 2), (3, 1, 'NaN', 2)");
    step("INSERT INTO reading (id, kind, x, small) VALUES (4, 1, 0.123456, 3), (5, 1, 'Infinity', 3)");
    step("DELETE FROM reading WHERE id = 3");
    step("DELETE FROM reading WHERE id = 4");
    step("DELETE FROM reading WHERE id = 5");
    step("DELETE FROM reading WHERE id = 2");
    step("INSERT INTO reading (id, kind, x, small) SELECT 6, 1, ('0.' || repeat('3', 3000))::numeric, 5");
    step("UPDATE reading SET x = 4 WHERE id = 6");
}

TEST_F(FoldsOfNumerics, OfDistinctValues) {
    follow(
        "SELECT kind, sum(DISTINCT two)::text AS s, avg(DISTINCT three)::text AS a, sum(DISTINCT round(x, 1)) AS r, "
        "count(DISTINCT x) AS d FROM reading GROUP BY kind");
}

}  // namespace
}  // namespace freshet::testing
