// In the queries below, @ marks where a rejection points.
#include "freshet/query/shape.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::query {

static void PrintTo(const Rejection& rejection, std::ostream* out) {
    *out << rejection.offset << ": " << rejection.reason << " / " << rejection.hint;
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Because {
    std::string reason;
    std::string hint;
};

struct Marked {
    std::string sql;
    std::vector<std::size_t> offsets;
};

Marked read_marks(const std::string& text) {
    Marked marked;
    for (const char byte : text) {
        if (byte == '@') {
            marked.offsets.push_back(marked.sql.size());
        } else {
            marked.sql += byte;
        }
    }
    return marked;
}

const std::string concurrent = "use strategy \"concurrent\"";
const std::string or_concurrent = ", or strategy \"concurrent\"";
const std::string retention = "move a moving window to \"retention\"";
const std::string retention_or_alone =
    retention + "; CURRENT_TIMESTAMP may stand alone in a grouped select list or above it";
const std::string join_below =
    "join it below the GROUP BY, or make the grouped SELECT a view of its own and let this view read that";
const std::string use_union_all = "use UNION ALL, with SELECT DISTINCT over it if duplicates must go";
const std::string over_groups = "compute it over the groups, in the grouped SELECT or above it";
const std::string limit_groups = "limit the groups, above the grouping";
const std::string one_view_each = "define one view for each grouping, or use strategy \"concurrent\"";
const std::string write_value = "write the value itself";
const std::string store_value = "store the value in a table";

Because cannot(const std::string& what, const std::string& hint) {
    return {what + " cannot be maintained incrementally", hint};
}
Because time(const std::string& what) {
    return {what + " changes with time, not with the rows", retention_or_alone};
}
Because random_value(const std::string& what) {
    return {what + " gives another value each time", store_value};
}
Because session(const std::string& what) {
    return {what + " depends on the session", write_value};
}
Because beside(const std::string& what) {
    return {what + " is read beside a grouping, not below it", join_below};
}
Because unordered(const std::string& what) {
    return {what + " lists rows in no certain order, so the query has more than one answer",
            "let the ORDER BY inside the call end with the argument itself"};
}
Because set_of(const std::string& what) {
    return {what + " returns a set and cannot be maintained incrementally", concurrent};
}
Because no_key() {
    return {"the query groups nowhere, so its rows have no key", "group by at least one column, or select DISTINCT"};
}
Because moving(const std::string& what) {
    return {what + " means another moment each day", retention};
}

Because full_join() {
    return cannot("FULL JOIN", "add the rows of both sides up with UNION ALL, or use strategy \"concurrent\"");
}
Because outer_join_of(const std::string& side) {
    return cannot(side + " JOIN to a UNION",
                  "join the tables one after the other: each LEFT JOIN finds one row by a unique key");
}

struct Case {
    std::string sql;
    std::vector<Because> because;
};

void PrintTo(const Case& shown, std::ostream* out) {
    *out << shown.sql;
}

class Rejected : public testing::TestWithParam<Case> {};

TEST_P(Rejected, WithPositionReasonAndHint) {
    const Marked marked = read_marks(GetParam().sql);
    ASSERT_EQ(marked.offsets.size(), GetParam().because.size());
    std::vector<Rejection> expected;
    for (std::size_t i = 0; i < marked.offsets.size(); ++i) {
        expected.push_back({marked.offsets[i], GetParam().because[i].reason, GetParam().because[i].hint});
    }
    const Shape shape = check_shape(marked.sql);
    EXPECT_TRUE(shape.parses);
    EXPECT_THAT(shape.rejections, testing::ElementsAreArray(expected)) << marked.sql;
}

INSTANTIATE_TEST_SUITE_P(
    From, Rejected,
    testing::Values(
        Case{"SELECT a FROM t @left outer join (SELECT left(b, 1) FROM u UNION ALL SELECT c FROM w) v USING (i) GROUP "
             "BY a",
             {outer_join_of("LEFT")}},
        Case{"SELECT a FROM t @LEFT JOIN (u JOIN (SELECT i FROM v @UNION SELECT i FROM w) x USING (i)) ON t.i = u.i "
             "GROUP BY a",
             {outer_join_of("LEFT"), cannot("UNION of rows that are not grouped",
                                            "use UNION ALL, with SELECT DISTINCT over it if duplicates must go")}},
        Case{"SELECT a, @(SELECT b FROM u WHERE u.i = t.i ORDER BY c LIMIT 1) FROM t GROUP BY a",
             {cannot("LIMIT in a sub-query",
                     "find the one row by a unique key, which needs no LIMIT, or the first by min "
                     "or max in a grouped sub-select")}},
        Case{"SELECT left(a, 1) FROM t, u RIGHT JOIN v ON true @FULL JOIN w USING (i) GROUP BY 1", {full_join()}},
        Case{"SELECT a FROM t LEFT JOIN u ON u.i = t.i AND @EXISTS (SELECT FROM v WHERE v.i = u.i) GROUP BY a",
             {cannot("a sub-query in ON of an outer join",
                     "compute it in a sub-select on the side whose rows are all kept")}},
        Case{"SELECT a FROM (SELECT a FROM t @LEFT JOIN (SELECT i FROM u UNION ALL SELECT i FROM v) w USING (i)) s "
             "GROUP BY a",
             {outer_join_of("LEFT")}},
        Case{"SELECT a FROM t, @LATERAL (SELECT b FROM u WHERE u.i = t.i) s GROUP BY a",
             {cannot("LATERAL", "use a plain join" + or_concurrent)}},
        Case{"SELECT a FROM t, @generate_series(1, 2) g GROUP BY a",
             {cannot("a function in FROM", "read from tables only, or use strategy \"concurrent\"")}},
        Case{"SELECT a FROM (@VALUES (1), (2)) v(a) GROUP BY a",
             {cannot("VALUES in FROM", "put the values into a table")}},
        Case{"SELECT a FROM t @TABLESAMPLE system (10) GROUP BY a",
             {{"TABLESAMPLE gives other rows each time", "read the whole table"}}},
        Case{"SELECT a FROM @ONLY t GROUP BY a", {cannot("ONLY", "drop ONLY if the table has no children")}},
        Case{"SELECT a FROM (SELECT a FROM t @UNION SELECT b FROM u) s GROUP BY a",
             {cannot("UNION of rows that are not grouped", use_union_all)}},
        Case{"SELECT a FROM (SELECT a FROM t @INTERSECT ALL SELECT b FROM u @EXCEPT SELECT c FROM v) s GROUP BY a",
             {cannot("INTERSECT of rows that are not grouped", use_union_all),
              cannot("EXCEPT of rows that are not grouped", use_union_all)}},
        Case{"SELECT a FROM (SELECT a FROM t UNION ALL @VALUES (1)) s GROUP BY a",
             {cannot("VALUES in FROM", "put the values into a table")}},
        Case{"SELECT a FROM (SELECT a FROM t ORDER BY b @LIMIT 5 @OFFSET 2) s GROUP BY a",
             {cannot("LIMIT below the grouping", limit_groups), cannot("OFFSET below the grouping", limit_groups)}},
        Case{"SELECT a FROM (SELECT a, @rank() OVER (ORDER BY b) AS r FROM t) s GROUP BY a",
             {cannot("a window function below the grouping", over_groups)}},
        Case{"SELECT g.a FROM (SELECT a FROM t GROUP BY a) g JOIN @u ON g.a = u.a", {beside("table u")}},
        Case{"SELECT g.a FROM (SELECT DISTINCT a FROM t) g, (SELECT @b FROM u) s",
             {beside("a sub-select that does not group")}},
        Case{"WITH g AS (SELECT count(*) AS n FROM t), w AS (SELECT b FROM u) SELECT n FROM g, @w",
             {beside("the WITH query w, which does not group,")}},
        Case{"SELECT a FROM t GROUP BY a UNION @SELECT b FROM u", {beside("a SELECT that does not group")}},
        Case{"SELECT a FROM (SELECT @now() AS n, a FROM t) s GROUP BY a", {time("now()")}}));

INSTANTIATE_TEST_SUITE_P(
    Clauses, Rejected,
    testing::Values(Case{"@SELECT a FROM t", {no_key()}},
                    Case{"@SELECT a FROM t ORDER BY a @LIMIT 3",
                         {no_key(), cannot("LIMIT below the grouping", limit_groups)}},
                    Case{"@SELECT a FROM t UNION ALL SELECT b FROM u", {no_key()}},
                    Case{"@SELECT count(*)", {{"a SELECT without FROM has no rows to follow", "read from a table"}}},
                    Case{"SELECT @DISTINCT ON (a, b) a, b FROM t",
                         {cannot("DISTINCT ON keeps one of several rows and",
                                 "use min or max with GROUP BY, or strategy \"partial\"")}},
                    Case{"SELECT a FROM t GROUP BY @ROLLUP (a)", {cannot("ROLLUP", one_view_each)}},
                    Case{"SELECT a FROM t GROUP BY b, @CUBE (a)", {cannot("CUBE", one_view_each)}},
                    Case{"SELECT a, @GROUPING(a) FROM t GROUP BY @GROUPING SETS ((a), ())",
                         {cannot("GROUPING", one_view_each), cannot("GROUPING SETS", one_view_each)}},
                    Case{"SELECT sum(a) FROM t GROUP BY @()", {cannot("GROUP BY ()", one_view_each)}},
                    Case{"SELECT substring(a FROM 1 FOR 2) FROM t GROUP BY 1 @FOR NO KEY UPDATE OF t",
                         {{"a view cannot lock rows", "drop FOR UPDATE, FOR SHARE and the like"}}},
                    Case{"SELECT a @INTO x FROM t GROUP BY a", {{"a view cannot write a table", "drop INTO"}}}));

INSTANTIATE_TEST_SUITE_P(
    SubQueries, Rejected, testing::ValuesIn([] {
        std::vector<Case> cases;
        for (const char* sql :
             {"SELECT a FROM t WHERE @EXISTS (SELECT FROM u, v) GROUP BY a",
              "SELECT a FROM t WHERE NOT (@b > ANY (SELECT b FROM u)) GROUP BY a",
              "SELECT a, sum(b) + @(SELECT c FROM u JOIN v USING (i)) FROM t GROUP BY a",
              "SELECT a FROM t JOIN u ON @t.i = ALL (SELECT i FROM v) GROUP BY a",
              "SELECT g.a FROM (SELECT a FROM t GROUP BY a) g WHERE @EXISTS (SELECT FROM u WHERE u.i = g.a)",
              "SELECT a, count(*) FILTER (WHERE @ARRAY(SELECT b FROM u) IS NOT NULL) FROM t GROUP BY a"}) {
            cases.push_back({sql,
                             {cannot("a sub-query that does more than find a row of one table",
                                     "write it as a join, or use strategy \"concurrent\"")}});
        }
        return cases;
    }()));

INSTANTIATE_TEST_SUITE_P(
    Functions, Rejected,
    testing::Values(
        Case{"SELECT a, @unnest(b) FROM t GROUP BY 1, 2", {set_of("unnest()")}},
        Case{"SELECT a, @pg_catalog.regexp_split_to_table(b, ',') FROM t GROUP BY 1, 2",
             {set_of("regexp_split_to_table()")}},
        Case{"SELECT a, sum(b), @jsonb_array_elements(c) FROM t GROUP BY a", {set_of("jsonb_array_elements()")}},
        Case{"SELECT a FROM t WHERE d > @now() - interval '1 year' GROUP BY a", {time("now()")}},
        Case{"SELECT a FROM t WHERE d > @CURRENT_DATE - 7 OR e < @LOCALTIMESTAMP(2) GROUP BY a",
             {time("CURRENT_DATE"), time("LOCALTIMESTAMP")}},
        Case{"SELECT a, @CURRENT_TIME, @CURRENT_TIMESTAMP::date AS d, @clock_timestamp() FROM t GROUP BY a",
             {time("CURRENT_TIME"), time("CURRENT_TIMESTAMP"), time("clock_timestamp()")}},
        Case{"SELECT @age(d), age(d, e) FROM t GROUP BY @age(d), 2", {time("age()"), time("age()")}},
        Case{"SELECT a, sum(b * @random()), @gen_random_uuid(), @nextval('s') FROM t GROUP BY a",
             {random_value("random()"), random_value("gen_random_uuid()"), random_value("nextval()")}},
        Case{"SELECT a FROM t WHERE u = @current_user AND v = @SESSION_USER AND w = @current_setting('x') GROUP BY a",
             {session("CURRENT_USER"), session("SESSION_USER"), session("current_setting()")}},
        Case{"SELECT a, @current_database(), @current_schema FROM t GROUP BY a",
             {session("current_database()"), session("CURRENT_SCHEMA")}},
        Case{"SELECT a FROM t WHERE d > @date 'today' AND e < @'NOW'::timestamptz GROUP BY a",
             {moving("'today'"), moving("'NOW'")}},
        Case{"SELECT a FROM t WHERE d > @'yesterday 12:00'::timestamp GROUP BY a", {moving("'yesterday 12:00'")}},
        Case{"SELECT a FROM t WHERE b = @$1 GROUP BY a", {{"parameter $1 has no value in a view", write_value}}},
        Case{"SELECT @ctid, @t.xmin FROM t GROUP BY a",
             {{"system column ctid changes without the row's values", "use a column of the table"},
              {"system column xmin changes without the row's values", "use a column of the table"}}}));

INSTANTIATE_TEST_SUITE_P(
    Aggregates, Rejected,
    testing::Values(
        Case{"SELECT a, @string_agg(b, ','), @array_agg(b ORDER BY c) FROM t GROUP BY a",
             {unordered("string_agg"), unordered("array_agg")}},
        Case{"SELECT a, @jsonb_object_agg(b, c ORDER BY b) FROM t GROUP BY a", {unordered("jsonb_object_agg")}},
        Case{"SELECT a, sum(@max(b)) FROM t GROUP BY a",
             {{"aggregate max stands inside another aggregate", "aggregate the groups in an outer SELECT"}}}));

class Accepted : public testing::TestWithParam<const char*> {};

TEST_P(Accepted, HasNoRejections) {
    const Shape shape = check_shape(GetParam());
    EXPECT_TRUE(shape.parses);
    EXPECT_THAT(shape.rejections, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Queries, Accepted,
    testing::Values(
        "SELECT a FROM t GROUP BY a", "SELECT a, count(*) FROM t GROUP BY 1;", "select t.* from t group by t.id",
        "SELECT a, sum(b), count(b), avg(b), min(b), max(b), count(DISTINCT b), min(DISTINCT b), max(DISTINCT b) FROM "
        "t "
        "GROUP BY a",
        "SELECT a, sum(b) FILTER (WHERE c), coalesce(sum(a), 0) * 0.20 FROM t GROUP BY a",
        "SELECT a FROM t JOIN u ON t.i = u.i INNER JOIN v USING (j) NATURAL JOIN w CROSS JOIN x, y GROUP BY a",
        "SELECT a FROM (t JOIN u USING (i)) JOIN (SELECT b FROM v WHERE c) s ON true GROUP BY a",
        "SELECT a FROM (SELECT a FROM t UNION ALL (SELECT b FROM u UNION ALL SELECT c FROM (SELECT c FROM v) x)) s "
        "GROUP BY a",
        "SELECT a, CURRENT_TIMESTAMP AS refreshed_at FROM t GROUP BY a", "SELECT a, now() FROM t GROUP BY a",
        // aggregates of every kind
        "SELECT a, sum(DISTINCT b), avg(DISTINCT b), sum(b ORDER BY c), bool_and(c), every(c), bool_or(c) FROM t GROUP "
        "BY a",
        "SELECT a, string_agg(b, ',' ORDER BY c, b), array_agg(DISTINCT b), jsonb_agg(b ORDER BY b) FROM t GROUP BY a",
        "SELECT a, percentile_cont(0.5) WITHIN GROUP (ORDER BY b), mode() WITHIN GROUP (ORDER BY b), stddev(b), "
        "my.median(DISTINCT b), my.sum(b) FILTER (WHERE c) FROM t GROUP BY a",
        // outer joins to one table: whether by a unique key, a server tells
        "SELECT a FROM t RIGHT JOIN u ON t.i = u.i LEFT JOIN v ON v.i = t.i GROUP BY a",
        "SELECT a FROM (SELECT a FROM t NATURAL LEFT JOIN (SELECT i FROM u WHERE b) u) s GROUP BY a",
        // sub-queries that read one table: likewise
        "SELECT a FROM t WHERE EXISTS (SELECT FROM u WHERE u.i = t.i) AND NOT EXISTS (SELECT 1 FROM v WHERE v.i = t.i) "
        "GROUP BY a",
        "SELECT a, (SELECT c FROM u WHERE u.i = a) FROM t WHERE b IN (SELECT b FROM u) OR b = ANY (SELECT c FROM v) "
        "GROUP "
        "BY a",
        // one row, and DISTINCT as grouping
        "SELECT sum(a) FROM t", "SELECT count(*) FROM t HAVING count(*) > 3", "SELECT DISTINCT a, b FROM t",
        // above the groups
        "SELECT a FROM t GROUP BY a HAVING sum(b) > 1 ORDER BY a DESC LIMIT 3 OFFSET 4",
        "SELECT a, rank() OVER w, sum(sum(b)) OVER () FROM t GROUP BY a WINDOW w AS (ORDER BY sum(b))",
        "SELECT DISTINCT ON (a) a, b FROM t GROUP BY a, b ORDER BY a, count(*) FETCH FIRST 2 ROWS ONLY",
        "SELECT g.*, now() AS at FROM (SELECT a, sum(b) AS s FROM t GROUP BY a) g WHERE s > 1",
        "WITH x AS (SELECT a, sum(b) AS s FROM t GROUP BY a), y AS (SELECT a, count(*) AS n FROM u GROUP BY a) "
        "SELECT x.a, s / n FROM x FULL JOIN y USING (a) LEFT JOIN (VALUES (1)) v(i) ON true",
        "SELECT max(s) FROM (SELECT a, sum(b) AS s FROM t GROUP BY a) g",
        "SELECT a FROM t GROUP BY a UNION SELECT b FROM u GROUP BY b EXCEPT SELECT 0",
        "SELECT a, sum(b) + (SELECT max(c) FROM u) FROM t GROUP BY a",
        "SELECT a, pg_catalog.now() AS written FROM t GROUP BY a",
        "SELECT a FROM t WHERE d > date '2024-01-01' AND s = 'today' AND e < 'infinity'::timestamp GROUP BY a",
        "SELECT my.now(), my.random(b), age(c, d) FROM t GROUP BY 1, 2, 3",
        "SELECT \"Größe\" FROM \"Weird.Schema\".\"T\" GROUP BY \"Größe\"", "SELECT a FROM t GROUP BY DISTINCT a",
        // the sample's three reports
        "SELECT p.firm_id, p.id AS project_id, p.name AS project_name, p.project_code, p.client_id, f.month, "
        "coalesce(sum(f.revenue), 0) AS total_revenue, coalesce(sum(f.labor), 0) AS labor_cost, "
        "coalesce(sum(f.expense), 0) AS expense_cost, count(DISTINCT f.user_id) AS team_members, "
        "coalesce(sum(f.hours), 0) AS total_hours, coalesce(sum(f.billable), 0) AS billable_hours, "
        "count(f.invoice_id) AS invoice_count FROM (SELECT project_id, date_trunc('month', issue_date)::date AS month, "
        "paid_amount AS revenue, null::numeric labor, null::numeric expense, null::bigint user_id, null::numeric AS "
        "hours, "
        "null::numeric billable, id AS invoice_id FROM finance_invoices WHERE status IN ('paid', 'partial') UNION ALL "
        "SELECT project_id, date_trunc('month', date)::date, null, hours * hourly_rate, null, user_id, hours, "
        "CASE WHEN is_billable THEN hours END, null FROM projects_time_entries WHERE approved UNION ALL "
        "SELECT project_id, date_trunc('month', date)::date, null, null, amount, null, null, null, null "
        "FROM projects_expenses WHERE status = 'approved') f JOIN projects_projects p ON p.id = f.project_id "
        "GROUP BY 1, 2, 3, 4, 5, 6",
        "SELECT p.firm_id, te.user_id, date_trunc('week', te.date)::date AS week_start, sum(te.hours) total_hours, "
        "sum(CASE WHEN te.is_billable THEN te.hours ELSE 0 END) billable_hours, count(DISTINCT te.project_id) "
        "projects_worked, count(DISTINCT te.date) days_worked, sum(te.hours * te.hourly_rate) total_cost "
        "FROM projects_time_entries te JOIN projects_projects p ON te.project_id = p.id WHERE te.approved GROUP BY 1, "
        "2, 3",
        "SELECT p.firm_id, p.id AS project_id, p.name AS project_name, p.project_code, p.client_id, "
        "date_trunc('month', te.date)::date AS month, sum(te.hours) AS total_hours, count(DISTINCT te.task_id) AS "
        "tasks_worked, CURRENT_TIMESTAMP AS refreshed_at FROM projects_time_entries te JOIN projects_projects p "
        "ON te.project_id = p.id WHERE te.approved GROUP BY 1, 2, 3, 4, 5, 6"));

TEST(Shape, ReportsEverythingInTextOrder) {
    const Marked marked = read_marks(
        "SELECT a, @string_agg(b, ',') FROM t @FULL JOIN u USING (i) WHERE d > @now() GROUP BY a ORDER BY @random()");
    std::vector<std::size_t> offsets;
    for (const Rejection& rejection : check_shape(marked.sql).rejections) {
        offsets.push_back(rejection.offset);
    }
    EXPECT_EQ(offsets, marked.offsets);
}

TEST(Shape, OffsetsCountBytes) {
    const Marked marked = read_marks("SELECT 'größe', \"日本\" FROM t @FULL JOIN u USING (i) GROUP BY 2");
    ASSERT_EQ(check_shape(marked.sql).rejections.size(), 1U);
    EXPECT_EQ(check_shape(marked.sql).rejections[0].offset, marked.offsets[0]);
}

TEST(Shape, ASyntaxErrorIsTheOnlyRejection) {
    const Shape shape = check_shape("SELECT a, now() FROM GROUP BY a");
    EXPECT_FALSE(shape.parses);
    EXPECT_THAT(shape.rejections,
                ElementsAre(Rejection{21, "syntax error at or near \"GROUP\"",
                                      "the grammar is that of PostgreSQL 15; newer syntax is not understood"}));
    EXPECT_THAT(shape.relations, IsEmpty());
}

TEST(Shape, OnlyOneSelectParses) {
    EXPECT_EQ(
        check_shape("SELECT a FROM t GROUP BY a; SELECT 2").rejections,
        (std::vector<Rejection>{{28, "a second statement follows the query", "keep one SELECT statement per view"}}));
    EXPECT_EQ(check_shape("INSERT INTO t VALUES (1)").rejections,
              (std::vector<Rejection>{{0, "the statement is not a SELECT", "write one SELECT statement"}}));
    EXPECT_FALSE(check_shape("VALUES (1)").parses);
    EXPECT_FALSE(check_shape("").parses);
}

TEST(Shape, NamesEveryRelationOnceAsWritten) {
    EXPECT_THAT(
        check_shape("SELECT 1 FROM a JOIN s.b ON true, (SELECT 1 FROM a UNION ALL SELECT 2 FROM \"C d\".\"E\") x "
                    "WHERE EXISTS (SELECT FROM f) GROUP BY 1")
            .relations,
        ElementsAre("a", "s.b", "\"C d\".\"E\"", "f"));
    EXPECT_THAT(check_shape("WITH w AS (SELECT 1 FROM t) SELECT 1 FROM w, s.w").relations, ElementsAre("s.w", "t"));
}

TEST(Shape, HugeAndDeepTextsAreRefusedNotCrashed) {
    EXPECT_EQ(check_shape("SELECT " + std::string(100000, '(')).rejections[0].reason,
              "the query nests deeper than 400 levels");
    EXPECT_EQ(check_shape(std::string(300 * 1024, ' ')).rejections[0].reason, "the query is longer than 256 KiB");
}

TEST(Shape, LongInListsAreFine) {
    std::string list = "0";
    for (int i = 1; i < 20000; ++i) {
        list += "," + std::to_string(i);
    }
    EXPECT_THAT(check_shape("SELECT a FROM t WHERE b IN (" + list + ") GROUP BY a").rejections, IsEmpty());
}

// Whether a function is an aggregate is known to the server alone.
TEST(ShapeOfOwnAggregates, IsNotRefusedForWhatOnlyTheServerKnows) {
    EXPECT_THAT(check_shape("SELECT my_agg(a) FROM t").rejections, testing::IsEmpty());
    EXPECT_THAT(check_shape("SELECT 1 + other.my_agg(a) AS x FROM t WHERE b").rejections, testing::IsEmpty());
    EXPECT_THAT(check_shape("SELECT s.x FROM (SELECT my_agg(a) AS x FROM t) s").rejections, testing::IsEmpty());
    EXPECT_EQ(check_shape("SELECT a, my_agg(b) FROM t").rejections.size(), 1U);  // no aggregate stands beside a
    EXPECT_EQ(check_shape("SELECT my_agg(a) OVER () FROM t").rejections.size(), 2U);
}

TEST(ShapeOfOwnAggregates, IsCertainOnceTheyAreKnown) {
    EXPECT_THAT(check_shape("SELECT my_agg(a) FROM t", {"public.my_agg"}).rejections, testing::IsEmpty());
    EXPECT_EQ(check_shape("SELECT my_function(a) FROM t", {"public.my_agg"}).rejections.size(), 1U);
}

}  // namespace
}  // namespace freshet::query
