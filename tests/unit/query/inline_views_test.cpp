#include "freshet/query/inline_views.hpp"

#include <gtest/gtest.h>

#include "freshet/query/tree.hpp"

namespace freshet::query {
namespace {

const ViewDefinitions views = {{{"public", "low"}, "SELECT t.a FROM public.t"},
                               {{"public", "high"}, "SELECT low.a FROM public.low"},
                               {{"Odd \"one", "view"}, "SELECT 'public.low' AS a FROM public.t"}};

TEST(InlineViews, PutsDefinitionsInTheirPlace) {
    EXPECT_EQ(inline_views("SELECT low.a FROM public.low", views).sql,
              "SELECT low.a FROM (SELECT t.a FROM public.t) AS \"low\"");
    EXPECT_EQ(inline_views("SELECT x.b FROM ONLY public.low x(b) JOIN public.t ON true", views).sql,
              "SELECT x.b FROM (SELECT t.a FROM public.t) x(b) JOIN public.t ON true");
}

TEST(InlineViews, GoesDownThroughViewsOfViews) {
    EXPECT_EQ(inline_views("SELECT high.a FROM public.high", views).sql,
              "SELECT high.a FROM (SELECT low.a FROM (SELECT t.a FROM public.t) AS \"low\") AS \"high\"");
}

TEST(InlineViews, KnowsNamesThatNeedQuotesAndLeavesTextAlone) {
    EXPECT_EQ(inline_views("SELECT 'public.low', \"view\".a FROM \"Odd \"\"one\".\"view\", other.low", views).sql,
              "SELECT 'public.low', \"view\".a FROM (SELECT 'public.low' AS a FROM public.t) AS \"view\", other.low");
}

TEST(InlineViews, FindsThemInSubQueriesAndWithQueries) {
    EXPECT_EQ(
        inline_views("WITH w AS (SELECT 1 FROM public.low) SELECT (SELECT count(*) FROM public.low l) FROM w", views)
            .sql,
        "WITH w AS (SELECT 1 FROM (SELECT t.a FROM public.t) AS \"low\") SELECT (SELECT count(*) FROM "
        "(SELECT t.a FROM public.t) l) FROM w");
}

TEST(InlineViews, TellsWhichViewATextIsPartOf) {
    const auto inlined = inline_views("SELECT 1 FROM public.high JOIN public.t ON true", views);
    ASSERT_EQ(inlined.parts.size(), 1U);
    EXPECT_EQ(inlined.view_at(inlined.sql.find("SELECT 1")), nullptr);
    EXPECT_EQ(inlined.view_at(inlined.sql.find("JOIN")), nullptr);
    ASSERT_NE(inlined.view_at(inlined.sql.find("SELECT t.a")), nullptr);
    EXPECT_EQ(*inlined.view_at(inlined.sql.find("SELECT t.a")), (sql::QualifiedName{"public", "high"}));
}

TEST(InlineViews, StopsBeforeTheTextIsTooLarge) {
    ViewDefinitions doubling = {{{"s", "v0"}, "SELECT 1 FROM s.t"}};
    for (int i = 1; i < 40; ++i) {
        const auto below = "s.v" + std::to_string(i - 1);
        doubling[{"s", "v" + std::to_string(i)}] = "SELECT 1 FROM " + below + " a, " + below + " b";
    }
    EXPECT_THROW(inline_views("SELECT 1 FROM s.v39", doubling), SyntaxError);
}

TEST(RelationsRead, AreThoseOfTheDatabase) {
    const auto read = relations_read(
        "WITH w AS (SELECT 1 FROM public.b) SELECT 1 FROM w, public.a, pg_class, public.b "
        "WHERE EXISTS (SELECT FROM public.c)");
    const std::vector<sql::QualifiedName> expected = {
        {"public", "b"}, {"public", "a"}, {"", "pg_class"}, {"public", "c"}};
    EXPECT_EQ(read, expected);
}

TEST(PositionOfRelation, PrefersTheFullName) {
    const std::string sql = "SELECT 1 FROM t, s.t AS u";
    EXPECT_EQ(position_of_relation(sql, {"s", "t"}), sql.find("s.t"));
    EXPECT_EQ(position_of_relation(sql, {"public", "t"}), sql.find("t, s"));
    EXPECT_EQ(position_of_relation(sql, {"public", "v"}), std::string::npos);
    EXPECT_EQ(relation_at(sql, sql.find("s.t")), (sql::QualifiedName{"s", "t"}));
    EXPECT_EQ(relation_at(sql, 0), std::nullopt);
}

}  // namespace
}  // namespace freshet::query
