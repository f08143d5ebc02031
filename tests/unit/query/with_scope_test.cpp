#include "query/with_scope.hpp"

#include <gtest/gtest.h>

#include "freshet/query/normal_form.hpp"

namespace freshet::query {
namespace {

const PgQuery__RangeVar& first_source(const PgQuery__SelectStmt& select) {
    return *select.from_clause[0]->range_var;
}

// The constant that `sql` reads in the end, through WITH queries alone; "" where it reads a relation.
std::string constant_read_by(const std::string& sql) {
    const auto tree = Tree::parse_select(sql);
    const auto* select = &tree.select();
    WithScope scope;
    while (select->n_from_clause > 0) {
        const auto found = scope.inside(*select).find(first_source(*select));
        if (!found) {
            return "";
        }
        select = &found->select();
        scope = found->scope;
    }
    return select->target_list[0]->res_target->val->a_const->sval->sval;
}

TEST(WithScope, ANameMeansTheNearestQueryDefinedBefore) {
    EXPECT_EQ(constant_read_by("WITH a AS (SELECT 'x') SELECT * FROM a"), "x");
    EXPECT_EQ(constant_read_by("WITH a AS (SELECT 'x'), b AS (SELECT * FROM a) SELECT * FROM b"), "x");
    EXPECT_EQ(constant_read_by("WITH a AS (SELECT 'x'), b AS (WITH a AS (SELECT 'y') SELECT * FROM a) "
                               "SELECT * FROM b"),
              "y");
    EXPECT_EQ(constant_read_by("WITH a AS (SELECT 'x'), b AS (WITH a AS (SELECT * FROM a) SELECT * FROM a) "
                               "SELECT * FROM b"),
              "x");
}

TEST(WithScope, OtherNamesMeanRelations) {
    EXPECT_EQ(constant_read_by("WITH a AS (SELECT 'x') SELECT * FROM b"), "");
    EXPECT_EQ(constant_read_by("WITH a AS (SELECT 'x') SELECT * FROM public.a"), "");
    EXPECT_EQ(constant_read_by("WITH a AS (SELECT * FROM a) SELECT * FROM a"), "");
    EXPECT_EQ(constant_read_by("WITH a AS (SELECT * FROM b), b AS (SELECT 'x') SELECT * FROM a"), "");
}

std::string refusal(const std::string& sql) {
    const auto tree = Tree::parse_select(sql);
    try {
        WithScope().inside(tree.select());
        return "";
    } catch (const Rejected& rejected) {
        return rejected.rejections.front().reason;
    }
}

TEST(WithScope, RecursionAndWritingAreRefused) {
    EXPECT_EQ(refusal("WITH RECURSIVE a AS (SELECT 1 UNION ALL SELECT n + 1 FROM a) SELECT * FROM a"),
              "the WITH query a is recursive");
    EXPECT_EQ(refusal("WITH RECURSIVE a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a"),
              "the WITH query a is recursive");
    EXPECT_EQ(refusal("WITH RECURSIVE a AS (SELECT 1), b AS (SELECT * FROM a) SELECT * FROM b"), "");
    EXPECT_EQ(refusal("WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a"), "the WITH query a writes");
}

}  // namespace
}  // namespace freshet::query
