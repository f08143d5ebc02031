// Expressions survive the way through libpg_query's deparser, or are refused with a clear error.
#include <gtest/gtest.h>

#include "freshet/core/error.hpp"
#include "freshet/query/tree.hpp"

namespace freshet::query {
namespace {

class DeparseExpression : public testing::TestWithParam<const char*> {};

TEST_P(DeparseExpression, ReadsBackAsTheSameTree) {
    const Tree tree = Tree::parse_expression(GetParam());
    const std::string sql = deparse(tree.expression());
    const Tree again = Tree::parse_expression(sql);
    EXPECT_TRUE(equal(tree.expression(), again.expression())) << sql;
    EXPECT_EQ(deparse(again.expression()), sql);
}

INSTANTIATE_TEST_SUITE_P(
    AsUsersWrite, DeparseExpression,
    testing::Values(
        "1", "-1", "- x", "+x", "1.50", "1e10", "'it''s'", "E'a\\nb'", "B'101'", "X'1F'", "NULL", "true", "a", "t.a",
        "s.t.a", "\"Weird Schema\".\"Täble\".\"col\"\"umn\"", "\"select\"", "größe", "'日本'", "a + b * c",
        "(a + b) * c", "a - (b - c)", "a || b || c", "a % 2 = 0", "a ^ 2", "a AND b OR c", "(a OR b) AND NOT c",
        "a AND (b AND c)", "NOT (a AND b)", "a = 1", "a <> 1", "a != 1", "a IS NULL", "a IS NOT NULL",
        "(a = b) IS TRUE", "a IS NOT UNKNOWN", "a IS DISTINCT FROM b", "a IS NOT DISTINCT FROM b", "a IN (1, 2, 3)",
        "a NOT IN ('x', 'y')", "(a, b) IN ((1, 2), (3, 4))", "a BETWEEN 1 AND 2", "a NOT BETWEEN SYMMETRIC 1 AND 2",
        "a LIKE 'x%'", "a NOT LIKE 'x!%' ESCAPE '!'", "a ILIKE 'x'", "a SIMILAR TO 'x'", "a ~* 'x'",
        "a = ANY (ARRAY[1, 2])", "a <> ALL ('{1,2}'::int[])", "CASE WHEN a THEN 1 ELSE 2 END",
        "CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' END", "a::numeric(5,2)", "CAST(a AS double precision)", "a::text::date",
        "(a + b)::int", "'2024-01-01'::date", "date '2024-01-01'", "interval '1 day'", "interval '1' day",
        "interval(3) '1 second'", "'1 day'::interval", "timestamp with time zone '2024-01-01'", "a::timestamptz(3)",
        "a::varchar(10)", "a::char(3)", "a::bit(3)", "a::\"My Schema\".\"My Type\"", "a::int[]", "a::int[3][]",
        "date_trunc('month', d)::date", "sum(a)", "sum(DISTINCT a)", "count(*)", "count(*) FILTER (WHERE a > 1)",
        "sum(a) FILTER (WHERE b AND c)", "coalesce(sum(a), 0) * 0.20", "GREATEST(a, b)", "LEAST(a, 1)", "NULLIF(a, 0)",
        "EXTRACT(year FROM d)", "d AT TIME ZONE 'Europe/Berlin'", "date_part('year', d)", "ROW(a, b) = ROW(1, 2)",
        "(a, b) < (c, d)", "ARRAY[1, 2, 3]", "ARRAY[]::int[]", "ARRAY[[1, 2], [3, 4]]", "a[1]", "a[1:2]", "t.a[1]",
        "(a).b", "(t.a).b.c", "a OPERATOR(pg_catalog.=) b", "a COLLATE \"de_DE\"", "a COLLATE pg_catalog.\"C\"",
        "j -> 'a' ->> 'b'", "j #>> '{a,b}'", "j @> '{}'::jsonb", "j ? 'a'", "lower(a)", "pg_catalog.lower(a)",
        "\"My\".\"Fun\"(a, b)", "f(x => 1, y => 2)", "f(VARIADIC ARRAY[1])", "substring(a FROM 1 FOR 2)",
        "substring(a, 1, 2)", "trim(a)", "trim(BOTH 'x' FROM a)", "trim(LEADING FROM a)", "position('a' IN b)",
        "overlay(a PLACING b FROM 1)", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIMESTAMP(3)", "LOCALTIME",
        "current_user", "(d1, d2) OVERLAPS (d3, d4)", "a IS DOCUMENT", "a IS NORMALIZED", "EXISTS (SELECT 1 FROM t)",
        "a IN (SELECT b FROM t)", "(SELECT max(b) FROM t)", "ARRAY(SELECT b FROM t)",
        "rank() OVER (PARTITION BY a ORDER BY b)", "string_agg(a, ',' ORDER BY b DESC)",
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY a)", "$1", "t.*"));

// What pg_get_viewdef() writes.
INSTANTIATE_TEST_SUITE_P(
    AsTheServerWrites, DeparseExpression,
    testing::Values(
        "'-1'::integer", "(- 1)", "(- (1)::numeric)", "(-1)::bigint", "'-5'::integer::numeric",
        "((i.status)::text = ANY ((ARRAY['paid'::character varying, 'partial'::character varying])::text[]))",
        "(i.status = ANY (ARRAY['paid'::text, 'partial'::text]))",
        "(date_trunc('month'::text, (te.date)::timestamp with time zone))::date",
        "COALESCE(sum(f.revenue), (0)::numeric)", "NULL::numeric", "(te.hours * te.hourly_rate)", "(0)::numeric",
        "CASE WHEN te.is_billable THEN te.hours ELSE NULL::numeric END", "(0)::numeric(5,2)",
        "(count(*) FILTER (WHERE ((i.status)::text = 'paid'::text)))::integer", "((a)::text || (b)::text)",
        "(timezone('UTC'::text, t.at))::date", "(t.at AT TIME ZONE 'UTC'::text)", "EXTRACT(year FROM t.d)",
        "('2024-01-01'::date + '1 day'::interval)", "((t.a)::text ~~ 'x%'::text)", "(NOT t.a)", "(t.a IS NOT TRUE)",
        "((t.a)[1])::integer", "(t.a)[1]", "(ROW(t.a, t.b) = ROW(1, 2))", "(t.a COLLATE \"C\")",
        "(((t.a)::text) COLLATE \"C\")", "('{1,2}'::integer[])[1]", "(t.arr[1])::text", "GREATEST(t.a, (0)::numeric)",
        "(t.a % 2)", "((t.r).x)", "(t.a)::\"char\"", "btrim((t.a)::text)", "TRIM(BOTH FROM t.a)",
        "SUBSTRING(t.a FROM 1 FOR 2)", "\"substring\"(t.a, 1)", "B'101'::\"bit\"", "date_part('dow'::text, t.d)",
        "(t.a)::bpchar", "'x'::character(1)", "(t.a)::time without time zone", "(t.j ->> 'a'::text)",
        "(t.a OPERATOR(public.=) t.b)", "'1 day'::interval day to second", "'01:00:00'::interval"));

TEST(Deparse, AddsTheParenthesesAComposedTreeNeeds) {
    Tree tree = Tree::parse_expression("x * 2");
    const Tree sum = Tree::parse_expression("a + b");
    Node* replaced = transform(tree.expression(), [&](Node& node) {
        return node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF ? tree.clone(sum.expression()) : nullptr;
    });
    EXPECT_EQ(deparse(replaced), "(a + b) * 2");
}

TEST(Deparse, WritesTheParenthesesThatTheDeparserForgets) {
    const std::pair<const char*, const char*> cases[] = {
        {"(d AT TIME ZONE 'UTC')::date", "(d AT TIME ZONE 'UTC')::date"},
        {"(array[1,2])[1]", "((ARRAY[1, 2])[1])"},
        {"sum((a AND NOT b)::int)", "(sum((a AND (NOT b))::int))"},
        {"(a = b) IN (c = d, true)", "((a = b) IN ((c = d), true))"},
        {"(a AND b) IS NULL", "((a AND b) IS NULL)"},
        {"(a LIKE 'x' ESCAPE 'y') IS NOT TRUE", "a LIKE pg_catalog.like_escape('x', 'y') IS NOT TRUE"},
        {"(a SIMILAR TO 'x') LIKE 'freshet_operand_0'", "((a SIMILAR TO 'x') LIKE 'freshet_operand_0')"},
    };
    for (const auto& [text, sql] : cases) {
        EXPECT_EQ(deparse(Tree::parse_expression(text).expression()), sql) << text;
    }
}

TEST(Deparse, RefusesWhatItCannotWrite) {
    const Tree tree = Tree::parse_expression("(1).f");
    try {
        deparse(tree.expression());
        FAIL() << "survived";
    } catch (const core::Error& error) {
        EXPECT_STREQ(error.what(), "cannot write 'SELECT 1.f' as SQL: PostgreSQL would read it differently");
        EXPECT_EQ(error.hint(),
                  "write this part of the query differently, for example with plain casts and no subscripts");
    }
}

TEST(Deparse, RefusesATreeThatWouldOverflowTheStack) {
    Tree tree = Tree::parse_expression("x");
    Node* node = tree.expression();
    for (int i = 0; i < 20000; ++i) {
        node = tree.case_when(tree.column_ref({"a"}), node);
    }
    try {
        deparse(node);
        FAIL() << "survived";
    } catch (const core::Error& error) {
        EXPECT_STREQ(error.what(), "cannot write an expression as SQL: it nests too deeply");
        EXPECT_EQ(error.hint(), "simplify the query");
    }
}

TEST(Deparse, WritesASelect) {
    const char* sql = "SELECT a, b.c FROM s.t JOIN u b USING (id) WHERE a > 1 UNION ALL SELECT 1, 2 FROM \"Ü\"";
    EXPECT_EQ(deparse(Tree::parse_select(sql).select()), sql);
}

}  // namespace
}  // namespace freshet::query
