// Folds against the oracle for every shape of term and state that the emitters know: lookups, totals, distinct sums,
// recomputed aggregates, numbers that cannot be taken out of a sum. The programs are built by hand.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "support/by_hand.hpp"

namespace freshet::testing {
namespace {

using query::Aggregate;
using query::AggregateKind;
using query::Relation;

constexpr const char* schema = R"(
    CREATE TABLE entry(id int PRIMARY KEY, owner_id int, kind text, amount numeric, size float8, price money,
                       span interval, quantity int);
    CREATE TABLE owner(id int PRIMARY KEY, name text, boss_id int);
)";

constexpr const char* carrier =
    "SELECT e.id, e.owner_id, e.kind, e.amount, e.size, e.price, e.span, e.quantity, o.name, o.boss_id, count(*) AS n "
    "FROM entry e JOIN owner o ON o.id = e.owner_id GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10";

Relation entry(const std::string& alias, std::vector<std::string> found_by = {}) {
    return {{"public", "entry"}, alias, {"amount", "id", "kind", "owner_id", "price", "quantity", "size", "span"}, {},
            std::move(found_by), {"id"}};
}

Relation owner(const std::string& alias, std::vector<std::string> found_by = {}) {
    return {{"public", "owner"}, alias, {"boss_id", "id", "name"}, {}, std::move(found_by), {"id"}};
}

Aggregate rows() {
    return {AggregateKind::count_rows, -1, ""};
}

Aggregate of(AggregateKind kind, int input = 0) {
    return {kind, input, ""};
}

Aggregate anew(const std::string& call) {
    return {AggregateKind::recomputed, -1, call};
}

struct Case {
    std::string name;
    query::NormalForm form;
    std::string query;
    std::string columns = "*";  // to compare
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
    return out << one.name;
}

query::NormalForm one_row(query::Arm arm, std::vector<Aggregate> aggregates, const std::string& having = "") {
    arm.keys = {"true"};
    auto level = level_by_hand(std::move(arm), std::move(aggregates));
    level.total = true;
    level.having = having;
    level.key_nullable = {false};
    level.outputs.erase(level.outputs.begin());
    return form_of(level);
}

query::NormalForm two_levels() {
    query::NormalForm form;
    form.levels = {level_by_hand({{entry("s0")}, {}, {"s0.kind"}, {"s0.amount"}}, {of(AggregateKind::sum)}),
                   level_by_hand({{owner("s0")}, {}, {"s0.name"}, {"s0.boss_id"}}, {rows(), of(AggregateKind::max)})};
    form.above =
        "SELECT x.key0 AS kind, x.value0 AS total, y.value0 AS n, y.value1 AS boss FROM freshet_level_0 x "
        "LEFT JOIN freshet_level_1 y ON y.key0 = x.key0";
    form.columns = {{"kind", query::OutputKind::key, ""},
                    {"total", query::OutputKind::computed, ""},
                    {"n", query::OutputKind::computed, ""},
                    {"boss", query::OutputKind::computed, ""}};
    return form;
}

std::vector<Case> lookups() {
    return {
        {"left_join",
         form_of(level_by_hand({{entry("s0"), owner("s1", {"s1.id = s0.owner_id"})}, {}, {"s1.name"}, {"s0.amount"}},
                               {rows(), of(AggregateKind::sum), of(AggregateKind::max)})),
         "SELECT o.name, count(*), sum(e.amount), max(e.amount) FROM entry e LEFT JOIN owner o ON o.id = e.owner_id "
         "GROUP BY o.name"},
        {"condition_of_the_row_found",
         form_of(level_by_hand({{entry("s0"), owner("s1", {"s1.id = s0.owner_id", "s1.name <> 'a'::text"})},
                                {"COALESCE(s1.name, 'z'::text) > 'b'::text"},
                                {"s1.name", "s0.kind"},
                                {}},
                               {rows()})),
         "SELECT o.name, e.kind, count(*) FROM entry e LEFT JOIN owner o ON o.id = e.owner_id AND o.name <> 'a' "
         "WHERE coalesce(o.name, 'z') > 'b' GROUP BY 1, 2"},
        {"not_exists",
         form_of(level_by_hand(
             {{entry("s0"), owner("s1", {"s1.id = s0.owner_id"})}, {"s1.id IS NULL"}, {"s0.kind"}, {}}, {rows()})),
         "SELECT kind, count(*) FROM entry e WHERE NOT EXISTS (SELECT FROM owner o WHERE o.id = e.owner_id) GROUP BY "
         "1"},
        {"chained",
         form_of(
             level_by_hand({{entry("s0"), owner("s1", {"s1.id = s0.owner_id"}), owner("s2", {"s2.id = s1.boss_id"})},
                            {},
                            {"s1.name", "s2.name"},
                            {"s2.id"}},
                           {rows(), of(AggregateKind::sum), of(AggregateKind::count_distinct)})),
         "SELECT o.name, b.name AS boss, count(*), sum(b.id), count(DISTINCT b.id) FROM entry e "
         "LEFT JOIN owner o ON o.id = e.owner_id LEFT JOIN owner b ON b.id = o.boss_id GROUP BY 1, 2"},
        {"of_its_own_table",
         form_of(level_by_hand({{owner("s0"), owner("s1", {"s1.id = s0.boss_id"})}, {}, {"s1.name"}, {"s0.id"}},
                               {rows(), of(AggregateKind::sum)})),
         "SELECT b.name, count(*), sum(o.id) FROM owner o LEFT JOIN owner b ON b.id = o.boss_id GROUP BY 1"},
        {"beside_an_inner_join",
         form_of(level_by_hand({{entry("s0"), owner("s1", {"s1.id = s2.boss_id"}), owner("s2"),
                                 entry("s3", {"s3.id = s0.quantity", "s3.kind = s1.name"})},
                                {"s2.id = s0.owner_id"},
                                {"s2.name", "s3.kind"},
                                {"s3.amount", "s1.id"}},
                               {rows(), of(AggregateKind::avg), of(AggregateKind::min, 1)})),
         "SELECT i.name, f.kind, count(*), avg(f.amount), min(b.id) FROM entry e JOIN owner i ON i.id = e.owner_id "
         "LEFT JOIN owner b ON b.id = i.boss_id LEFT JOIN entry f ON f.id = e.quantity AND f.kind = b.name GROUP BY 1, "
         "2"},
        {"recomputed_over_a_lookup",
         form_of(
             level_by_hand({{entry("s0"), owner("s1", {"s1.id = s0.owner_id"})}, {}, {"s0.kind"}, {"s1.name", "s0.id"}},
                           {rows(), anew("string_agg(x0, ','::text ORDER BY x1)")})),
         "SELECT e.kind, count(*), string_agg(o.name, ',' ORDER BY e.id) FROM entry e LEFT JOIN owner o "
         "ON o.id = e.owner_id GROUP BY 1"},
    };
}

std::vector<Case> states() {
    return {
        {"total",
         one_row({{entry("s0")}, {}, {}, {"s0.amount", "s0.kind", "s0.id"}},
                 {rows(), of(AggregateKind::count), of(AggregateKind::sum), of(AggregateKind::max),
                  of(AggregateKind::count_distinct, 1), anew("string_agg(x1, ','::text ORDER BY x2)"),
                  anew("count(*) FILTER (WHERE x2 > 5)")}),
         "SELECT count(*), count(amount), sum(amount), max(amount), count(DISTINCT kind), "
         "string_agg(kind, ',' ORDER BY id), count(*) FILTER (WHERE id > 5) FROM entry"},
        {"total_with_having", one_row({{entry("s0")}, {}, {}, {}}, {rows()}, "a0 < 12"),
         "SELECT count(*) FROM entry HAVING count(*) < 12"},
        {"money_and_interval",
         form_of(level_by_hand({{entry("s0")}, {}, {"s0.kind"}, {"s0.price", "s0.span"}},
                               {of(AggregateKind::sum), of(AggregateKind::sum, 1), of(AggregateKind::avg, 1),
                                of(AggregateKind::count_distinct, 1)})),
         "SELECT kind, sum(price), sum(span), avg(span), count(DISTINCT span) FROM entry GROUP BY 1",
         // As text: intervals that are equal need not be the same.
         "(q.*)::text"},
        {"distinct_sums",
         form_of(level_by_hand({{entry("s0")}, {}, {"s0.kind"}, {"s0.amount", "s0.quantity", "s0.price", "s0.span"}},
                               {of(AggregateKind::sum_distinct), of(AggregateKind::avg_distinct),
                                of(AggregateKind::sum), of(AggregateKind::sum_distinct, 1),
                                of(AggregateKind::avg_distinct, 1), of(AggregateKind::count_distinct, 1),
                                of(AggregateKind::sum_distinct, 2), of(AggregateKind::sum_distinct, 3)})),
         "SELECT kind, sum(DISTINCT amount), avg(DISTINCT amount), sum(amount), sum(DISTINCT quantity), "
         "avg(DISTINCT quantity), count(DISTINCT quantity), sum(DISTINCT price), sum(DISTINCT span) FROM entry GROUP "
         "BY 1"},
        {"recomputed_beside_folded",
         form_of(
             level_by_hand({{entry("s0")}, {}, {"s0.owner_id", "s0.kind"}, {"s0.amount", "s0.id"}},
                           {rows(), of(AggregateKind::sum), of(AggregateKind::min), anew("array_agg(x0 ORDER BY x1)"),
                            anew("percentile_cont(0.5) WITHIN GROUP (ORDER BY x1)"),
                            anew("jsonb_agg(x0 ORDER BY x1) FILTER (WHERE x1 % 2 = 0)"), anew("stddev_samp(x1)")})),
         "SELECT owner_id, kind, count(*), sum(amount), min(amount), array_agg(amount ORDER BY id), "
         "percentile_cont(0.5) WITHIN GROUP (ORDER BY id), jsonb_agg(amount ORDER BY id) FILTER (WHERE id % 2 = 0), "
         "stddev_samp(id) FROM entry GROUP BY 1, 2"},
        {"recomputed_by_three_keys_with_nulls",
         form_of(level_by_hand({{entry("s0")}, {}, {"s0.owner_id", "s0.kind", "s0.quantity"}, {"s0.id"}},
                               {anew("array_agg(x0 ORDER BY x0)")})),
         "SELECT owner_id, kind, quantity, array_agg(id ORDER BY id) FROM entry GROUP BY 1, 2, 3"},
        {"without_equality",
         form_of(level_by_hand({{entry("s0")}, {}, {"s0.kind"}, {"s0.quantity", "s0.id"}},
                               {anew("json_agg(x0 ORDER BY x1)")})),
         "SELECT kind AS key0, json_agg(quantity ORDER BY id) AS value0 FROM entry GROUP BY 1", "key0, value0::text"},
        {"sums_of_floats",
         form_of(level_by_hand({{entry("s0")}, {}, {"s0.kind"}, {"s0.size"}},
                               {of(AggregateKind::sum), of(AggregateKind::avg), of(AggregateKind::count)})),
         "SELECT kind AS key0, sum(size) AS value0, avg(size) AS value1, count(size) AS value2 FROM entry GROUP BY 1",
         "key0, round(value0::numeric, 9), round(value1::numeric, 9), value2"},
        {"two_levels", two_levels(),
         "SELECT x.kind, x.total, y.n, y.boss FROM (SELECT kind, sum(amount) AS total FROM entry GROUP BY kind) x "
         "LEFT JOIN (SELECT name, count(*) AS n, max(boss_id) AS boss FROM owner GROUP BY name) y ON y.name = x.kind"},
    };
}

class Changes {
  public:
    std::string next() {
        const auto id = number(20);
        switch (pick(10)) {
            case 0:
            case 1:
            case 2:
                return "INSERT INTO entry SELECT g, " + number_or_null(8) + ", " + kind() + ", " + amount() +
                       ", g * 0.1, g::money, " + span() + ", " + number_or_null(20) + " FROM generate_series(" + id +
                       ", " + id +
                       " + 5) g ON CONFLICT (id) DO UPDATE SET amount = excluded.amount, size = "
                       "excluded.size + 0.3, span = excluded.span, quantity = excluded.quantity";
            case 3:
                return "UPDATE entry SET amount = " + amount() + ", kind = " + kind() + ", span = " + span() +
                       " WHERE id % 4 = " + number(4);
            case 4:
                return "UPDATE entry SET owner_id = " + number_or_null(8) + ", price = price * 2 WHERE id = " + id;
            case 5:
                return pick(15) == 0 ? "DELETE FROM entry" : "DELETE FROM entry WHERE id % 9 = " + number(9);
            case 6:
            case 9:
                return "INSERT INTO owner SELECT g, " + kind() + ", (g * " + number(7) +
                       " + 1) % 9 FROM generate_series(" + number(8) +
                       ", 8) g ON CONFLICT (id) DO UPDATE SET "
                       "name = excluded.name, boss_id = CASE WHEN owner.id % 2 = 0 THEN excluded.boss_id END";
            case 7:
                return pick(12) == 0 ? "DELETE FROM owner" : "DELETE FROM owner WHERE id = " + number(8);
            default:
                return "UPDATE owner SET id = 100 + id WHERE id = " + number(8) +
                       " AND NOT EXISTS (SELECT FROM owner o WHERE o.id = 100 + owner.id); UPDATE owner SET id = id - "
                       "100 "
                       "WHERE id > 100 AND NOT EXISTS (SELECT FROM owner o WHERE o.id = owner.id - 100)";
        }
    }

    unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

  private:
    std::string number(unsigned below) { return std::to_string(pick(below)); }
    std::string number_or_null(unsigned below) { return pick(5) == 0 ? "NULL" : number(below); }
    std::string choice(const std::vector<std::string>& values) { return values[random_() % values.size()]; }
    std::string kind() { return choice({"'a'", "'b'", "'c'", "NULL"}); }
    std::string amount() {
        return choice({"NULL", "1.5", "2", "2", "3.25", "-7", "1e20", "'NaN'", "'Infinity'", "'-Infinity'"});
    }
    std::string span() {
        return choice(
            {"NULL", "interval '1 day'", "interval '24 hours'", "interval '1 month'", "interval '-3 min 0.5 s'"});
    }

    std::mt19937 random_{23};
};

class FoldsByHand : public ::testing::TestWithParam<Case> {};

TEST_P(FoldsByHand, EqualTheQueryAfterEveryBatch) {
    const auto& one = GetParam();
    const auto query = one.columns == "(q.*)::text" ? "SELECT (q.*)::text FROM (" + one.query + ") AS q" : one.query;
    Database database;
    Client client(database.conninfo());
    client.exec(schema);
    Changes changes;
    for (int i = 0; i < 15; ++i) client.exec(changes.next());
    Engine engine(database.conninfo());
    engine.add_view("v", carrier).strategy = settings::StrategyChoice::delta;
    engine.install();
    replace_program(engine, client, "v", one.form, one.query);
    const auto wrong = [&] {
        return query == one.query ? differences(client, "v", query, one.columns)
                                  : differences(client, "(SELECT (q.*)::text AS line FROM v AS q) AS w",
                                                "SELECT (q.*)::text AS line FROM (" + one.query + ") AS q");
    };
    ASSERT_EQ(wrong(), std::vector<std::string>{});
    for (int batch = 0; batch < 30; ++batch) {
        for (auto statements = 1 + changes.pick(5); statements > 0; --statements) client.exec(changes.next());
        const auto outcome = engine.refresh("v");
        ASSERT_TRUE(outcome.strategy.empty() || outcome.strategy == "delta") << outcome.strategy;
        ASSERT_EQ(wrong(), std::vector<std::string>{}) << "after batch " << batch;
    }
    const auto proof = engine.verify("v");
    EXPECT_EQ(proof.differences, 0) << (proof.examples.empty() ? "" : proof.examples.front().row);
}

std::string plan_of(Client& client, const std::string& statement, const std::string& parameter) {
    std::string plan;
    for (const auto& row : client.query("EXPLAIN " + statement, {parameter})) plan += *row[0] + "\n";
    return plan;
}

// Few changes must not read a table from end to end: not for the rows looked up, nor for those that look up, nor for
// the groups that are recomputed.
TEST(FoldsByHandPlans, SmallBatchesUseIndexes) {
    Database database;
    Client client(database.conninfo());
    client.exec(schema);
    client.exec(
        "CREATE INDEX ON entry (owner_id);"
        "INSERT INTO owner SELECT g, 'o' || g, g / 2 FROM generate_series(1, 20000) g;"
        "INSERT INTO entry SELECT g, nullif(g % 20000, 0), 'k', g FROM generate_series(1, 60000) g;"
        "ANALYZE entry; ANALYZE owner");
    Engine engine(database.conninfo());
    engine.add_view("v", carrier).strategy = settings::StrategyChoice::delta;
    engine.install();
    const auto form = form_of(level_by_hand(
        {{entry("s0"), owner("s1", {"s1.id = s0.owner_id"})}, {}, {"s0.owner_id"}, {"s1.name", "s0.id", "s0.amount"}},
        {anew("string_agg(x0, ','::text ORDER BY x1)"), of(AggregateKind::sum, 2)}));
    replace_program(
        engine, client, "v", form,
        "SELECT owner_id, string_agg(o.name, ',' ORDER BY e.id), sum(amount) FROM entry e LEFT JOIN owner o "
        "ON o.id = e.owner_id GROUP BY 1");
    const auto view = engine.view("v");
    const auto position = client.scalar("SELECT snapshot::text FROM freshet.position WHERE view_id = $1::integer",
                                        {std::to_string(view.id)});
    client.exec("UPDATE owner SET name = 'x' WHERE id IN (5, 7); UPDATE entry SET amount = 0 WHERE id = 3; ANALYZE");
    std::set<int> changed;
    for (const auto& source : view.sources) changed.insert(source.id);
    const auto fold = compile::fold(view.program, changed).front();
    const auto merge = plan_of(client, fold.merge, position);
    EXPECT_EQ(merge.find("Seq Scan on entry"), std::string::npos) << merge;
    EXPECT_EQ(merge.find("Seq Scan on owner"), std::string::npos) << merge;
    const auto renew = plan_of(client, fold.renew, "{\"(0,1)\",\"(1,2)\"}");
    EXPECT_EQ(renew.find("Seq Scan on"), std::string::npos) << renew;
    const auto many =
        client.scalar("SELECT array_agg(ctid)::text FROM freshet.state_" + std::to_string(view.id) + "_0");
    EXPECT_NE(plan_of(client, fold.renew, many).find("Hash"), std::string::npos);
    engine.refresh("v");
    EXPECT_EQ(engine.verify("v").differences, 0);
}

std::string name_of(const ::testing::TestParamInfo<Case>& one) {
    return one.param.name;
}

INSTANTIATE_TEST_SUITE_P(Lookups, FoldsByHand, ::testing::ValuesIn(lookups()), name_of);
INSTANTIATE_TEST_SUITE_P(States, FoldsByHand, ::testing::ValuesIn(states()), name_of);

}  // namespace
}  // namespace freshet::testing
