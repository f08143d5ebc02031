// Which parts of a query are levels, and what is left above them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "freshet/query/normal_form.hpp"

namespace freshet::query {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Facts facts() {
    const auto column = [](const char* name, const char* type) {
        return ColumnFact{name, type, type, "", false, false};
    };
    Facts facts;
    facts.tables[{"public", "t"}] = {column("a", "integer"), column("b", "integer"), column("c", "text")};
    facts.tables[{"public", "u"}] = {column("a", "integer"), column("d", "integer")};
    facts.aggregates = {"sum", "count", "public.product"};
    return facts;
}

NormalForm form_of(const std::string& sql) {
    return normalise(sql, facts());
}

std::vector<std::string> names(const std::vector<Output>& columns, OutputKind kind) {
    std::vector<std::string> result;
    for (const auto& column : columns) {
        if (column.kind == kind) result.push_back(column.name);
    }
    return result;
}

TEST(Levels, HavingAloneNeedsNothingAbove) {
    const auto form = form_of("SELECT t.a, sum(t.b) AS s FROM public.t GROUP BY t.a HAVING (count(*) > t.a)");
    ASSERT_EQ(form.levels.size(), 1U);
    EXPECT_EQ(form.above, "");
    EXPECT_EQ(form.levels[0].having, "a1 > k0");
    EXPECT_TRUE(form.rows_are_groups);
}

TEST(Levels, WindowsOrderAndLimitStandAbove) {
    const auto form = form_of(
        "SELECT t.a, sum(sum(t.b)) OVER (ORDER BY t.a) AS r FROM public.t GROUP BY t.a HAVING (count(*) > 1) "
        "ORDER BY (sum(t.b)) DESC LIMIT 3");
    ASSERT_EQ(form.levels.size(), 1U);
    EXPECT_EQ(form.above,
              "SELECT freshet_level_0.k0 AS a, sum(freshet_level_0.a0) OVER (ORDER BY freshet_level_0.k0) AS r FROM "
              "freshet_level_0 WHERE freshet_level_0.a1 > 1 ORDER BY freshet_level_0.a0 DESC LIMIT 3");
    EXPECT_FALSE(form.rows_are_groups);
    EXPECT_THAT(names(form.columns, OutputKind::key), ElementsAre("a"));
}

TEST(Levels, AnAggregateAloneIsOneRow) {
    const auto form = form_of("SELECT sum(t.b) AS s, true AS yes FROM public.t");
    EXPECT_TRUE(form.levels[0].total);
    EXPECT_THAT(form.levels[0].arms[0].keys, ElementsAre("true"));
    EXPECT_EQ(form.levels[0].outputs[1].expression, "true");
    EXPECT_EQ(form.above, "");
}

TEST(Levels, DistinctGroups) {
    const auto form = form_of("SELECT DISTINCT t.a, t.c FROM public.t");
    EXPECT_THAT(form.levels[0].arms[0].keys, ElementsAre("s0.a", "s0.c"));
    EXPECT_THAT(form.levels[0].aggregates, IsEmpty());
    EXPECT_FALSE(form.levels[0].total);
    EXPECT_EQ(form.above, "");
}

TEST(Levels, OrderedDistinctKeepsOnlyTheOrderAbove) {
    const auto form = form_of("SELECT DISTINCT t.a FROM public.t ORDER BY t.a");
    EXPECT_EQ(form.above, "SELECT freshet_level_0.k0 AS a FROM freshet_level_0 ORDER BY freshet_level_0.k0");
    EXPECT_TRUE(form.rows_are_groups);
}

TEST(Levels, JoinedGroupingsAreTwoLevels) {
    const auto form = form_of(
        "WITH x AS (SELECT t.a, sum(t.b) AS s FROM public.t GROUP BY t.a), y AS (SELECT u.a, count(*) AS n FROM "
        "public.u GROUP BY u.a) SELECT x.a, (x.s / y.n) AS q FROM (x JOIN y ON ((x.a = y.a)))");
    ASSERT_EQ(form.levels.size(), 2U);
    EXPECT_EQ(form.levels[0].arms[0].relations[0].table.name, "t");
    EXPECT_EQ(form.levels[1].arms[0].relations[0].table.name, "u");
    EXPECT_THAT(form.with,
                ElementsAre("\"x\" AS (SELECT freshet_level_0.k0 AS a, freshet_level_0.a0 AS s FROM freshet_level_0)",
                            "\"y\" AS (SELECT freshet_level_1.k0 AS a, freshet_level_1.a0 AS n FROM freshet_level_1)"));
    EXPECT_EQ(form.above, "SELECT x.a, x.s / y.n AS q FROM x JOIN y ON x.a = y.a");
    EXPECT_FALSE(form.rows_are_groups);
}

TEST(Levels, GroupsOfGroupsStandAbove) {
    const auto form = form_of(
        "SELECT g.c, max(g.s) AS m FROM (SELECT t.c, t.a, sum(t.b) AS s FROM public.t GROUP BY t.c, t.a) g "
        "GROUP BY g.c");
    ASSERT_EQ(form.levels.size(), 1U);
    EXPECT_THAT(form.above, HasSubstr("max(g.s) AS m"));
    EXPECT_THAT(names(form.columns, OutputKind::key), ElementsAre("c"));
    EXPECT_FALSE(form.rows_are_groups);
}

TEST(Levels, AProjectionPassesKeysAndTheMomentThrough) {
    const auto form = form_of(
        "SELECT g.k AS tenant, (g.s * 2) AS d, now() AS at FROM (SELECT t.a, sum(t.b) AS s FROM public.t GROUP "
        "BY t.a) g(k, s) WHERE (g.s > 0)");
    EXPECT_TRUE(form.rows_are_groups);
    EXPECT_THAT(names(form.columns, OutputKind::key), ElementsAre("tenant"));
    EXPECT_THAT(names(form.columns, OutputKind::refreshed_at), ElementsAre("at"));
    EXPECT_THAT(form.above, HasSubstr("g.freshet_written_at AS at"));
}

TEST(Levels, AUsersAggregateIsRecomputed) {
    const auto form =
        form_of("SELECT t.a, public.product(t.b) FILTER (WHERE (t.b > 0)) AS p FROM public.t GROUP BY t.a");
    ASSERT_EQ(form.levels[0].aggregates.size(), 1U);
    EXPECT_EQ(form.levels[0].aggregates[0].kind, AggregateKind::recomputed);
    EXPECT_EQ(form.levels[0].aggregates[0].call, "public.product(x0) FILTER (WHERE x1)");
    EXPECT_THAT(form.levels[0].arms[0].inputs, ElementsAre("s0.b", "s0.b > 0"));
}

TEST(Levels, OrderedSetsReadKeysDirectly) {
    const auto form = form_of(
        "SELECT t.a, percentile_cont((t.a)::double precision) WITHIN GROUP (ORDER BY ((t.b)::double precision)) AS p, "
        "string_agg(t.c, ', '::text ORDER BY t.c) AS l FROM public.t GROUP BY t.a, ((t.a)::double precision)");
    EXPECT_EQ(form.levels[0].aggregates[0].call, "percentile_cont(k1) WITHIN GROUP (ORDER BY x0)");
    EXPECT_EQ(form.levels[0].aggregates[1].call, "string_agg(x1, ', '::text ORDER BY x1)");
}

TEST(Levels, BooleanAggregatesAreCounts) {
    const auto form = form_of("SELECT t.a, bool_and((t.b > 0)) AS y FROM public.t GROUP BY t.a");
    EXPECT_EQ(form.levels[0].outputs[1].expression, "CASE WHEN a0 > 0 THEN a1 = a0 END");
    EXPECT_THAT(form.levels[0].arms[0].inputs, ElementsAre("s0.b > 0", "CASE WHEN s0.b > 0 THEN 1 END"));
}

TEST(Levels, SubQueriesThatGroupAreLevelsToo) {
    const auto form = form_of(
        "SELECT t.a, (sum(t.b) / ( SELECT sum(t_1.b) AS sum FROM public.t t_1)) AS share FROM public.t GROUP BY t.a");
    ASSERT_EQ(form.levels.size(), 2U);
    EXPECT_TRUE(form.levels[1].total);
    EXPECT_THAT(form.above, HasSubstr("(SELECT freshet_level_1.a0 AS sum FROM freshet_level_1)"));
}

TEST(Levels, SetOperationsOfGroupingsStandAbove) {
    const auto form = form_of(
        "SELECT t.a, sum(t.b) AS s FROM public.t GROUP BY t.a UNION ALL SELECT u.a, count(*) AS count FROM public.u "
        "GROUP BY u.a UNION ALL SELECT 0 AS \"?column?\", 0 AS \"?column?\" ORDER BY 1");
    EXPECT_EQ(form.levels.size(), 2U);
    EXPECT_THAT(form.above, HasSubstr("UNION ALL"));
    EXPECT_THAT(names(form.columns, OutputKind::computed), ElementsAre("a", "s"));
}

}  // namespace
}  // namespace freshet::query
