#include "query/inline_with.hpp"

#include <gtest/gtest.h>

namespace freshet::query {
namespace {

std::string inlined(const std::string& sql) {
    auto tree = Tree::parse_select(sql);
    inline_with(tree, {});
    return deparse(tree.select());
}

TEST(InlineWith, RowsStandWhereTheyAreRead) {
    EXPECT_EQ(inlined("WITH w AS (SELECT a FROM t) SELECT w.a, count(*) FROM w JOIN w AS x ON true GROUP BY w.a"),
              "SELECT w.a, count(*) FROM (SELECT a FROM t) w JOIN (SELECT a FROM t) x ON true GROUP BY w.a");
    EXPECT_EQ(inlined("WITH a AS (SELECT 1 FROM t), b AS MATERIALIZED (SELECT 2 FROM a) SELECT count(*) FROM b"),
              "SELECT count(*) FROM (SELECT 2 FROM (SELECT 1 FROM t) a) b");
}

TEST(InlineWith, ColumnsGetTheNamesThatWithGivesThem) {
    EXPECT_EQ(inlined("WITH w(p, q) AS (SELECT a, b FROM t UNION ALL SELECT c, d FROM u) SELECT w.p FROM w"),
              "SELECT w.p FROM (SELECT a AS p, b AS q FROM t UNION ALL SELECT c, d FROM u) w");
    EXPECT_EQ(inlined("WITH w(p) AS (SELECT a, b FROM t) SELECT x.y FROM w AS x(y)"),
              "SELECT x.y FROM (SELECT a AS p, b FROM t) x(y)");
    EXPECT_EQ(inlined("WITH w(p) AS (VALUES (1)) SELECT w.p FROM w"), "SELECT w.p FROM (VALUES (1)) w(p)");
}

TEST(InlineWith, TheNearestDefinitionCounts) {
    EXPECT_EQ(inlined("WITH w AS (SELECT 1 FROM t) SELECT 1 FROM (WITH w AS (SELECT 2 FROM w) SELECT 3 FROM w) s, w"),
              "SELECT 1 FROM (SELECT 3 FROM (SELECT 2 FROM (SELECT 1 FROM t) w) w) s, (SELECT 1 FROM t) w");
    EXPECT_EQ(inlined("WITH w AS (SELECT 1 FROM t) SELECT 1 FROM w UNION ALL (WITH w AS (SELECT 2 FROM u) "
                      "SELECT 1 FROM w)"),
              "SELECT 1 FROM (SELECT 1 FROM t) w UNION ALL SELECT 1 FROM (SELECT 2 FROM u) w");
}

TEST(InlineWith, GroupsKeepTheirName) {
    EXPECT_EQ(inlined("WITH r AS (SELECT a FROM t), g AS (SELECT a, count(*) AS n FROM r GROUP BY a) "
                      "SELECT g.n FROM g JOIN g AS h ON true"),
              "WITH g AS (SELECT a, count(*) AS n FROM (SELECT a FROM t) r GROUP BY a) "
              "SELECT g.n FROM g JOIN g h ON true");
}

}  // namespace
}  // namespace freshet::query
