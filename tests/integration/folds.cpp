// Folds against the oracle: every shape of view in the incremental class, under hand-written and random changes.
#include <gtest/gtest.h>

#include <random>

#include "support/engine.hpp"

namespace freshet::testing {
namespace {

struct Case {
    std::string name;
    std::string query;
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
    return out << one.name;
}

constexpr const char* schema = R"(
    CREATE TABLE parent(id int PRIMARY KEY, region text, weight numeric, active boolean);
    CREATE TABLE child(id int PRIMARY KEY, parent_id int, kind text, day date, at timestamptz, amount numeric(10,2),
                       quantity int, small smallint, big bigint, flag boolean NOT NULL DEFAULT true);
    CREATE TABLE other(id int PRIMARY KEY, parent_id int, day date, cost numeric);
    CREATE VIEW flagged AS SELECT id, parent_id, kind AS "Kind", amount * quantity AS value, day FROM child WHERE flag;
    CREATE VIEW with_parent(k, r, v) AS
        SELECT c."Kind", p.region, c.value FROM flagged c JOIN parent p ON p.id = c.parent_id WHERE p.active;
    ALTER VIEW with_parent RENAME COLUMN r TO "order";
    CREATE VIEW amounts AS SELECT parent_id, quantity AS x, 'child' AS what FROM child
        UNION ALL SELECT parent_id, cost, NULL FROM other;
    CREATE VIEW by_kind AS SELECT kind, day, count(*) AS n, sum(amount) AS total FROM child GROUP BY kind, day;
    CREATE VIEW looked_up AS SELECT c.amount + c.quantity AS value, p.region FROM child c
        LEFT JOIN parent p ON p.id = c.parent_id WHERE c.flag;
    CREATE AGGREGATE product(numeric) (sfunc = numeric_mul, stype = numeric);
    CREATE VIEW costs AS SELECT parent_id, sum(cost) AS cost FROM other GROUP BY parent_id HAVING count(*) > 1;
)";

const std::vector<Case>& cases() {
    static const std::vector<Case> all = {
        {"count_rows", "SELECT kind, count(*) AS n FROM child GROUP BY kind"},
        {"nullable_inputs",
         "SELECT kind, count(amount) AS n, sum(amount) AS total, avg(amount) AS mean FROM child GROUP BY 1"},
        {"integer_sums",
         "SELECT kind, sum(quantity) AS q, sum(small) AS s, sum(big) AS b, avg(quantity) AS mq, avg(big) AS mb "
         "FROM child GROUP BY kind"},
        {"distinct",
         "SELECT day, count(DISTINCT kind) AS kinds, count(DISTINCT parent_id) AS parents, count(*) AS n "
         "FROM child GROUP BY day"},
        {"extremes",
         "SELECT kind, min(amount) AS lo, max(amount) AS hi, min(day) AS first, max(kind) AS k "
         "FROM child GROUP BY kind"},
        {"distinct_and_extremes_of_one_input",
         "SELECT parent_id, min(quantity) AS lo, max(quantity) AS hi, count(DISTINCT quantity) AS d, sum(quantity) AS "
         "s "
         "FROM child GROUP BY parent_id"},
        {"filters",
         "SELECT kind, count(*) FILTER (WHERE flag) AS flagged, sum(amount) FILTER (WHERE quantity > 2) AS big "
         "FROM child WHERE amount IS NOT NULL GROUP BY kind"},
        {"filter_distinct", "SELECT day, count(DISTINCT kind) FILTER (WHERE flag) AS k FROM child GROUP BY day"},
        {"case_and_arithmetic",
         "SELECT kind, coalesce(sum(amount), 0) * 0.2 + count(*) AS score, "
         "sum(CASE WHEN flag THEN amount ELSE 0 END) AS flagged FROM child GROUP BY kind"},
        {"expression_keys",
         "SELECT upper(kind) AS k, quantity % 3 AS bucket, count(*) AS n FROM child GROUP BY upper(kind), quantity % "
         "3"},
        {"key_in_expression", "SELECT kind || '!' AS shouted, kind, count(*) AS n FROM child GROUP BY kind"},
        {"month", "SELECT DATE_TRUNC('month', day)::date AS month, sum(amount) AS total FROM child GROUP BY 1"},
        {"day_of_moment", "SELECT at::date AS d, count(*) AS n FROM child GROUP BY at::date"},
        {"join",
         "SELECT p.region, c.kind, sum(c.amount) AS total, sum(c.quantity * p.weight) AS weighted "
         "FROM child c JOIN parent p ON p.id = c.parent_id WHERE p.active GROUP BY p.region, c.kind"},
        {"comma_join",
         "SELECT p.id, p.region, count(*) AS n FROM parent p, child c WHERE c.parent_id = p.id "
         "GROUP BY p.id, p.region"},
        {"functional_dependency",
         "SELECT p.id, p.region, p.weight, count(*) AS n FROM parent p JOIN child c "
         "ON c.parent_id = p.id GROUP BY p.id"},
        {"three_tables",
         "SELECT p.region, c.kind, o.day, count(*) AS n, sum(c.amount * o.cost) AS x FROM parent p "
         "JOIN child c ON c.parent_id = p.id JOIN other o ON o.parent_id = p.id GROUP BY 1, 2, 3"},
        {"self_join",
         "SELECT a.kind, count(*) AS pairs, sum(a.amount - b.amount) AS d FROM child a JOIN child b "
         "ON a.parent_id = b.parent_id AND a.day < b.day GROUP BY a.kind"},
        {"using",
         "SELECT parent_id, count(*) AS n, min(cost) AS c FROM child JOIN other USING (parent_id) "
         "GROUP BY parent_id"},
        {"union_all",
         "SELECT p.region, f.day, sum(f.income) AS income, sum(f.cost) AS cost, count(DISTINCT f.kind) AS kinds "
         "FROM (SELECT parent_id, day, amount AS income, NULL::numeric AS cost, kind FROM child WHERE flag "
         "UNION ALL SELECT parent_id, day, NULL, cost, NULL FROM other) f "
         "JOIN parent p ON p.id = f.parent_id GROUP BY p.region, f.day"},
        {"union_types",
         "SELECT f.parent_id, sum(f.x / 2) AS halves FROM (SELECT parent_id, quantity AS x FROM child "
         "UNION ALL SELECT parent_id, cost FROM other) f GROUP BY f.parent_id"},
        {"sub_select",
         "SELECT s.k, sum(s.v) AS v FROM (SELECT lower(kind) AS k, amount + 1 AS v FROM child WHERE quantity > 1) s "
         "WHERE s.v > 2 GROUP BY s.k"},
        {"between_in_like",
         "SELECT kind, count(*) AS n FROM child WHERE day BETWEEN '2026-01-01' AND '2026-06-30' AND kind IN ('a', 'b') "
         "AND kind LIKE 'a%' GROUP BY kind"},
        {"no_columns_needed", "SELECT p.region, count(*) AS n FROM parent p, other o GROUP BY p.region"},
        {"having", "SELECT kind, sum(amount) AS a FROM child GROUP BY kind HAVING count(*) > 3 AND sum(amount) > 10"},
        {"windows_order_limit",
         "SELECT kind, day, sum(quantity) AS q, rank() OVER (ORDER BY sum(quantity) DESC NULLS LAST, kind, day) AS "
         "place, "
         "sum(count(*)) OVER (PARTITION BY kind) AS of_kind FROM child GROUP BY kind, day ORDER BY place LIMIT 5"},
        {"one_row", "SELECT count(*) AS n, sum(amount) AS a, min(day) AS first, count(DISTINCT kind) AS k FROM child"},
        {"own_aggregate_alone", "SELECT product(quantity % 3) AS p FROM child"},
        {"own_aggregates_in_arithmetic", "SELECT product(1 + small % 2) * 2 AS p, max(day) AS d FROM child WHERE flag"},
        {"one_row_or_none", "SELECT sum(amount) AS a FROM child HAVING count(*) > 20"},
        {"select_distinct", "SELECT DISTINCT c.kind, p.region FROM child c JOIN parent p ON p.id = c.parent_id"},
        {"distinct_on_groups",
         "SELECT DISTINCT ON (kind) kind, day, count(*) AS n FROM child GROUP BY kind, day "
         "ORDER BY kind, count(*) DESC, day"},
        {"boolean_aggregates",
         "SELECT kind, bool_and(flag) AS a, bool_or(quantity > 5) AS o, every(flag) FILTER (WHERE small > 0) AS e "
         "FROM child GROUP BY kind"},
        {"distinct_sums",
         "SELECT kind, sum(DISTINCT quantity) AS s, avg(DISTINCT quantity) AS a FROM child GROUP BY kind"},
        {"lists",
         "SELECT parent_id, string_agg(kind, ',' ORDER BY day, kind) AS l, array_agg(DISTINCT kind) AS d, "
         "percentile_cont(0.5) WITHIN GROUP (ORDER BY quantity) AS m, count(*) AS n FROM child GROUP BY parent_id"},
        {"outer_projection",
         "SELECT g.region, g.cost * 1.19 AS gross FROM (SELECT p.region, sum(o.cost) AS cost "
         "FROM other o JOIN parent p ON p.id = o.parent_id GROUP BY p.region) g WHERE g.cost > 5"},
        {"two_groupings_joined",
         "WITH sold AS (SELECT parent_id, sum(amount) AS amount FROM child GROUP BY parent_id), "
         "spent AS (SELECT parent_id, sum(cost) AS cost FROM other GROUP BY parent_id) "
         "SELECT coalesce(sold.parent_id, spent.parent_id) AS parent_id, sold.amount, spent.cost, "
         "(SELECT count(*) FROM child) AS of_all FROM sold FULL JOIN spent ON spent.parent_id = sold.parent_id"},
        {"groups_of_groups",
         "SELECT g.kind, max(g.n) AS most FROM (SELECT kind, day, count(*) AS n FROM child "
         "GROUP BY kind, day) g GROUP BY g.kind"},
        {"union_of_groupings",
         "SELECT kind, count(*) AS n FROM child GROUP BY kind UNION ALL "
         "SELECT region, count(*) FROM parent GROUP BY region"},
        {"view", "SELECT \"Kind\", count(*) AS n, sum(value) AS v, min(day) AS d FROM flagged GROUP BY \"Kind\""},
        {"view_of_views",
         "SELECT w.\"order\", count(*) AS n, max(w.v) AS v FROM with_parent AS w GROUP BY w.\"order\""},
        {"view_joined_twice",
         "SELECT a.\"Kind\", sum(b.value) AS v, count(c.id) AS c FROM flagged a JOIN flagged b USING (parent_id) "
         "JOIN child c ON c.id = a.id GROUP BY a.\"Kind\""},
        {"view_of_a_union",
         "SELECT p.region, f.what, sum(f.x / 2) AS halves FROM amounts f(parent, x) JOIN parent p ON p.id = f.parent "
         "GROUP BY p.region, f.what"},
        {"union_of_views",
         "SELECT u.k, count(*) AS n, sum(u.v) AS v FROM (SELECT \"Kind\" AS k, value AS v FROM flagged UNION ALL "
         "SELECT what, x FROM amounts UNION ALL SELECT k, v FROM with_parent) u GROUP BY u.k"},
        {"view_that_groups", "SELECT kind, day, n, total / n AS mean FROM by_kind WHERE n > 1"},
        {"groups_of_a_view_that_groups", "SELECT kind, max(n) AS most, sum(total) AS t FROM by_kind GROUP BY kind"},
        {"views_that_group_joined",
         "SELECT p.region, c.cost, k.n FROM (SELECT parent_id, count(*) AS n FROM flagged GROUP BY parent_id) k "
         "LEFT JOIN costs c USING (parent_id) JOIN (SELECT id, region FROM parent GROUP BY id) p "
         "ON p.id = k.parent_id"},
        {"with_rows",
         "WITH w(p, k, v) AS MATERIALIZED (SELECT parent_id, kind, amount FROM child WHERE flag), "
         "r AS (SELECT id, region FROM parent WHERE active) "
         "SELECT r.region, w.k, sum(w.v) AS v, count(*) AS n FROM w JOIN r ON r.id = w.p GROUP BY r.region, w.k"},
        {"with_read_twice",
         "WITH w AS (SELECT id, parent_id, kind, day FROM child WHERE quantity > 1) "
         "SELECT a.kind, count(*) AS n, count(b.d) AS d FROM w a JOIN w AS b(i, p, k, d) ON b.p = a.parent_id "
         "GROUP BY a.kind"},
        {"with_inside_a_sub_select",
         "SELECT s.k, sum(s.v) AS v FROM (WITH a AS NOT MATERIALIZED (WITH b(k, v) AS (SELECT kind, amount FROM child) "
         "SELECT k, v + 1 AS v FROM b) SELECT k, v FROM a WHERE v > 3) s GROUP BY s.k"},
        {"with_names_hidden_by_others",
         "WITH c AS (SELECT kind AS k FROM child), d AS (WITH c AS (SELECT chr(97 + id % 2) AS k FROM parent) "
         "SELECT k FROM c UNION ALL SELECT k FROM c) SELECT c.k, count(*) AS n FROM c JOIN d ON d.k = c.k GROUP BY "
         "c.k"},
        {"with_rows_below_groups",
         "WITH w AS (SELECT kind, amount, flag FROM child WHERE quantity > 0), "
         "g AS (SELECT kind, sum(amount) AS a FROM w GROUP BY kind), "
         "h AS (SELECT kind, count(*) AS n FROM w WHERE flag GROUP BY kind) "
         "SELECT coalesce(g.kind, h.kind) AS kind, g.a, h.n FROM g FULL JOIN h ON h.kind = g.kind"},
        {"with_constants",
         "WITH factor(f, label) AS (SELECT 3, 'x'::text), least(l) AS (VALUES (5)) "
         "SELECT g.kind, g.label, g.s FROM (SELECT kind, label, sum(quantity * f) AS s FROM child, factor "
         "GROUP BY kind, label) g JOIN least ON g.s > least.l"},
        {"with_of_a_union",
         "WITH f(p, x) AS (SELECT parent_id, quantity FROM child UNION ALL SELECT parent_id, cost FROM other) "
         "SELECT p.region, sum(f.x / 2) AS halves FROM f JOIN parent p ON p.id = f.p GROUP BY p.region"},
        {"constants_joined",
         "SELECT c.kind, u.f, sum(c.quantity * u.f) AS s FROM child c JOIN (SELECT 1 AS f UNION ALL SELECT 2) u "
         "ON c.small > u.f GROUP BY c.kind, u.f"},
        {"unions_of_unions",
         "SELECT s.k, count(*) AS n, sum(s.v / 2) AS v FROM (SELECT k, v FROM (SELECT kind AS k, quantity AS v "
         "FROM child UNION ALL SELECT region, id FROM parent) a WHERE v > 1 UNION ALL SELECT b.k, c.cost "
         "FROM (SELECT id, region AS k FROM parent UNION ALL SELECT id, kind FROM child) b JOIN (SELECT parent_id, "
         "cost "
         "FROM other UNION ALL SELECT parent_id, quantity FROM child) c ON c.parent_id = b.id) s GROUP BY s.k"},
        {"distinct_rows_of_a_union",
         "SELECT DISTINCT s.k, s.d FROM (SELECT kind AS k, day AS d FROM child UNION ALL SELECT region, NULL FROM "
         "parent "
         "UNION ALL SELECT NULL, day FROM other) s"},
        {"distinct_rows_of_a_view", "SELECT DISTINCT what, x FROM amounts"},
        {"column_names_of_a_table",
         "SELECT t.k, count(t.a) AS n, max(t.p) AS p FROM child AS t(i, p, k, d, m, a) WHERE t.d IS NOT NULL "
         "GROUP BY t.k"},
        {"column_names_of_a_join",
         "SELECT j.k, j.p, sum(j.c * j.a) AS x, count(*) AS n FROM (child JOIN other USING (parent_id)) "
         "AS j(p, i, k, d, m, a, q, s, b, f, oi, od, c) WHERE j.od > j.d GROUP BY j.k, j.p"},
        {"join_with_a_name",
         "SELECT j.region, j.kind, count(*) AS n FROM (parent p JOIN child c ON c.parent_id = p.id) j "
         "JOIN other o USING (parent_id) GROUP BY j.region, j.kind"},
        {"using_with_a_name",
         "SELECT u.parent_id, c.kind, max(o.cost) AS m FROM child c JOIN other o USING (parent_id, day) AS u "
         "GROUP BY u.parent_id, c.kind"},
        {"natural_join",
         "SELECT parent_id, day, count(*) AS n, sum(cost) AS c FROM (SELECT parent_id, day, kind FROM child) c "
         "NATURAL JOIN (SELECT parent_id, day, cost FROM other) o GROUP BY parent_id, day"},
        {"using_of_two_types",
         "SELECT k, count(*) AS n, min(r.region) AS r FROM (SELECT kind::varchar(3) AS k FROM child) c "
         "JOIN (SELECT chr(97 + id % 3)::varchar(5) AS k, region FROM parent) r USING (k) GROUP BY k"},
        {"using_of_numbers",
         "SELECT quantity, count(*) AS n FROM (SELECT id AS quantity, region FROM parent) p "
         "JOIN (SELECT small AS quantity FROM child) s USING (quantity) JOIN (SELECT cost AS quantity FROM other) o "
         "USING (quantity) GROUP BY quantity"},
        {"nested_joins_with_names",
         "SELECT k.a, count(k.e) AS n FROM ((parent AS p(a, b) JOIN child AS q(c, a, e) USING (a)) AS i "
         "JOIN other AS o(f, a) USING (a)) AS k GROUP BY k.a"},
        {"lookup_in_with",
         "WITH l(r, k, a) AS (SELECT p.region, c.kind, c.amount FROM child c LEFT JOIN parent p ON p.id = c.parent_id) "
         "SELECT x.r, count(*) AS n, sum(x.a) AS a FROM l AS x JOIN l AS y ON y.k = x.k AND y.a > x.a GROUP BY x.r"},
        {"lookup_in_a_view", "SELECT region, count(*) AS n, sum(value) AS v FROM looked_up GROUP BY region"},
        {"lookup_with_a_name",
         "SELECT j.region, j.kind, count(j.k) AS n FROM (child AS c(k, p) LEFT JOIN parent ON parent.id = c.p) AS j "
         "GROUP BY j.region, j.kind"},
        {"lookup_using_of_two_types",
         "SELECT id, count(*) AS n, count(region) AS r FROM (SELECT small AS id FROM child) c LEFT JOIN parent "
         "USING (id) GROUP BY id"},
        {"lookup_on_the_left_using_of_two_types",
         "SELECT id, count(*) AS n, count(region) AS r FROM parent RIGHT JOIN (SELECT small AS id FROM child) c "
         "USING (id) GROUP BY id"},
    };
    return all;
}

class Changes {
  public:
    explicit Changes(unsigned seed) : random_(seed) {}

    std::string next() {
        const auto id = std::to_string(pick(60));
        const auto parent = pick(10) == 0 ? std::string("NULL") : std::to_string(pick(8));
        const auto day = pick(8) == 0 ? std::string("NULL") : "date '2026-01-01' + " + std::to_string(pick(200));
        const auto amount = pick(6) == 0 ? std::string("NULL") : std::to_string(pick(100)) + ".25";
        const auto kind = pick(6) == 0 ? std::string("NULL") : std::string("'") + "abA"[pick(3)] + "'";
        switch (pick(14)) {
            case 0:
            case 1:
            case 2:
                return "INSERT INTO child SELECT g, " + parent + ", " + kind + ", " + day +
                       ", timestamptz '2026-03-01 23:30+00' + g * interval '1 hour', " + amount +
                       ", g % 7, g % 5, g * 10, "
                       "g % 3 <> 0 FROM generate_series(" +
                       id + ", " + id +
                       " + 4) g ON CONFLICT (id) DO UPDATE SET "
                       "amount = excluded.amount, kind = excluded.kind, flag = NOT child.flag";
            case 3:
                return "UPDATE child SET amount = " + amount +
                       ", quantity = NULL WHERE id % 7 = " + std::to_string(pick(7));
            case 4:
                return "UPDATE child SET parent_id = " + parent + ", day = " + day + " WHERE id = " + id;
            case 5:
                return "UPDATE child SET flag = NOT flag WHERE id % 3 = " + std::to_string(pick(3));
            case 6:
                return "DELETE FROM child WHERE id % 11 = " + std::to_string(pick(11));
            case 7:
                return "UPDATE parent SET region = 'r' || (id + " + id + ") % 3, active = (id % 2 = 0) WHERE id < 5";
            case 8:
                return "INSERT INTO parent SELECT g, 'r' || g % 3, g * 1.5, true FROM generate_series(0, 7) g "
                       "ON CONFLICT DO NOTHING";
            case 9:
                return "DELETE FROM parent WHERE id = " + std::to_string(pick(8));
            case 10:
                return "INSERT INTO other VALUES (" + id + ", " + parent + ", " + day + ", " + amount +
                       ") ON CONFLICT (id) DO UPDATE SET cost = excluded.cost + 1";
            case 11:
                return "DELETE FROM other WHERE id % 5 = " + std::to_string(pick(5));
            case 12:
                return "MERGE INTO other o USING (SELECT generate_series(1, 12) AS id) s ON o.id = s.id WHEN MATCHED "
                       "AND "
                       "s.id % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET day = " +
                       day + " WHEN NOT MATCHED THEN INSERT VALUES (s.id, " + parent + ", " + day + ", " + amount + ")";
            default:
                return "UPDATE child SET id = id + 100, kind = " + kind + " WHERE id = " + id +
                       " AND NOT EXISTS (SELECT FROM child c WHERE c.id = " + id + " + 100)";
        }
    }

    std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

  private:
    std::mt19937 random_;
};

class Folds : public ::testing::TestWithParam<Case> {};

TEST_P(Folds, EqualTheQueryAfterEveryBatch) {
    Database database;
    Client client(database.conninfo());
    client.exec(schema);
    Changes changes(7);
    for (int i = 0; i < 20; ++i) {
        client.exec(changes.next());
    }
    Engine engine(database.conninfo());
    engine.add_view("v", GetParam().query);
    engine.settings.views.back().strategy = settings::StrategyChoice::delta;
    engine.install();
    client.exec("SET TimeZone = 'UTC'");
    ASSERT_EQ(differences(client, "v", GetParam().query), std::vector<std::string>{});
    bool folded = false;
    for (int batch = 0; batch < 25; ++batch) {
        const auto statements = 1 + changes.pick(6);
        for (std::size_t i = 0; i < statements; ++i) {
            client.exec(changes.next());
        }
        const auto outcome = engine.refresh("v", as_if_many(batch % 2 == 1));
        folded = folded || outcome.strategy == "delta";
        ASSERT_EQ(differences(client, "v", GetParam().query), std::vector<std::string>{}) << "after batch " << batch;
    }
    EXPECT_TRUE(folded);
    EXPECT_EQ(engine.verify("v").differences, 0);
    EXPECT_FALSE(engine.plan().has_changes());
}

INSTANTIATE_TEST_SUITE_P(Views, Folds, ::testing::ValuesIn(cases()), [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace freshet::testing
