// Folds stay exact where names and types are hostile: names that generated SQL uses itself, collations, domains, enums,
// extension types, infinities, tables without a key. The tables are those of the golden files.
#include <gtest/gtest.h>

#include <random>

#include "support/engine.hpp"
#include "support/golden_case.hpp"

namespace freshet::testing {
namespace {

struct Case {
    std::string name;
    std::string query;
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
    return out << one.name;
}

const std::vector<Case>& cases() {
    static const std::vector<Case> all = {
        {"hostile_names", read_whole(golden_folder() / "hostile_names/query.sql")},
        {"enum_and_domains", read_whole(golden_folder() / "enum_and_domains/query.sql")},
        {"domain_keys_and_extremes",
         "SELECT code, tag, min(tag) AS t, max(code) AS c, count(DISTINCT tag) AS d, min(hours) AS h FROM typed "
         "GROUP BY code, tag"},
        {"collations", read_whole(golden_folder() / "collations_and_lengths/query.sql")},
        // The cluster sorts as C does; only this collation puts 'a' before 'B'.
        {"collation_of_a_union",
         "SELECT f.name, count(*) AS n, min(f.name) AS lo FROM (SELECT kind COLLATE \"und-x-icu\" AS name FROM child "
         "UNION ALL SELECT region FROM parent) f WHERE f.name < 'B' GROUP BY f.name"},
        {"uncomparable_input", read_whole(golden_folder() / "uncomparable_input/query.sql")},
        {"fields_of_infinite_moments",
         "SELECT state, count(extract(hour FROM moment)) AS hours, sum(extract(hour FROM moment)) AS total, "
         "count(moment::time) AS times, count(date_trunc('day', moment)) AS days FROM typed GROUP BY state"},
        {"key_of_infinite_moments", "SELECT extract(hour FROM moment) AS hour, count(*) AS n FROM typed GROUP BY 1"},
        {"extremes_of_an_extensions_keys",
         "SELECT owner, min(hours) AS lo, max(hours) AS hi, count(DISTINCT hours) AS d FROM typed GROUP BY owner"},
        {"keyless", "SELECT b, sum(c) AS c, count(*) AS n, min(a) AS a FROM keyless GROUP BY b"},
    };
    return all;
}

class Changes {
  public:
    std::string next() {
        const auto id = number(40);
        const auto name = choice({"'a'", "'A'", "'b'", "'B'", "'Z'", "'é'", "NULL"});
        switch (random_() % 9) {
            case 0:
            case 1:
                return "INSERT INTO typed (id, state, price, code, tag, name, fixed, doc, ratio, moment, hours, owner) "
                       "SELECT g, " +
                       state() + ", " + number(50) + ", 'x' || g % 3, " + name + ", " + name +
                       ", 'x', '{\"g\": 1}', g % 5 + 0.25, " + moment() + ", g % 7, " + name +
                       " FROM generate_series(" + id + ", " + id +
                       " + 4) g ON CONFLICT (id) DO UPDATE SET name = "
                       "excluded.name, owner = excluded.owner, moment = excluded.moment";
            case 2:
                return "UPDATE typed SET state = " + state() + ", hours = " + number(9) + ", moment = " + moment() +
                       " WHERE id % 4 = " + number(4);
            case 3:
                return "UPDATE typed SET owner = " + name + ", tag = " + name + ", name = " + name +
                       ", fixed = 'x  ' WHERE id % 5 = " + number(5);
            case 4:
                return "DELETE FROM typed WHERE id % 9 = " + number(9);
            case 5:
                return "INSERT INTO \"Größe\" (\"user\", x1, \"Ünïcode Spalte\", sign, v, n, r, t, u, s0, \"select\", "
                       "k0, "
                       "delta, d1, \"it's\", \"a\"\"b\") SELECT g, " +
                       name + ", " + name + ", " + number(5) +
                       ", g, g % 3, "
                       "'r', " +
                       name + ", g % 2, 'it''s \\\\', g * 1.5, g, 1, 2, " + name + ", " + name +
                       " FROM generate_series(" + id + ", " + id +
                       " + 3) g ON CONFLICT (\"user\") DO UPDATE SET sign = "
                       "excluded.sign, v = NULL, t = excluded.t";
            case 6:
                return "DELETE FROM \"Größe\" WHERE \"user\" % 5 = " + number(5);
            case 7:
                return "INSERT INTO keyless SELECT " + number(3) + ", " + name +
                       ", c / 2.0 FROM generate_series(1, 4) c";
            default:
                return "WITH u AS (UPDATE keyless SET b = " + name + ", c = c + 1 WHERE a = " + number(3) +
                       " RETURNING 1), p AS (INSERT INTO parent VALUES (" + id + ", " + name +
                       ", 1, true) ON CONFLICT (id) DO UPDATE SET region = excluded.region RETURNING 1) "
                       "INSERT INTO child (id, kind) VALUES (" +
                       id + ", " + name + ") ON CONFLICT (id) DO UPDATE SET kind = excluded.kind";
        }
    }

    std::string number(unsigned below) { return std::to_string(random_() % below); }

  private:
    std::string choice(const std::vector<std::string>& values) { return values[random_() % values.size()]; }
    std::string state() { return choice({"'draft'", "'sent'", "'paid'"}) + "::order_state"; }
    std::string moment() {
        return choice({"'infinity'::timestamptz", "'-infinity'::timestamptz", "'2026-03-01 05:00+00'::timestamptz",
                       "'2026-03-01 23:30+00'::timestamptz"});
    }

    std::mt19937 random_{11};
};

class FoldsOfTypes : public ::testing::TestWithParam<Case> {
  protected:
    FoldsOfTypes() : client_(database_.conninfo()), engine_(database_.conninfo()) {
        client_.exec("CREATE EXTENSION citext");
        client_.exec(read_whole(golden_folder() / "schema.sql"));
        client_.exec("ALTER TABLE typed ADD COLUMN owner citext; SET TimeZone = 'UTC'");
    }

    void change(std::size_t statements) {
        for (std::size_t i = 0; i < statements; ++i) {
            client_.exec(changes_.next());
        }
    }

    Database database_;
    Client client_;
    Engine engine_;
    Changes changes_;
};

TEST_P(FoldsOfTypes, EqualTheQueryAfterEveryBatch) {
    change(20);
    engine_.add_view("v", GetParam().query).strategy = settings::StrategyChoice::delta;
    engine_.install();
    ASSERT_EQ(differences(client_, "v", GetParam().query), std::vector<std::string>{});
    bool folded = false;
    for (int batch = 0; batch < 15; ++batch) {
        change(4);
        folded = engine_.refresh("v", as_if_many(folded)).strategy == "delta" || folded;
        ASSERT_EQ(differences(client_, "v", GetParam().query), std::vector<std::string>{}) << "after batch " << batch;
    }
    EXPECT_TRUE(folded);
    EXPECT_EQ(engine_.verify("v").differences, 0);
}

INSTANTIATE_TEST_SUITE_P(Views, FoldsOfTypes, ::testing::ValuesIn(cases()),
                         [](const auto& one) { return one.param.name; });

using TenantsOfTypes = FoldsOfTypes;

// citext: 'a' and 'A' are one tenant, whatever = means under the pinned search_path.
TEST_P(TenantsOfTypes, AreRecomputedAndProvenAsOne) {
    client_.exec(
        "INSERT INTO typed (id, state, ratio, moment, hours, owner) VALUES (1, 'paid', 1, now(), 1, 'Acme'), "
        "(2, 'paid', 1, now(), 2, 'ACME'), (3, 'sent', 1, now(), 4, 'other')");
    auto& view = engine_.add_view("v", GetParam().query);
    view.strategy = settings::StrategyChoice::delta;
    view.tenant = "k1";
    engine_.install();
    client_.exec("UPDATE freshet.state_" + std::to_string(engine_.view("v").id) + "_0 SET n = n + 1");
    refresh::Request request;
    request.work = refresh::Work::recompute;
    request.tenant = "acme";
    engine_.refresh("v", request);
    EXPECT_EQ(client_.scalar("SELECT string_agg(k0::text, ',' ORDER BY k1) FROM v"), "2,2");
    refresh::VerifyRequest verify;
    verify.tenant = "aCmE";
    EXPECT_EQ(engine_.verify("v", verify).differences, 0);
    verify.tenant = "Other";
    EXPECT_EQ(engine_.verify("v", verify).differences, 2);
}

// k0 is no key and k1 is: published columns may be called like our own.
INSTANTIATE_TEST_SUITE_P(Views, TenantsOfTypes,
                         ::testing::Values(Case{
                             "citext", "SELECT count(*) AS k0, owner AS k1, owner AS x FROM typed GROUP BY owner"}),
                         [](const auto& one) { return one.param.name; });

// An index entry has room for a third of a page. The refresh fails and says so; nothing is lost, the view stays.
TEST(TooLongKey, FailsTheRefreshWithARemedyAndLosesNothing) {
    Database database;
    Client client(database.conninfo());
    client.exec(read_whole(golden_folder() / "schema.sql"));
    const std::string query = "SELECT kind, count(*) AS n FROM child GROUP BY kind";
    Engine engine(database.conninfo());
    engine.add_view("v", query).strategy = settings::StrategyChoice::delta;
    engine.install();
    client.exec("INSERT INTO child (id, kind) VALUES (1, 'a')");
    engine.refresh("v");
    client.exec(
        "INSERT INTO child (id, kind) SELECT 2, string_agg(md5(g::text), '') FROM generate_series(1, 400) g;"
        "INSERT INTO child (id, kind) VALUES (3, 'a')");
    try {
        engine.refresh("v");
        FAIL() << "refreshed";
    } catch (const core::Error& error) {
        EXPECT_EQ(std::string(error.what()).substr(0, 90),
                  "a key of a group, or a value of min, max or an aggregate with DISTINCT, is too long: index");
        EXPECT_EQ(error.hint(),
                  "group by less of it, such as left(column, 500) or md5(column); nothing is lost until then");
    }
    EXPECT_EQ(client.scalar("SELECT kind || n FROM v"), "a1");
    client.exec("UPDATE child SET kind = 'b' WHERE id = 2");
    engine.refresh("v");
    EXPECT_EQ(differences(client, "v", query), std::vector<std::string>{});
}

// A value of few is in no index.
TEST(LongValues, AreKeptInTheRow) {
    Database database;
    Client client(database.conninfo());
    client.exec(read_whole(golden_folder() / "schema.sql"));
    const std::string query = "SELECT parent_id, count(DISTINCT kind) AS n, max(kind) AS last FROM child GROUP BY 1";
    Engine engine(database.conninfo());
    engine.add_view("v", query).strategy = settings::StrategyChoice::delta;
    engine.install();
    client.exec(
        "INSERT INTO child (id, kind) SELECT h, string_agg(md5((g + h)::text), '') FROM generate_series(1, 400) g, "
        "generate_series(1, 9) h GROUP BY h");
    engine.refresh("v");
    EXPECT_EQ(differences(client, "v", query), std::vector<std::string>{});
    client.exec("DELETE FROM child WHERE id % 2 = 0");
    engine.refresh("v");
    EXPECT_EQ(differences(client, "v", query), std::vector<std::string>{});
}

// A predicate that could fail is not run by the writer; neither are the names of events taken for code.
TEST(WritersStatement, NeverFailsForUs) {
    Database database;
    Client client(database.conninfo());
    client.exec(read_whole(golden_folder() / "schema.sql"));
    Engine engine(database.conninfo());
    engine.add_view("v",
                    "SELECT kind, count(*) AS n FROM child WHERE kind <> '$freshet$' AND quantity = '7'::text::int "
                    "GROUP BY kind");
    engine.add_view("w", "SELECT code, count(*) AS n FROM typed GROUP BY code");
    engine.install();
    client.exec("SET standard_conforming_strings = off");
    client.exec("INSERT INTO child (id, kind, quantity) VALUES (1, 'a', 7), (2, '$freshet$', 7)");
    client.exec("INSERT INTO typed (id, state, code, ratio, moment, hours) VALUES (1, 'paid', '12345', 1, now(), 1)");
    engine.refresh("v");
    engine.refresh("w");
    EXPECT_EQ(client.scalar("SELECT string_agg(kind || n, ',') FROM v"), "a1");
    EXPECT_EQ(client.scalar("SELECT string_agg(code || n, ',') FROM w"), "123451");
}

}  // namespace
}  // namespace freshet::testing
