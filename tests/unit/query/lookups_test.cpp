// Which outer joins are lookups by a unique key, and what becomes of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "freshet/query/normal_form.hpp"

namespace freshet::query {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ColumnFact column(std::string name, const std::string& type, std::string collation = "", bool deterministic = true) {
    ColumnFact fact{std::move(name), type, type, std::move(collation)};
    fact.deterministic = deterministic;
    return fact;
}

// a refers to b in many ways; of b, each column alone is unique but cost and year, which are so together.
Facts facts() {
    const std::string ci = "public.ci";
    auto tag = column("tag", "public.label");
    tag.log_type = "text";
    auto id = column("id", "integer");
    id.not_null = true;
    Facts facts;
    facts.aggregates = {"count"};
    facts.tables = {
        {{"public", "a"},
         {column("b_id", "integer"), column("big", "bigint"), column("num", "numeric"), column("name", "text"),
          column("ci", "text", ci, false), column("day", "date"), column("at", "timestamp with time zone"),
          column("local", "timestamp without time zone"), column("mail", "public.citext")}},
        {{"public", "b"},
         {id, column("cost", "integer"), column("year", "integer"), column("code", "character varying(8)"),
          column("ci", "text", ci, false), column("day", "date"), column("at", "timestamp with time zone"), tag,
          column("flag", "boolean"), column("mail", "public.citext"), column("short", "character(3)")}}};
    facts.unique_indexes[{"public", "b"}] = {{{"id"}, {""}},   {{"cost", "year"}, {"", ""}},
                                             {{"code"}, {""}}, {{"ci"}, {""}},
                                             {{"day"}, {""}},  {{"at"}, {""}},
                                             {{"tag"}, {""}},  {{"mail"}, {"public"}},
                                             {{"short"}, {""}}};
    return facts;
}

Arm arm_of(const std::string& sql) {
    const auto form = normalise(sql, facts());
    return form.levels.front().arms.front();
}

Arm joined_on(const std::string& condition) {
    return arm_of("SELECT a.name, count(*) AS n FROM (public.a LEFT JOIN public.b ON (" + condition +
                  ")) GROUP BY a.name");
}

std::string rejection(const std::string& sql) {
    try {
        arm_of(sql);
    } catch (const Rejected& rejected) {
        const auto& first = rejected.rejections.front();
        return first.reason + " | " + first.hint + " | " + first.relation + " " + first.alias;
    }
    return "accepted";
}

std::string key_of(const std::string& condition) {
    try {
        std::string key;
        const auto arm = joined_on(condition);
        for (const auto& column : arm.relations.back().lookup_key) {
            key += (key.empty() ? "" : " ") + column;
        }
        return key;
    } catch (const Rejected&) {
        return "";
    }
}

TEST(Lookups, AreFoundByEveryColumnOfAUniqueIndex) {
    EXPECT_EQ(key_of("(b.id = a.b_id)"), "id");
    EXPECT_EQ(key_of("(a.b_id = b.id)"), "id");
    EXPECT_EQ(key_of("(b.id = (a.b_id + 1))"), "id");
    EXPECT_EQ(key_of("(b.id = 7)"), "id");
    EXPECT_EQ(key_of("((b.cost = a.b_id) AND (b.flag AND (b.year = a.big)))"), "cost year");
    EXPECT_EQ(key_of("(b.cost = a.b_id)"), "");
    EXPECT_EQ(key_of("(b.id > a.b_id)"), "");
    EXPECT_EQ(key_of("((b.id = a.b_id) OR b.flag)"), "");
    EXPECT_EQ(key_of("(b.id = b.cost)"), "");
    EXPECT_EQ(key_of("(b.id = (a.b_id + b.cost))"), "");
    EXPECT_EQ(key_of("(b.id = ANY (ARRAY[1, 2]))"), "");
    EXPECT_EQ(key_of("(NOT (b.id IS DISTINCT FROM a.b_id))"), "");
    EXPECT_EQ(key_of("true"), "");
}

TEST(Lookups, AreFoundThroughCastsThatKeepValuesApart) {
    EXPECT_EQ(key_of("((b.id)::numeric = a.num)"), "id");
    EXPECT_EQ(key_of("((b.code)::text = a.name)"), "code");
    EXPECT_EQ(key_of("((b.tag)::text = a.name)"), "tag");
    EXPECT_EQ(key_of("((b.code)::character varying(2) = a.name)"), "");
    EXPECT_EQ(key_of("((b.short)::text = a.name)"), "");
    EXPECT_EQ(key_of("((b.id)::double precision = (a.num)::double precision)"), "");
    EXPECT_EQ(key_of("((b.id)::public.weird = a.b_id)"), "");
}

TEST(Lookups, AreNotFoundByAnEqualityThatTakesMoreForEqual) {
    EXPECT_EQ(key_of("((b.code)::text = a.ci)"), "");
    EXPECT_EQ(key_of("((b.code)::text = (a.name COLLATE public.ci))"), "");
    EXPECT_EQ(key_of("((b.code)::text = (a.ci COLLATE \"C\"))"), "");
    EXPECT_EQ(key_of("((b.code)::text = public.folded(a.name))"), "");
    EXPECT_EQ(key_of("((b.code)::text = (a.name)::public.folded)"), "");
    EXPECT_EQ(key_of("((b.code)::text = (a.name COLLATE \"C\"))"), "code");
    EXPECT_EQ(key_of("((b.code)::text = upper(a.name))"), "code");
    EXPECT_EQ(key_of("(b.ci = a.ci)"), "ci");
    EXPECT_EQ(key_of("(b.ci = a.name)"), "ci");
    EXPECT_EQ(key_of("(b.mail = a.mail)"), "");
    EXPECT_EQ(key_of("(b.mail OPERATOR(public.=) a.mail)"), "mail");
    EXPECT_EQ(key_of("(b.mail OPERATOR(other.=) a.mail)"), "");
    EXPECT_EQ(key_of("(b.mail OPERATOR(public.=) a.name)"), "");
}

TEST(Lookups, AreNotFoundBetweenMomentsWithAndWithoutAZone) {
    EXPECT_EQ(key_of("(b.day = a.day)"), "day");
    EXPECT_EQ(key_of("(b.day = a.local)"), "day");
    EXPECT_EQ(key_of("(b.day = '2026-01-01'::date)"), "day");
    EXPECT_EQ(key_of("(b.day = (a.at)::date)"), "day");
    EXPECT_EQ(key_of("(b.day = a.at)"), "");
    EXPECT_EQ(key_of("(b.day = (a.local)::timestamp with time zone)"), "");
    EXPECT_EQ(key_of("(b.at = a.local)"), "at");
}

TEST(Lookups, KeepTheConditionsOfOnApartFromThoseOfWhere) {
    const auto arm = arm_of(
        "SELECT b.cost, count(*) AS n FROM (public.a LEFT JOIN public.b ON (((b.id = a.b_id) AND b.flag AND (a.big > "
        "3)))) WHERE ((b.year > 3) AND (a.num > 0)) GROUP BY b.cost");
    const auto& [a, b] = std::tie(arm.relations[0], arm.relations[1]);
    EXPECT_FALSE(a.is_lookup());
    EXPECT_THAT(a.capture_conditions, ElementsAre("r.num > 0"));
    EXPECT_THAT(a.columns, ElementsAre("b_id", "big", "num"));
    EXPECT_THAT(b.lookup_conditions, ElementsAre("s1.id = s0.b_id", "s1.flag", "s0.big > 3"));
    EXPECT_THAT(b.capture_conditions, ElementsAre("r.flag"));
    EXPECT_THAT(b.lookup_key, ElementsAre("id"));
    EXPECT_THAT(arm.conditions, ElementsAre("s1.year > 3", "s0.num > 0"));
}

TEST(Lookups, MakeTheirColumnsNullable) {
    const auto form = normalise(
        "SELECT b.id, count(b.id) AS n FROM (public.a LEFT JOIN public.b ON ((b.id = a.b_id))) GROUP BY b.id", facts());
    EXPECT_THAT(form.levels.front().key_nullable, ElementsAre(true));
    EXPECT_THAT(form.levels.front().input_nullable, ElementsAre(true));
}

TEST(Lookups, KeepTheirOrderBelowOtherJoins) {
    const auto arm = arm_of(
        "SELECT c.cost FROM (((public.a JOIN public.a x ON ((x.b_id = a.big))) JOIN (public.a y LEFT JOIN public.b ON "
        "((b.id = y.b_id))) ON ((y.num = a.num))) LEFT JOIN public.b c ON ((c.id = b.cost))) GROUP BY c.cost");
    ASSERT_EQ(arm.relations.size(), 5U);
    EXPECT_THAT(arm.relations[3].lookup_conditions, ElementsAre("s3.id = s2.b_id"));
    EXPECT_THAT(arm.relations[4].lookup_conditions, ElementsAre("s4.id = s3.cost"));
    EXPECT_THAT(arm.conditions, ElementsAre("s1.b_id = s0.big", "s2.num = s0.num"));
}

TEST(Lookups, OfASubSelectGiveNullForWhatItComputes) {
    const auto arm = arm_of(
        "SELECT s.v, s.c FROM (public.a LEFT JOIN (SELECT b.id AS i, COALESCE(b.cost, 0) AS v, b.cost AS c FROM "
        "public.b WHERE b.flag) s ON (((s.i = a.b_id) AND (s.v > 2)))) GROUP BY s.v, s.c");
    EXPECT_THAT(arm.relations[1].lookup_conditions,
                ElementsAre("s1.flag", "s1.id = s0.b_id", "COALESCE(s1.cost, 0) > 2"));
    EXPECT_THAT(arm.relations[1].capture_conditions, ElementsAre("r.flag"));
    EXPECT_THAT(arm.keys, ElementsAre("CASE WHEN s1.id IS NOT NULL THEN COALESCE(s1.cost, 0) END", "s1.cost"));
    EXPECT_THAT(arm.conditions, IsEmpty());
}

TEST(Lookups, AreNotFoundThroughCastsThatUsingHides) {
    const auto joined = [](const std::string& type) {
        return rejection("SELECT x.id FROM ((SELECT (a.big)::" + type +
                         " AS id FROM public.a) x LEFT JOIN public.b USING (id)) GROUP BY x.id");
    };
    EXPECT_EQ(joined("integer"), "accepted");
    EXPECT_EQ(joined("double precision"),
              "the USING column id of an outer join may have two types | write the condition with ON |  ");
}

TEST(Lookups, OnTheLeftOfARightJoin) {
    const auto arm = arm_of("SELECT b.cost FROM (public.b RIGHT JOIN public.a ON ((b.id = a.b_id))) GROUP BY b.cost");
    EXPECT_EQ(arm.relations[0].table.name, "a");
    EXPECT_THAT(arm.relations[1].lookup_conditions, ElementsAre("s1.id = s0.b_id"));
}

TEST(Lookups, AreRefusedWhereTheyStand) {
    EXPECT_EQ(
        rejection("SELECT a.name FROM (public.a LEFT JOIN public.b x ON ((x.cost = a.b_id))) GROUP BY a.name"),
        "LEFT JOIN may find several rows of public.b for one: no unique index of it is compared column by column | "
        "CREATE UNIQUE INDEX ON \"public\".\"b\" (\"cost\"), or compare the columns of another one by =; where "
        "several rows can match, use strategy \"concurrent\" | b x");
    EXPECT_EQ(
        rejection("SELECT a.name FROM (public.b RIGHT JOIN public.a ON ((b.id > a.b_id))) GROUP BY a.name"),
        "RIGHT JOIN may find several rows of public.b for one: no unique index of it is compared column by column "
        "| compare the columns of a unique index of public.b by =; where several rows can match, use strategy "
        "\"concurrent\" | b b");
    EXPECT_EQ(rejection("SELECT a.name FROM (public.a LEFT JOIN (public.b JOIN public.b c ON ((c.cost > b.cost))) ON "
                        "((b.id = a.b_id))) GROUP BY a.name")
                  .substr(0, 50),
              "LEFT JOIN may find several rows of public.b for on");
}

// Both rows must be found: the columns of each are NULL unless the other is there, too.
TEST(Lookups, OfSeveralTablesAreFoundTogether) {
    const auto arm = arm_of(
        "SELECT c.code, count(*) AS n FROM (public.a LEFT JOIN (public.b JOIN public.b c ON ((c.id = "
        "b.cost))) ON ((b.id = a.b_id))) GROUP BY c.code");
    ASSERT_EQ(arm.relations.size(), 3U);
    EXPECT_THAT(arm.relations[1].lookup_conditions, ElementsAre("s1.id = s0.b_id"));
    EXPECT_THAT(arm.relations[2].lookup_conditions, ElementsAre("s2.id = s1.cost"));
    EXPECT_EQ(arm.keys.front(),
              "CASE WHEN s1.id IS NOT NULL AND s2.id IS NOT NULL THEN s2.code ELSE NULL::varchar(8) END");
}

// Whichever of the two is found first by what is kept.
TEST(Lookups, OfSeveralTablesComeInTheOrderInWhichTheyAreFound) {
    const auto arm = arm_of(
        "SELECT a.name, count(*) AS n FROM (public.a LEFT JOIN (public.b JOIN public.b c ON ((c.cost = "
        "b.id))) ON ((c.id = a.b_id))) GROUP BY a.name");
    ASSERT_EQ(arm.relations.size(), 3U);
    EXPECT_THAT(arm.relations[1].lookup_conditions, ElementsAre("s2.id = s0.b_id"));
    EXPECT_THAT(arm.relations[2].lookup_conditions, ElementsAre("s2.cost = s1.id"));
}

// CASE has a modifier only if all that it can give has it.
TEST(Lookups, KeepTheModifiersOfWhatTheyShow) {
    EXPECT_EQ(
        arm_of("SELECT x.n, count(*) AS c FROM (public.a LEFT JOIN ( SELECT b.id, ((b.cost * 2))::numeric(10,2) AS n "
               "FROM public.b) x ON ((x.id = a.b_id))) GROUP BY x.n")
            .keys.front(),
        "CASE WHEN s1.id IS NOT NULL THEN CAST(s1.cost * 2 AS numeric(10, 2)) ELSE NULL::numeric(10, 2) END");
    EXPECT_EQ(
        arm_of(
            "SELECT b.code, count(*) AS n FROM (public.a LEFT JOIN (public.b JOIN public.b c ON ((c.id = b.cost))) ON "
            "((b.id = a.b_id))) GROUP BY b.code")
            .keys.front(),
        "CASE WHEN s1.id IS NOT NULL AND s2.id IS NOT NULL THEN s1.code ELSE NULL::varchar(8) END");
}

TEST(Unions, AreNotMultipliedWithoutBound) {
    std::string from;
    for (int i = 0; i < 4; ++i) {
        from += std::string(i == 0 ? "" : ", ") +
                "( SELECT b.id FROM public.b UNION ALL SELECT b.id FROM public.b UNION ALL "
                "SELECT b.id FROM public.b) u" +
                std::to_string(i);
    }
    auto known = facts();
    for (const auto& one : required_facts("SELECT u0.id, count(*) AS n FROM " + from + " GROUP BY u0.id", {}).selects) {
        known.select_types[one.sql] = {"integer"};
        known.select_collations[one.sql] = {""};
    }
    try {
        normalise("SELECT u0.id, count(*) AS n FROM " + from + " GROUP BY u0.id", known);
        FAIL() << "not refused";
    } catch (const Rejected& rejected) {
        EXPECT_EQ(rejected.rejections.front().reason,
                  "the arms of UNION ALL, joined with each other, are 81 joins; there may be 64");
    }
}

Arm where(const std::string& condition) {
    return arm_of("SELECT a.name, count(*) AS n FROM public.a WHERE (" + condition + ") GROUP BY a.name");
}

std::string not_where(const std::string& condition) {
    return rejection("SELECT a.name, count(*) AS n FROM public.a WHERE (" + condition + ") GROUP BY a.name");
}

TEST(SubQueries, ThatMustFindARowAreJoins) {
    for (const auto* condition : {"(EXISTS ( SELECT 1 FROM public.b WHERE ((b.id = a.b_id) AND b.flag)))",
                                  "(a.b_id IN ( SELECT b.id FROM public.b WHERE b.flag))"}) {
        const auto arm = where(std::string(condition) + " AND (a.big > 3)");
        ASSERT_EQ(arm.relations.size(), 2U);
        EXPECT_FALSE(arm.relations[1].is_lookup());
        EXPECT_THAT(arm.relations[1].lookup_key, ElementsAre("id"));
        EXPECT_THAT(arm.relations[1].capture_conditions, ElementsAre("r.flag"));
        EXPECT_THAT(arm.conditions, testing::UnorderedElementsAre(testing::AnyOf("s1.id = s0.b_id", "s0.b_id = s1.id"),
                                                                  "s1.flag", "s0.big > 3"));
    }
}

TEST(SubQueries, ThatNeedNotAreLookups) {
    const auto arm = where("(NOT (EXISTS ( SELECT 1 FROM public.b WHERE (b.id = a.b_id))))");
    EXPECT_THAT(arm.relations[1].lookup_conditions, ElementsAre("s1.id = s0.b_id"));
    EXPECT_THAT(arm.conditions, ElementsAre("NOT s1.id IS NOT NULL"));
    EXPECT_THAT(where("((a.big > 3) OR (EXISTS ( SELECT 1 FROM public.b WHERE (b.id = a.b_id))))").conditions,
                ElementsAre("s0.big > 3 OR s1.id IS NOT NULL"));
    EXPECT_THAT(where("(7 IN ( SELECT x.id FROM public.b x)) IS TRUE").relations.size(), 2U);
}

TEST(SubQueries, GiveTheirValueOrNull) {
    const auto arm = arm_of(
        "SELECT ( SELECT b.cost FROM public.b WHERE (b.id = a.b_id)) AS c, ( SELECT COALESCE(b_1.year, a.big) FROM "
        "public.b b_1 WHERE (b_1.id = a.b_id)) AS y, count(*) FILTER (WHERE (EXISTS ( SELECT 1 FROM public.b WHERE "
        "(b.id = "
        "a.big)))) AS n FROM public.a GROUP BY a.b_id, a.big");
    // The two values are of one row.
    ASSERT_EQ(arm.relations.size(), 3U);
    EXPECT_THAT(arm.keys, ElementsAre("s0.b_id", "s0.big", "s1.cost",
                                      "CASE WHEN s1.id IS NOT NULL THEN COALESCE(s1.year, s0.big) END"));
    EXPECT_THAT(arm.relations[2].lookup_conditions, ElementsAre("s2.id = s0.big"));
    EXPECT_THAT(arm.inputs, ElementsAre("CASE WHEN s2.id IS NOT NULL THEN 1 END"));
}

TEST(SubQueries, HideTheNamesAroundThem) {
    const auto arm = where("(EXISTS ( SELECT 1 FROM public.b a WHERE (a.id = 7)))");
    EXPECT_THAT(arm.conditions, ElementsAre("s1.id = 7"));
    EXPECT_THAT(arm.keys, ElementsAre("s0.name"));
}

TEST(SubQueries, AreRefusedWhereTheyStand) {
    EXPECT_EQ(
        not_where("EXISTS ( SELECT 1 FROM public.b x WHERE (x.cost = a.b_id))"),
        "the sub-query may find several rows of public.b for one: no unique index of it is compared column by column "
        "| CREATE UNIQUE INDEX ON \"public\".\"b\" (\"cost\"), or compare the columns of another one by =; where "
        "several rows can match, use strategy \"concurrent\" | b x");
    const std::string never_null =
        "IN, where it need not hold, is NULL as soon as a NULL is compared | write EXISTS or NOT EXISTS, which are "
        "never "
        "NULL | b b";
    EXPECT_EQ(not_where("NOT (a.b_id IN ( SELECT b.id FROM public.b))"), never_null);
    EXPECT_EQ(
        not_where("NOT (abs(a.big) IN ( SELECT b.cost FROM public.b WHERE (b.id = 3)))"),
        "IN compares values of different types, or of types that are not PostgreSQL's own | write EXISTS, with the "
        "comparison in WHERE | b b");
    EXPECT_EQ(not_where("NOT ((7)::bigint IN ( SELECT b.cost FROM public.b WHERE (b.id = 3)))"), never_null);
    EXPECT_EQ(not_where("(a.num IN ( SELECT b.id FROM public.b))").substr(0, 40),
              "IN compares values of different types, o");
    const std::string more = " | join its tables below the grouping, or use strategy \"concurrent\" | b b";
    for (const auto* condition :
         {"EXISTS ( SELECT count(*) AS count FROM public.b)", "EXISTS ( SELECT 1 FROM public.b LIMIT 0)",
          "(a.b_id IN ( SELECT DISTINCT b.id FROM public.b))", "(a.b_id > ( SELECT max(b.id) AS max FROM public.b))",
          "EXISTS ( SELECT 1 FROM public.b, public.a x WHERE (b.id = a.b_id))",
          "EXISTS ( SELECT 1 FROM public.b UNION ALL SELECT 1)"}) {
        EXPECT_EQ(not_where(condition), "a sub-query that does more than find a row of one table" + more) << condition;
    }
    EXPECT_EQ(
        not_where("(a.b_id = ( SELECT ( SELECT x.id FROM public.b x WHERE (x.id = b.cost)) AS id FROM public.b WHERE "
                  "(b.id = a.b_id)))"),
        "a sub-query in the select list or FROM of a sub-query | join its tables below the grouping, or use strategy "
        "\"concurrent\" | b x");
    EXPECT_EQ(
        not_where("EXISTS ( SELECT 1 FROM public.b WHERE ((b.id = a.b_id) AND (EXISTS ( SELECT 1 FROM public.b x WHERE "
                  "(x.cost = b.cost)))))")
            .substr(0, 46),
        "the sub-query may find several rows of public.");
    EXPECT_EQ(not_where("(ARRAY( SELECT b.id FROM public.b) = a.b_id)"),
              "a sub-query that collects rows, or compares with all of them" + more);
    EXPECT_EQ(not_where("(a.b_id > ANY ( SELECT b.id FROM public.b))"),
              "ANY with an operator other than PostgreSQL's own = | write EXISTS, with the condition in WHERE | b b");
    EXPECT_EQ(
        rejection("SELECT a.name FROM (public.a LEFT JOIN public.b ON (((b.id = a.b_id) AND (EXISTS ( SELECT 1 FROM "
                  "public.b x WHERE (x.id = b.cost)))))) GROUP BY a.name")
            .substr(0, 38),
        "a sub-query in ON of an outer join | c");
}

}  // namespace
}  // namespace freshet::query
