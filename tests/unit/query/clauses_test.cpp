#include "freshet/query/clauses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::query {
namespace {

using ::testing::ElementsAre;

std::optional<std::string> as_it_is(const std::vector<std::string>& /*parts*/) {
    return std::nullopt;
}

std::optional<std::string> sum_of_a(const std::vector<std::string>& parts) {
    return parts.back() == "a" ? std::optional<std::string>("x + y") : std::nullopt;
}

TEST(InWords, PutsExpressionsInThePlaceOfColumns) {
    EXPECT_EQ(in_words("a * 2 > s.b", sum_of_a), "((x + y) * 2) > s.b");
    EXPECT_EQ(in_words("count(*) FILTER (WHERE t.a)", sum_of_a), "count(*) FILTER (WHERE x + y)");
}

TEST(InWords, GivesBackWhatCannotBeRead) {
    EXPECT_EQ(in_words("a +", sum_of_a), "a +");
}

TEST(FilteredExpression, IsACaseOfOneBranch) {
    const auto filter = filtered("CASE WHEN a > 1 THEN b END");
    ASSERT_TRUE(filter);
    EXPECT_EQ(filter->condition, "a > 1");
    EXPECT_EQ(filter->value, "b");
    EXPECT_FALSE(filtered("CASE WHEN a THEN b ELSE c END"));
    EXPECT_FALSE(filtered("CASE a WHEN 1 THEN b END"));
    EXPECT_FALSE(filtered("a +"));
}

TEST(Clauses, AreToldInTheOrderOfTheText) {
    EXPECT_THAT(
        clauses("SELECT DISTINCT g.k, rank() OVER (ORDER BY g.a) AS place FROM g LEFT JOIN h ON h.k = g.k "
                "WHERE g.k > 1 ORDER BY g.a DESC NULLS LAST, 1 LIMIT 3 OFFSET 2",
                as_it_is),
        ElementsAre("LEFT JOIN ON h.k = g.k", "WHERE g.k > 1", "DISTINCT", "rank() OVER (ORDER BY g.a) AS place",
                    "ORDER BY g.a DESC NULLS LAST, 1", "LIMIT 3", "OFFSET 2"));
}

TEST(Clauses, OfSubSelectsAndSetOperationsAreAmongThem) {
    EXPECT_THAT(
        clauses("WITH w AS (SELECT k FROM g WHERE k = 1) SELECT k FROM w EXCEPT ALL SELECT k FROM "
                "(SELECT k, max(a) AS m FROM g GROUP BY k HAVING max(a) > 2) AS s CROSS JOIN h",
                as_it_is),
        ElementsAre("WHERE k = 1", "EXCEPT ALL", "GROUP BY k", "HAVING max(a) > 2", "max(a) AS m", "CROSS JOIN"));
}

TEST(Clauses, AColumnThatStandsForAnExpressionIsNoComputation) {
    EXPECT_THAT(clauses("SELECT g.a, g.a + 1 AS more, DISTINCT_ FROM g", sum_of_a), ElementsAre("(x + y) + 1 AS more"));
    EXPECT_THAT(clauses("SELECT DISTINCT ON (g.k) g.k FROM g", as_it_is), ElementsAre("DISTINCT ON (g.k)"));
}

TEST(Clauses, OverTheGroupsOfALevelChooseByHaving) {
    EXPECT_THAT(clauses("SELECT freshet_level_0.k0 AS k FROM freshet_level_0 WHERE freshet_level_0.k0 > 1", as_it_is),
                ElementsAre("HAVING groups.k0 > 1"));
}

}  // namespace
}  // namespace freshet::query
