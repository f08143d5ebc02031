#include "freshet/query/normal_form.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::query {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ColumnFact column(std::string name, const std::string& type) {
    return {std::move(name), type, type, "", false, false};
}

ColumnFact required(std::string name, const std::string& type) {
    auto fact = column(std::move(name), type);
    fact.not_null = true;
    return fact;
}

// public.t: a column of many a type, those that end in _not are NOT NULL.
Facts facts_of_t() {
    auto state = column("state", "public.order_state");
    state.is_enum = true;
    auto code = column("code", "public.postal_code");
    code.log_type = "bpchar";
    return {{{{"public", "t"},
              {column("txt", "text"), column("vc", "character varying(10)"), column("ch", "character(3)"),
               column("flag", "boolean"), column("num", "integer"), column("dec", "numeric(10,2)"),
               column("day", "date"), column("at", "timestamp with time zone"), state, code,
               column("tags", "integer[]"), required("num_not", "integer"), required("doc_not", "jsonb"),
               required("at_not", "timestamp without time zone"), required("way_not", "path"),
               required("size_not", "double precision")}}},
            {},
            {}};
}

Level only_level(const std::string& sql, const Facts& facts) {
    auto form = normalise(sql, facts);
    EXPECT_EQ(form.levels.size(), 1U);
    EXPECT_EQ(form.above, "");
    return std::move(form.levels.front());
}

Level normalise_t(const std::string& rest) {
    return only_level("SELECT t.txt, " + rest + " GROUP BY t.txt", facts_of_t());
}

std::vector<std::string> captured(const std::string& condition) {
    return normalise_t("count(*) AS n FROM public.t WHERE " + condition)
        .arms.front()
        .relations.front()
        .capture_conditions;
}

// t.dec has two digits.
TEST(Scales, AreThoseThatTheBranchesMayShow) {
    const auto scales = [](const std::string& input) {
        return normalise_t("sum(" + input + ") AS s FROM public.t").input_scales.front();
    };
    EXPECT_THAT(scales("t.dec"), ElementsAre(2));
    EXPECT_THAT(scales("CASE WHEN t.flag THEN t.dec ELSE (0)::numeric END"), ElementsAre(0, 2));
    EXPECT_THAT(scales("CASE WHEN t.flag THEN t.dec * t.dec ELSE (0)::numeric END"), ElementsAre(0, 4));
    EXPECT_THAT(scales("COALESCE(t.dec, 1.5)"), ElementsAre(1, 2));
    EXPECT_THAT(scales("COALESCE(t.dec, (0)::numeric) * 1.50"), ElementsAre(2, 4));
    EXPECT_THAT(scales("COALESCE(t.dec, (0)::numeric) + 0.5"), ElementsAre(1, 2));
    EXPECT_THAT(scales("COALESCE(t.dec, (0)::numeric) * COALESCE(t.dec, (0)::numeric)"), ElementsAre(0, 2, 4));
    EXPECT_THAT(scales("CASE WHEN t.flag THEN t.dec END"), ElementsAre(2));
    EXPECT_THAT(scales("COALESCE(t.dec / 3, (0)::numeric)"), IsEmpty());
    EXPECT_THAT(scales("t.dec / 3"), IsEmpty());
    EXPECT_THAT(scales("round(COALESCE(t.dec, (0)::numeric), 1)"), ElementsAre(1));
}

class Pushed : public testing::TestWithParam<const char*> {};
TEST_P(Pushed, RunsInTheWritersStatement) {
    EXPECT_EQ(captured(GetParam()).size(), 1U);
}
INSTANTIATE_TEST_SUITE_P(
    Conditions, Pushed,
    testing::Values("t.flag", "NOT t.flag", "t.flag IS TRUE", "t.txt IS NULL", "t.at IS NOT NULL", "t.tags IS NULL",
                    "t.txt = 'a'::text", "'a'::text < t.txt", "(t.vc)::text = 'a'::text", "t.ch = 'a'::bpchar",
                    "t.num = 5", "t.num = '-5'::integer", "t.dec >= (5)::numeric", "t.dec = 5.25",
                    "t.num <> '5000000000'::bigint", "t.num <> (5)::bigint", "t.flag = true",
                    "t.day >= '2026-01-01'::date", "t.day IS DISTINCT FROM '2026-01-01'::date",
                    "(t.state)::text = 'paid'::text", "t.num = ANY (ARRAY[1, 2])", "t.num <> ALL (ARRAY[1, 2])",
                    "t.txt = ANY (ARRAY['a'::text, 'b'::text])", "t.txt = ANY ('{a,b}'::text[])",
                    "(t.vc)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])",
                    "(t.vc)::text = ('abc'::character varying(2))::text", "t.txt = NULL::text",
                    "t.flag OR (t.num = 1 AND t.day < '2026-01-01'::date)"));

class Kept : public testing::TestWithParam<const char*> {};
TEST_P(Kept, RunsOnlyInTheFold) {
    EXPECT_THAT(captured(GetParam()), IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(
    Conditions, Kept,
    testing::Values("t.day >= '2026-01-01 00:00:00+00'::timestamptz", "t.at >= '2026-01-01'::date",
                    "t.at >= '2026-01-01 00:00:00+00'::timestamptz", "t.num + 1 = 2", "upper(t.txt) = 'A'::text",
                    "t.txt ~~ 'a%'::text", "t.num = t.num_not", "(t.num)::numeric = 5.5",
                    "t.state = 'paid'::public.order_state", "(t.num)::text = '5'::text", "t.num = (70000)::smallint",
                    "t.num = ('abc'::text)::integer", "t.dec = (5000)::numeric(3,1)", "t.day = ('x'::text)::date",
                    "t.dec = '5000'::numeric(3,1)", "(t.code)::text = 'x'::text", "5 = ANY (t.tags)",
                    "t.txt OPERATOR(public.=) 'a'::text", "t.flag OR t.num + 1 = 2",
                    "(t.doc_not ->> 'x'::text) IS NULL", "t.num = (5.5)::integer", "t.txt = 'a'::public.label"));

// count(x) over an x that is never NULL needs no counter of its own; a wrong "never" counts wrong.
bool never_null(const std::string& expression) {
    const auto form = normalise_t("count(" + expression + ") AS n FROM public.t");
    return !form.input_nullable.front();
}

class NeverNull : public testing::TestWithParam<const char*> {};
TEST_P(NeverNull, IsSeen) {
    EXPECT_TRUE(never_null(GetParam()));
}
INSTANTIATE_TEST_SUITE_P(Expressions, NeverNull,
                         testing::Values("t.num_not", "t.num_not * 2 - 1", "(t.num_not)::text", "'a'::text",
                                         "COALESCE(t.num, 0)", "CASE WHEN t.flag THEN 1 ELSE t.num_not END",
                                         "date_trunc('day'::text, t.at_not)", "(t.at_not)::date",
                                         "(t.size_not)::numeric(10,2)"));

class PerhapsNull : public testing::TestWithParam<const char*> {};
TEST_P(PerhapsNull, IsNotRuledOut) {
    EXPECT_FALSE(never_null(GetParam()));
}
INSTANTIATE_TEST_SUITE_P(Expressions, PerhapsNull,
                         testing::Values("t.num", "NULL::integer", "t.num + t.num_not", "CASE WHEN t.flag THEN 1 END",
                                         "COALESCE(t.num, t.dec)", "t.num_not / 2", "NULLIF(t.num_not, 1)",
                                         // of 'infinity'
                                         "EXTRACT(hour FROM t.at_not)", "date_part('hour'::text, t.at_not)",
                                         "(t.at_not)::time without time zone",
                                         // of jsonb 'null', from PostgreSQL 18 on
                                         "(t.doc_not)::integer",
                                         // of closed paths
                                         "t.way_not + t.way_not", "public.date_trunc('day'::text, t.at_not)",
                                         "(t.num_not)::public.mine"));

TEST(NormalForm, FilterBecomesTheInput) {
    const auto form =
        normalise_t("sum(t.num) FILTER (WHERE t.flag) AS a, count(*) FILTER (WHERE t.flag) AS b FROM public.t");
    EXPECT_THAT(form.arms.front().inputs,
                ElementsAre("CASE WHEN s0.flag THEN s0.num END", "CASE WHEN s0.flag THEN 1 END"));
    EXPECT_THAT(form.aggregates, ElementsAre(Aggregate{AggregateKind::sum, 0}, Aggregate{AggregateKind::count, 1}));
}

TEST(NormalForm, EqualAggregatesAndInputsAreKeptOnce) {
    const auto form = normalise_t("sum(t.num) AS a, sum(t.num) + avg(t.num) AS b FROM public.t");
    EXPECT_THAT(form.arms.front().inputs, ElementsAre("s0.num"));
    EXPECT_EQ(form.aggregates.size(), 2U);
    EXPECT_EQ(form.outputs.back().expression, "a0 + a1");
}

TEST(NormalForm, OnlyPostgresOwnNowIsTheMomentOfWriting) {
    const auto form = normalise_t("now() AS a, CURRENT_TIMESTAMP AS b, public.now() AS c, count(*) AS n FROM public.t");
    EXPECT_EQ(form.outputs[1].kind, OutputKind::refreshed_at);
    EXPECT_EQ(form.outputs[2].kind, OutputKind::refreshed_at);
    EXPECT_EQ(form.outputs[3].kind, OutputKind::computed);
}

TEST(NormalForm, AColumnDeterminedByTheKeyBecomesAKey) {
    const auto form = only_level("SELECT t.num, t.txt, count(*) AS n FROM public.t GROUP BY t.num", facts_of_t());
    EXPECT_THAT(form.arms.front().keys, ElementsAre("s0.num", "s0.txt"));
    EXPECT_EQ(form.outputs[1], (Output{"txt", OutputKind::key, "k1"}));
}

const std::string union_whole =
    "SELECT t.num AS x, t.vc AS y FROM public.t UNION ALL SELECT t.dec, t.txt FROM public.t";

Facts facts_of_union() {
    auto facts = facts_of_t();
    const auto add = [&](const std::string& sql, std::vector<std::string> types, std::vector<std::string> collations) {
        facts.select_types[sql] = std::move(types);
        facts.select_collations[sql] = std::move(collations);
    };
    const auto needed = required_facts("SELECT f.x FROM (" + union_whole + ") f GROUP BY f.x", {}).selects;
    add(needed.at(0).sql, {"numeric", "text"}, {"", "pg_catalog.\"C\""});
    add(needed.at(1).sql, {"integer", "character varying(10)"}, {"", "pg_catalog.\"C\""});
    add(needed.at(2).sql, {"numeric(10,2)", "text"}, {"", ""});
    return facts;
}

TEST(NormalForm, ArmsOfAUnionGetItsTypesAndCollations) {
    const auto form =
        only_level("SELECT f.y, sum(f.x / 2) AS s FROM (" + union_whole + ") f GROUP BY f.y", facts_of_union());
    ASSERT_EQ(form.arms.size(), 2U);
    EXPECT_THAT(form.arms[0].inputs, ElementsAre("s0.num::numeric / 2"));
    EXPECT_THAT(form.arms[0].keys, ElementsAre("s0.vc::text"));
    EXPECT_THAT(form.arms[1].inputs, ElementsAre("s0.\"dec\"::numeric / 2"));
    EXPECT_THAT(form.arms[1].keys, ElementsAre("s0.txt COLLATE pg_catalog.\"C\""));
}

TEST(NormalForm, ASubSelectUnderAnOperatorStaysOneOperand) {
    const auto form = only_level(
        "SELECT f.k, sum(f.v * 2) AS s FROM (SELECT t.txt AS k, t.num + 1 AS v FROM public.t) f GROUP BY f.k",
        facts_of_t());
    EXPECT_THAT(form.arms.front().inputs, ElementsAre("(s0.num + 1) * 2"));
}

TEST(NormalForm, OccurrencesOfATableAreRelationsOfTheirOwn) {
    const auto form = only_level(
        "SELECT a.txt, count(*) AS n FROM (public.t a JOIN public.t b ON ((a.num = b.num))) WHERE b.flag GROUP BY "
        "a.txt",
        facts_of_t());
    const auto& relations = form.arms.front().relations;
    ASSERT_EQ(relations.size(), 2U);
    EXPECT_THAT(relations[0].columns, ElementsAre("num", "txt"));
    EXPECT_THAT(relations[0].capture_conditions, IsEmpty());
    EXPECT_THAT(relations[1].columns, ElementsAre("flag", "num"));
    EXPECT_THAT(relations[1].capture_conditions, ElementsAre("r.flag"));
}

std::string rejection(const std::string& sql) {
    try {
        normalise(sql, facts_of_t());
    } catch (const Rejected& rejected) {
        return rejected.rejections.front().reason;
    }
    return "accepted";
}

TEST(NormalForm, ReadsColumnsUnderOtherNames) {
    const auto keys = [](const std::string& sql) { return normalise(sql, facts_of_t()).levels[0].arms[0].keys; };
    EXPECT_EQ(keys("SELECT j.txt FROM (public.t a JOIN public.t b USING (txt)) j GROUP BY j.txt").front(), "s0.txt");
    EXPECT_EQ(keys("SELECT txt FROM (public.t JOIN (SELECT t.vc AS txt FROM public.t) u USING (txt)) GROUP BY txt"),
              std::vector<std::string>{"COALESCE(s0.txt, s1.vc)"});
}

TEST(NormalForm, SaysWhatItCannotDo) {
    EXPECT_EQ(rejection("SELECT count(t.*) AS n FROM public.t GROUP BY t.txt"), "a whole row is used as a value");
    EXPECT_EQ(rejection("SELECT t.txt FROM public.t"), "the query groups nowhere, so its rows have no key");
    EXPECT_EQ(rejection("SELECT a.txt FROM (public.t a FULL JOIN public.t b ON ((a.num = b.num))) GROUP BY a.txt"),
              "FULL JOIN keeps rows of both sides");
    EXPECT_EQ(rejection("SELECT j.num FROM (public.t JOIN (SELECT upper(t.txt) AS num FROM public.t) u USING (num)) j "
                        "GROUP BY j.num"),
              "the USING column num of a join with an alias may have two types");
    EXPECT_EQ(rejection("SELECT f.a FROM (SELECT t.txt AS a FROM public.t LIMIT 3) f GROUP BY f.a"),
              "a sub-select that limits its rows");
    EXPECT_EQ(
        rejection("SELECT f.a FROM (SELECT t.txt AS a FROM public.t UNION SELECT t.vc FROM public.t) f GROUP BY f.a"),
        "a set operation other than UNION ALL");
    EXPECT_EQ(rejection("SELECT f.a FROM generate_series(1, 3) f(a) GROUP BY f.a"), "a source that is not a table");
    EXPECT_EQ(rejection("SELECT t.txt, array_agg(t.num) AS m FROM public.t GROUP BY t.txt"),
              "array_agg lists rows in no certain order, so the query has more than one answer");
    EXPECT_EQ(rejection("SELECT t.txt, count(*) AS n FROM public.t GROUP BY ROLLUP (t.txt)"),
              "GROUPING SETS, ROLLUP and CUBE group the same rows several times");
    EXPECT_EQ(rejection("SELECT DISTINCT ON (t.txt) t.txt, t.num FROM public.t"),
              "DISTINCT ON keeps one of several rows");
    EXPECT_EQ(rejection("SELECT f.a, sum(f.r) AS s FROM (SELECT t.txt AS a, rank() OVER (ORDER BY t.num) AS r "
                        "FROM public.t) f GROUP BY f.a"),
              "a window function below the grouping");
    EXPECT_EQ(rejection("SELECT t.txt, count(*) AS n FROM public.t WHERE t.at > now() GROUP BY t.txt"),
              "a value that changes with time or session, not with the rows");
    EXPECT_EQ(rejection("SELECT g.txt, u.num FROM ((SELECT DISTINCT t.txt FROM public.t) g JOIN public.t u ON (true))"),
              "t is read beside a grouping, not below it");
    EXPECT_EQ(rejection("SELECT g.w - interval '1 day' AS x FROM (SELECT t.txt, now() AS w FROM public.t GROUP BY "
                        "t.txt) g"),
              "a value that is computed from the moment at which a row was written");
}

TEST(NormalFilter, TakesOnlyWhatCannotFail) {
    const auto relation =
        normalise_filter("SELECT 1 AS one FROM public.t r WHERE ((r.flag) AND (r.num > 3))", facts_of_t());
    EXPECT_THAT(relation.capture_conditions, ElementsAre("r.flag", "r.num > 3"));
    EXPECT_THAT(relation.columns, ElementsAre("flag", "num"));
    EXPECT_THROW(normalise_filter("SELECT 1 AS one FROM public.t r WHERE ((100 / r.num) > 3)", facts_of_t()), Rejected);
    EXPECT_THROW(normalise_filter("SELECT 1 AS one FROM public.t r WHERE (r.num = (70000)::smallint)", facts_of_t()),
                 Rejected);
    EXPECT_THROW(normalise_filter("SELECT 1 AS one FROM public.t r, public.t s WHERE r.flag", facts_of_t()), Rejected);
}

}  // namespace
}  // namespace freshet::query
