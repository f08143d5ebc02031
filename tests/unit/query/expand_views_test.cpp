#include "freshet/query/expand_views.hpp"

#include <gtest/gtest.h>

namespace freshet::query {
namespace {

std::optional<std::string> definition_of_v(const sql::QualifiedName& name) {
    return name.name == "v" ? std::optional<std::string>("SELECT 1 AS a -- one") : std::nullopt;
}

TEST(ExpandViews, AViewIsASubSelectUnderTheNameItHad) {
    EXPECT_EQ(expand_views("SELECT v.a FROM v, t", definition_of_v),
              "SELECT v.a FROM (SELECT 1 AS a -- one\n) \"v\", t");
    EXPECT_EQ(expand_views("SELECT x.a FROM t JOIN s.v AS x(a) ON true", definition_of_v),
              "SELECT x.a FROM t JOIN (SELECT 1 AS a -- one\n) AS x(a) ON true");
    EXPECT_EQ(expand_views("SELECT 1 FROM \"S\" . \"v\" a, v b", definition_of_v),
              "SELECT 1 FROM (SELECT 1 AS a -- one\n) a, (SELECT 1 AS a -- one\n) b");
}

TEST(ExpandViews, LooksIntoSubSelectsAndSetOperations) {
    EXPECT_EQ(expand_views("SELECT a FROM t WHERE a IN (SELECT a FROM v) UNION ALL SELECT a FROM v", definition_of_v),
              "SELECT a FROM t WHERE a IN (SELECT a FROM (SELECT 1 AS a -- one\n) \"v\") UNION ALL SELECT a FROM "
              "(SELECT 1 AS a -- one\n) \"v\"");
}

TEST(ExpandViews, AWithQueryIsNoView) {
    const std::string text = "WITH v AS (SELECT 2 AS a) SELECT a FROM v";
    EXPECT_EQ(expand_views(text, definition_of_v), text);
    EXPECT_TRUE(named_relations(text).empty());
    EXPECT_EQ(named_relations("WITH v AS (SELECT a FROM s.v) SELECT a FROM v").size(), 1U);
}

TEST(ExpandViews, NamesAreFoundWithTheirPositions) {
    const auto found = named_relations("SELECT * FROM lower l JOIN \"Or der\".\"Lo\"\"wer\" m USING (k)");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].name, (sql::QualifiedName{"", "lower"}));
    EXPECT_EQ(found[0].offset, 14U);
    EXPECT_EQ(found[1].name, (sql::QualifiedName{"Or der", "Lo\"wer"}));
}

TEST(ExpandViews, ASchemaIsBlankedOutWhereItStands) {
    const std::set<sql::QualifiedName> views{{"public", "v"}};
    EXPECT_EQ(without_schema("SELECT public.v.a, public.t.a FROM public.v, public.t, other.v", views),
              "SELECT        v.a, public.t.a FROM        v, public.t, other.v");
    EXPECT_EQ(without_schema("SELECT count(*) FROM \"public\" . v", views), "SELECT count(*) FROM            v");
}

}  // namespace
}  // namespace freshet::query
