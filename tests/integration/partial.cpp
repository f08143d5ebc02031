// Strategy partial against the oracle: queries outside the incremental class, whose user says which keys a change
// concerns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "support/engine.hpp"
#include "support/eventually.hpp"

namespace freshet::testing {
namespace {

using ::testing::HasSubstr;

using Dirty = std::vector<std::pair<std::string, std::string>>;

struct Case {
    std::string name;
    std::string query;
    std::vector<std::string> keys;
    Dirty dirty;
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
    return out << one.name;
}

constexpr const char* schema = R"(
    CREATE TABLE parent(id int PRIMARY KEY, region text, weight numeric);
    CREATE TABLE child(id int PRIMARY KEY, parent_id int, kind varchar(20), day date, amount numeric, quantity int,
                       flag boolean NOT NULL DEFAULT true);
    CREATE TABLE other(id int PRIMARY KEY, parent_id int, day date, cost numeric);
    CREATE INDEX ON child (parent_id);
)";

const std::string of_child = "SELECT parent_id FROM changed";

const std::vector<Case>& cases() {
    static const std::vector<Case> all = {
        {"left_join_that_multiplies",
         "SELECT p.id, p.region, count(c.id) AS n, sum(c.amount) AS total FROM parent p LEFT JOIN child c ON "
         "c.parent_id = p.id AND c.flag GROUP BY p.id",
         {"id"},
         {{"parent", "SELECT id FROM changed"}, {"child", of_child}}},
        {"full_join",
         "SELECT coalesce(c.parent_id, o.parent_id) AS parent_id, count(c.id) AS children, count(o.id) AS others FROM "
         "child c FULL JOIN other o ON o.parent_id = c.parent_id AND o.day = c.day GROUP BY 1",
         {"parent_id"},
         {{"child", of_child}, {"public.other", of_child}}},
        {"lateral",
         "SELECT p.id, l.kind, l.amount FROM parent p CROSS JOIN LATERAL (SELECT c.kind, c.amount FROM child c WHERE "
         "c.parent_id = p.id ORDER BY c.amount DESC NULLS LAST, c.id LIMIT 2) l",
         {"id"},
         {{"parent", "SELECT id FROM changed"}, {"child", of_child}}},
        {"union_distinct",
         "SELECT parent_id, day FROM child UNION SELECT parent_id, day FROM other",
         {"parent_id", "day"},
         {{"child", "SELECT parent_id, day FROM changed"}, {"other", "SELECT parent_id, day FROM changed"}}},
        {"distinct_on",
         "SELECT DISTINCT ON (parent_id) parent_id, kind, day FROM child ORDER BY parent_id, day DESC NULLS LAST, id",
         {"parent_id"},
         {{"child", of_child}}},
        {"correlated_sub_select",
         "SELECT p.id, p.region, (SELECT max(c.day) FROM child c WHERE c.parent_id = p.id) AS latest FROM parent p",
         {"id"},
         {{"parent", "SELECT id FROM changed"}, {"child", of_child}}},
        {"null_keys", "SELECT kind, count(*) AS n FROM child GROUP BY kind", {"kind"}, {{"child", "SELECT kind FROM changed"}}},
        {"mapping_table",
         "SELECT p.region, array_agg(c.id ORDER BY c.id) AS ids FROM child c LEFT JOIN parent p ON p.id = c.parent_id "
         "GROUP BY p.region",
         {"region"},
         {{"child", "SELECT p.region FROM changed c LEFT JOIN parent p ON p.id = c.parent_id"},
          {"parent", "SELECT region FROM changed UNION SELECT NULL"}}},
        {"window_of_two_keys",
         "SELECT parent_id, kind, day, rank() OVER (PARTITION BY parent_id, kind ORDER BY day, id) AS place FROM child",
         {"parent_id", "kind"},
         {{"child", "SELECT parent_id, kind FROM changed"}}},
        {"set_returning",
         "SELECT c.parent_id, g.step, count(*) AS n FROM child c, generate_series(1, c.quantity) AS g(step) GROUP BY 1, 2",
         {"parent_id"},
         {{"child", of_child}}},
        {"not_exists",
         "SELECT p.* FROM parent p WHERE NOT EXISTS (SELECT FROM child c WHERE c.parent_id = p.id AND c.flag)",
         {"id"},
         {{"parent", "SELECT id FROM changed"}, {"child", of_child}}},
        {"rows_that_occur_twice",
         "SELECT c.kind, c.flag FROM child c LEFT JOIN other o ON o.day = c.day",
         {"kind"},
         {{"child", "SELECT kind FROM changed"}, {"other", "SELECT c.kind FROM changed o JOIN child c ON c.day = o.day"}}},
        {"grouping_sets",
         "SELECT parent_id, kind, count(*) AS n FROM child GROUP BY GROUPING SETS ((parent_id, kind), (parent_id))",
         {"parent_id"},
         {{"child", of_child}}},
        {"whole_rows",
         "SELECT c.parent_id, jsonb_agg(to_jsonb(c) ORDER BY c.id) AS rows FROM child c LEFT JOIN parent p ON p.id = "
         "c.parent_id GROUP BY c.parent_id",
         {"parent_id"},
         {{"child", of_child}, {"parent", "SELECT id FROM changed"}}},
        {"recursive",
         "WITH RECURSIVE up(id, kind, depth) AS (SELECT id, kind, 0 FROM child UNION ALL SELECT id, kind, depth + 1 FROM "
         "up WHERE depth < 2) SELECT kind, depth, count(*) AS n FROM up GROUP BY kind, depth",
         {"kind"},
         {{"child", "SELECT kind FROM changed"}}},
        {"all_of_one_table",
         "SELECT c.kind, sum(c.amount) FILTER (WHERE c.day > (SELECT min(o.day) FROM other o)) AS later FROM child c GROUP "
         "BY c.kind",
         {"kind"},
         {{"child", "SELECT kind FROM changed"}, {"other", "all"}}},
    };
    return all;
}

class Changes {
  public:
    explicit Changes(unsigned seed) : random_(seed) {}

    std::string next() {
        const auto id = std::to_string(pick(40));
        const auto parent = pick(8) == 0 ? std::string("NULL") : std::to_string(pick(8));
        const auto day = pick(8) == 0 ? std::string("NULL") : "date '2026-01-01' + " + std::to_string(pick(12));
        const auto kind = pick(6) == 0 ? std::string("NULL") : std::string("'") + "abA"[pick(3)] + "'";
        switch (pick(9)) {
            case 0:
            case 1:
                return "INSERT INTO child SELECT g, " + parent + ", " + kind + ", " + day + ", g * 1.50, g % 4, g % 3 <> 0 "
                       "FROM generate_series(" + id + ", " + id + " + 2) g ON CONFLICT (id) DO UPDATE SET amount = "
                       "excluded.amount + 1, kind = excluded.kind, flag = NOT child.flag";
            case 2:
                return "UPDATE child SET parent_id = " + parent + ", day = " + day + " WHERE id = " + id;
            case 3:
                return "UPDATE child SET kind = " + kind + ", amount = NULL WHERE id % 9 = " + std::to_string(pick(9));
            case 4:
                return "DELETE FROM child WHERE id % 13 = " + std::to_string(pick(13));
            case 5:
                return "UPDATE parent SET region = 'r' || (id + " + id + ") % 3 WHERE id < 4";
            case 6:
                return "INSERT INTO parent SELECT g, nullif('r' || g % 3, 'r2'), g FROM generate_series(0, 7) g ON "
                       "CONFLICT DO NOTHING";
            case 7:
                return "DELETE FROM parent WHERE id = " + std::to_string(pick(8));
            default:
                return "INSERT INTO other VALUES (" + id + ", " + parent + ", " + day + ", 1) ON CONFLICT (id) DO UPDATE SET "
                       "day = excluded.day, parent_id = excluded.parent_id";
        }
    }

    std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

  private:
    std::mt19937 random_;
};

settings::ViewSettings& add_partial(Engine& engine, const std::string& query, std::vector<std::string> keys,
                                    const Dirty& dirty) {
    auto& view = engine.add_view("v", query);
    view.strategy = settings::StrategyChoice::partial;
    view.keys = std::move(keys);
    for (const auto& [table, text] : dirty) {
        view.dirty_keys.push_back({table, text, text == "all", 7, 3});
    }
    return view;
}

const std::vector<std::string> exact{};

class PartialShapes : public ::testing::TestWithParam<Case> {};

TEST_P(PartialShapes, EqualTheQueryAfterEveryBatch) {
    Database database;
    Client client(database.conninfo());
    client.exec(schema);
    Changes changes(11);
    for (int i = 0; i < 25; ++i) {
        client.exec(changes.next());
    }
    Engine engine(database.conninfo());
    add_partial(engine, GetParam().query, GetParam().keys, GetParam().dirty);
    engine.install();
    client.exec("SET TimeZone = 'UTC'");
    ASSERT_EQ(differences(client, "v", GetParam().query), exact);
    int partial = 0;
    for (int batch = 0; batch < 25; ++batch) {
        const auto statements = 1 + changes.pick(5);
        for (std::size_t i = 0; i < statements; ++i) {
            client.exec(changes.next());
        }
        partial += engine.refresh("v").strategy == "partial" ? 1 : 0;
        ASSERT_EQ(differences(client, "v", GetParam().query), exact) << "after batch " << batch;
    }
    EXPECT_GT(partial, 5);
    client.exec("TRUNCATE child");
    EXPECT_EQ(engine.refresh("v").strategy, "reconcile");
    EXPECT_EQ(differences(client, "v", GetParam().query), exact);
    client.exec("INSERT INTO child VALUES (1, 1, 'a', NULL, 1, 2)");
    engine.refresh("v");
    EXPECT_EQ(differences(client, "v", GetParam().query), exact);
    EXPECT_EQ(engine.verify("v").differences, 0);
    EXPECT_FALSE(engine.plan().has_changes());
}

INSTANTIATE_TEST_SUITE_P(Views, PartialShapes, ::testing::ValuesIn(cases()),
                         [](const auto& one) { return one.param.name; });

class Partial : public ::testing::Test {
  protected:
    static constexpr const char* query =
        "SELECT p.id, p.region, count(c.id) AS n, sum(c.amount) AS total FROM parent p LEFT JOIN child c ON "
        "c.parent_id = p.id GROUP BY p.id, p.region";

    Partial() : client(database.conninfo()), engine(database.conninfo()) {
        client.exec("SET TimeZone = 'UTC'");
        client.exec(schema);
        client.exec("INSERT INTO parent SELECT g, 'r' || g % 3, g FROM generate_series(1, 2000) g; "
                    "INSERT INTO child SELECT g, 1 + g % 2000, 'a', date '2026-01-01' + g % 30, g, 1 FROM "
                    "generate_series(1, 6000) g; ANALYZE");
    }
    void install(Dirty dirty = {{"parent", "SELECT id FROM changed"}, {"child", of_child}}) {
        add_partial(engine, query, {"id"}, dirty);
        engine.install();
    }
    std::vector<std::string> wrong() { return differences(client, "v", query); }
    // What the plan has against it.
    std::string refused(const std::string& text, const std::vector<std::string>& keys, const Dirty& dirty) {
        engine.settings.views.clear();
        add_partial(engine, text, keys, dirty);
        try {
            engine.plan();
        } catch (const core::Faults& faults) {
            std::string all;
            for (const auto& fault : faults.faults()) {
                all += std::to_string(fault.line) + ":" + std::to_string(fault.column) + ": " + fault.message + "\n";
            }
            return all;
        }
        return "";
    }

    Database database;
    Client client;
    Engine engine;
};

TEST_F(Partial, WritesOnlyTheRowsThatDiffer) {
    install();
    client.exec("UPDATE child SET amount = amount + 1 WHERE id IN (1, 2); UPDATE child SET flag = NOT flag");
    const auto outcome = engine.refresh("v");
    EXPECT_EQ(outcome.strategy, "partial");
    EXPECT_EQ(outcome.groups_upserted, 2);
    EXPECT_EQ(outcome.groups_deleted, 2);
    EXPECT_EQ(wrong(), exact);
    EXPECT_EQ(client.scalar("SELECT strategy || ' ' || rows_affected FROM freshet.refresh_log ORDER BY id DESC LIMIT 1"),
              "partial 4");
}

TEST_F(Partial, ALargeShareIsRecomputedAsAWhole) {
    install();
    client.exec("ANALYZE freshet.state_1_0; UPDATE child SET amount = amount + 1 WHERE id % 2000 < 1500");
    const auto outcome = engine.refresh("v");
    EXPECT_EQ(outcome.strategy, "reconcile");
    EXPECT_EQ(outcome.why, "1500 dirty keys are too large a share of 2000 rows");
    EXPECT_EQ(wrong(), exact);
}

TEST_F(Partial, WritersMayGoOnMeanwhile) {
    install();
    std::vector<std::thread> writers;
    for (int writer = 0; writer < 3; ++writer) {
        writers.emplace_back([&, writer] {
            Client session(database.conninfo());
            for (int i = 0; i < 60; ++i) {
                const auto id = std::to_string(1 + (writer * 37 + i * 11) % 6000);
                session.exec("BEGIN; UPDATE child SET parent_id = 1 + (parent_id * 7) % 2000 WHERE id % 500 = " + id +
                             " % 500; INSERT INTO child VALUES (10000 + " + std::to_string(writer * 1000 + i) +
                             ", 5, 'x', NULL, 1, 1); " + (i % 4 == 0 ? "ROLLBACK" : "COMMIT"));
            }
        });
    }
    for (int i = 0; i < 15; ++i) {
        engine.refresh("v");
        EXPECT_EQ(engine.verify("v").differences, 0);
    }
    for (auto& writer : writers) {
        writer.join();
    }
    engine.refresh("v");
    EXPECT_EQ(wrong(), exact);
}

// The user's word is taken; whether it was right only the proof can tell.
TEST_F(Partial, AProofFindsAndRepairsWhatWrongDirtyKeysMissed) {
    install({{"parent", "SELECT id FROM changed"}, {"child", "SELECT parent_id FROM changed WHERE flag"}});
    client.exec("UPDATE child SET flag = false, amount = 0 WHERE id = 1; UPDATE child SET amount = 77 WHERE id = 1");
    engine.refresh("v");
    client.exec("UPDATE child SET amount = 78 WHERE id = 1");
    engine.refresh("v");
    EXPECT_EQ(engine.verify("v").differences, 2);
    refresh::VerifyRequest request;
    request.repair = true;
    engine.verify("v", request);
    EXPECT_EQ(wrong(), exact);
}

TEST_F(Partial, KeepsATenantAndAWindow) {
    const std::string text =
        "SELECT c.kind, c.day, count(o.id) AS n FROM child c LEFT JOIN other o ON o.day = c.day GROUP BY c.kind, c.day";
    client.exec("UPDATE child SET day = current_date - id % 100, kind = 'k' || id % 3");
    auto& view = add_partial(engine, text, {"day"},
                             {{"child", "SELECT day FROM changed"}, {"other", "SELECT day FROM changed"}});
    view.tenant = "kind";
    view.retention = settings::Retention{"day", "30 days"};
    engine.install();
    const auto shown = "SELECT * FROM (" + text + ") q WHERE day >= (now() AT TIME ZONE 'UTC')::date - interval '30 days'";
    EXPECT_EQ(differences(client, "v", shown), exact);
    refresh::Request request;
    request.keep = "30 days";
    client.exec("UPDATE child SET day = day - 20 WHERE id % 5 = 0; INSERT INTO other VALUES (1, 1, current_date - 29, 1), "
                "(2, 1, current_date - 60, 1)");
    EXPECT_EQ(engine.refresh("v", request).strategy, "partial");
    EXPECT_EQ(differences(client, "v", shown), exact);
    client.exec("UPDATE freshet.state_1_0 SET c2 = 1000");
    request.work = refresh::Work::recompute;
    request.trigger = refresh::Trigger::manual;
    request.tenant = "k1";
    engine.refresh("v", request);
    EXPECT_EQ(client.scalar("SELECT string_agg(DISTINCT kind, ',' ORDER BY kind) FROM v WHERE n = 1000"), "k0,k2");
    request.tenant.reset();
    request.work = refresh::Work::fold;
    request.keep = "10 days";
    engine.refresh("v", request);
    EXPECT_EQ(client.scalar("SELECT min(day) >= (now() AT TIME ZONE 'UTC')::date - 10 FROM v"), "t");
}

TEST_F(Partial, AutoTakesItOnlyWhereNothingBetterFits) {
    install();
    auto& view = engine.settings.views.front();
    view.strategy = settings::StrategyChoice::automatic;
    view.query = "SELECT DISTINCT ON (parent_id) parent_id, kind FROM child ORDER BY parent_id, id";
    view.keys = {"parent_id"};
    view.dirty_keys = {{"child", of_child, false, 1, 1}};
    const auto outside = engine.plan().views.front();
    EXPECT_EQ(outside.strategy, catalog::Strategy::partial);
    EXPECT_THAT(outside.reasons, ::testing::Contains(HasSubstr("not delta: ")));
    EXPECT_THAT(outside.reasons, ::testing::Contains(HasSubstr("dirty_keys are given")));
    view.query = "SELECT parent_id, count(*) AS n FROM child GROUP BY parent_id";
    const auto inside = engine.plan().views.front();
    EXPECT_EQ(inside.strategy, catalog::Strategy::delta);
    EXPECT_THAT(inside.reasons, ::testing::Contains("dirty_keys are not needed"));
}

TEST_F(Partial, ChangesItsKindInPlaceAndGoesWithoutATrace) {
    install();
    engine.settings.views.front().strategy = settings::StrategyChoice::automatic;
    engine.settings.views.front().query = "SELECT parent_id AS id, count(*) AS n FROM child GROUP BY parent_id";
    engine.install();
    EXPECT_EQ(engine.view("v").strategy, catalog::Strategy::delta);
    EXPECT_EQ(client.scalar("SELECT count(*) FROM pg_class WHERE relname = 'state_1_0'"), "0");
    engine.settings.views.front().strategy = settings::StrategyChoice::partial;
    engine.settings.views.front().query = query;
    engine.install();
    EXPECT_EQ(wrong(), exact);
    EXPECT_EQ(client.scalar("SELECT strategy || state FROM freshet.status"), "partialready");
    client.exec("UPDATE child SET amount = 4 WHERE id = 3");
    EXPECT_EQ(client.scalar("SELECT pending_changes FROM freshet.status"), "2");
    install::UninstallOptions options;
    options.purge = true;
    engine.uninstall(options);
    EXPECT_EQ(client.scalar("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'freshet%'"), "0");
    EXPECT_EQ(client.scalar("SELECT count(*) FROM pg_class WHERE relname = 'v'"), "0");
}

// A table that any other view filters in its triggers is captured as a whole for one whose query nobody took apart.
TEST_F(Partial, CapturesEveryRowBesideViewsThatFilter) {
    engine.add_view("few", "SELECT kind, count(*) AS n FROM child WHERE kind = 'b' GROUP BY kind");
    install();
    client.exec("UPDATE child SET amount = 5 WHERE id = 5; DELETE FROM child WHERE id = 6");
    engine.refresh("v");
    EXPECT_EQ(wrong(), exact);
}

TEST_F(Partial, OtherViewsMayReadIt) {
    add_partial(engine, query, {"id"}, {{"parent", "SELECT id FROM changed"}, {"child", of_child}});
    const std::string above = "SELECT region, count(*) AS parents, sum(n) AS children FROM v GROUP BY region";
    engine.add_view("above", above);
    engine.install();
    EXPECT_EQ(differences(client, "above", above), exact);
    client.exec("UPDATE child SET parent_id = parent_id + 1 WHERE id % 70 = 0; UPDATE parent SET region = 'x' WHERE id < 9");
    const auto done = engine.refresh_chain("above");
    ASSERT_EQ(done.outcomes.size(), 2U);
    EXPECT_EQ(done.outcomes.front()->strategy, "partial");
    EXPECT_EQ(done.outcomes.back()->strategy, "delta");
    EXPECT_EQ(wrong(), exact);
    EXPECT_EQ(differences(client, "above", above), exact);
}

// Its dirty_keys name the view: "changed" holds its rows before and after.
TEST_F(Partial, ReadsOtherViews) {
    engine.add_view("per_parent", "SELECT parent_id, count(*) AS n, sum(amount) AS total FROM child GROUP BY parent_id");
    const std::string above =
        "SELECT p.region, c.parent_id, c.total, rank() OVER (PARTITION BY p.region ORDER BY c.total DESC, c.parent_id) AS "
        "place FROM per_parent c LEFT JOIN parent p ON p.id = c.parent_id";
    add_partial(engine, above, {"region"},
                {{"per_parent", "SELECT p.region FROM changed c LEFT JOIN parent p ON p.id = c.parent_id"},
                 {"parent", "SELECT region FROM changed UNION SELECT NULL"}});
    engine.install();
    EXPECT_EQ(differences(client, "v", above), exact);
    for (int i = 0; i < 4; ++i) {
        client.exec("UPDATE child SET parent_id = parent_id + 1, amount = amount + 1 WHERE id % 500 = " + std::to_string(i) +
                    "; DELETE FROM child WHERE id % 900 = " + std::to_string(i) +
                    "; UPDATE parent SET region = 'x' WHERE id = " + std::to_string(100 + i));
        const auto done = engine.refresh_chain("per_parent");
        ASSERT_EQ(done.outcomes.size(), 2U);
        EXPECT_EQ(done.outcomes.back()->strategy, "partial");
        EXPECT_EQ(differences(client, "v", above), exact);
    }
    EXPECT_EQ(engine.verify_chain("v").differences, 0);
    EXPECT_FALSE(engine.plan().has_changes());
}

TEST_F(Partial, NamesAViewThatItReadsWhenDirtyKeysDoNot) {
    engine.add_view("per_parent", "SELECT parent_id, count(*) AS n FROM child GROUP BY parent_id");
    add_partial(engine, "SELECT parent_id, n, rank() OVER (ORDER BY n) AS place FROM per_parent", {"parent_id"}, {});
    try {
        engine.plan();
        FAIL() << "not refused";
    } catch (const core::Faults& faults) {
        EXPECT_EQ(faults.faults().front().message, "dirty_keys has nothing for public.per_parent, which is read");
    }
}

TEST_F(Partial, ReadsPlainViews) {
    client.exec("CREATE VIEW flagged AS SELECT parent_id, kind, amount FROM child WHERE flag");
    const std::string over_view =
        "SELECT p.id, p.region, count(f.kind) AS n FROM parent p LEFT JOIN flagged f ON f.parent_id = p.id GROUP BY p.id";
    add_partial(engine, over_view, {"id"}, {{"parent", "SELECT id FROM changed"}, {"child", of_child}});
    engine.install();
    client.exec("UPDATE child SET flag = NOT flag WHERE id % 7 = 0; UPDATE parent SET region = 'x' WHERE id < 20");
    EXPECT_EQ(engine.refresh("v").strategy, "partial");
    EXPECT_EQ(differences(client, "v", over_view), exact);
    client.exec("CREATE OR REPLACE VIEW flagged AS SELECT parent_id, kind, amount FROM child WHERE NOT flag");
    EXPECT_TRUE(engine.plan().has_changes());
    engine.install();
    EXPECT_EQ(differences(client, "v", over_view), exact);
}

TEST_F(Partial, FindsTheRowsOfAKeyByIndex) {
    install();
    client.exec("INSERT INTO child SELECT g, 1 + g % 2000, 'a', NULL, 1, 1 FROM generate_series(10000, 60000) g; "
                "ANALYZE child");
    engine.refresh("v");
    const auto scanned = [&] {
        // A session leaves its numbers behind when it goes.
        EXPECT_TRUE(eventually([&] {
            return client.scalar("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                                 "application_name = 'freshetd/test'") == "0";
        }));
        return std::stoll(client.scalar("SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'child'"));
    };
    const auto before = scanned();
    client.exec("UPDATE child SET amount = 2 WHERE id = 4");
    engine.refresh("v");
    EXPECT_LT(scanned() - before, 50000);
    EXPECT_EQ(wrong(), exact);
}

TEST_F(Partial, RefusesBeforeAnythingIsInstalledWhatCannotWork) {
    const Dirty dirty{{"parent", "SELECT id FROM changed"}, {"child", of_child}};
    EXPECT_THAT(refused(query, {"id"}, {dirty[0]}), HasSubstr("dirty_keys has nothing for public.child, which is read"));
    EXPECT_THAT(refused(query, {"nothing"}, dirty), HasSubstr("the key nothing is no column of the query"));
    EXPECT_THAT(refused(query, {"id"}, {dirty[0], dirty[1], {"other", "SELECT id FROM changed"}}),
                HasSubstr("7:3: dirty_keys of public.other: nothing reads the table"));
    EXPECT_THAT(refused(query, {"id"}, {dirty[0], dirty[1], {"missing", "SELECT 1"}}),
                HasSubstr("7:3: dirty_keys of public.missing: there is no table public.missing"));
    EXPECT_THAT(refused(query, {"id"}, {dirty[0], {"child", "SELECT parent_id, kind FROM changed"}}),
                HasSubstr("7:3: dirty_keys of public.child: it gives 2 columns for 1 keys"));
    EXPECT_THAT(refused(query, {"id"}, {dirty[0], {"child", "SELECT kind FROM changed"}}),
                HasSubstr("column kind is of type character varying, the key id of type integer"));
    EXPECT_THAT(refused(query, {"id"}, {dirty[0], {"child", "SELECT wrong FROM changed"}}),
                HasSubstr("7:3: dirty_keys of public.child: 1:8: column \"wrong\" does not exist"));
    EXPECT_THAT(refused(query, {"id"}, {dirty[0], {"child", "DELETE FROM changed"}}),
                HasSubstr("7:3: dirty_keys of public.child: "));
    EXPECT_THAT(refused(query, {"id"}, {dirty[0], {"child", "SELECT 1; DROP TABLE child"}}),
                HasSubstr("7:3: dirty_keys of public.child: "));
    EXPECT_THAT(refused(query, {"id"}, {dirty[0], {"child", "SELECT (random() * 10)::int FROM changed"}}),
                HasSubstr("1:9: random() is volatile"));
    EXPECT_THAT(refused(query, {"id"}, {dirty[0], {"child", "SELECT c.parent_id FROM changed JOIN child c ON "
                                                           "c.day = changed.day JOIN other o ON o.id = c.id"}}),
                HasSubstr("dirty_keys has nothing for public.other"));
    EXPECT_THAT(refused("SELECT parent_id, random() AS r FROM child", {"parent_id"}, {dirty[1]}),
                HasSubstr("1:19: random() is volatile"));
    EXPECT_THAT(refused("SELECT parent_id, now() AS r FROM child", {"parent_id"}, {dirty[1]}), HasSubstr("1:19: now()"));
    EXPECT_THAT(refused("SELECT parent_id, xmin::text AS r FROM child", {"parent_id"}, {dirty[1]}),
                HasSubstr("system column"));
    EXPECT_THAT(refused("SELECT parent_id, 1 AS r FROM child TABLESAMPLE system (10)", {"parent_id"}, {dirty[1]}),
                HasSubstr("TABLESAMPLE"));
    EXPECT_THAT(refused("SELECT parent_id, array_agg(day) AS d FROM child GROUP BY 1", {"d"}, {dirty[1]}),
                HasSubstr("the key d is of type date[]"));
    EXPECT_THAT(refused("SELECT parent_id, json_agg(day) AS d FROM child GROUP BY 1", {"d"}, {dirty[1]}),
                HasSubstr("whose values cannot be told equal"));
    engine.settings.views.clear();
    add_partial(engine, query, {"id"}, {dirty[0], {"child", "SELECT parent_id FORM changed"}});
    ASSERT_EQ(install::check_offline(engine.settings).size(), 1U);
    EXPECT_THAT(install::check_offline(engine.settings).front().message, HasSubstr("dirty_keys of child: syntax error"));
    client.exec("CREATE VIEW between AS SELECT * FROM child WITH CHECK OPTION; "
                "CREATE VIEW barred WITH (security_barrier) AS SELECT * FROM child");
    EXPECT_THAT(refused("SELECT parent_id, kind FROM between", {"parent_id"}, {dirty[0]}),
                HasSubstr("dirty_keys has nothing for public.child, which is read"));
    EXPECT_THAT(refused("SELECT parent_id, kind FROM barred", {"parent_id"}, {dirty[1]}),
                HasSubstr("public.barred is a security_barrier view"));
    EXPECT_EQ(client.scalar("SELECT to_regnamespace('freshet') IS NULL"), "t");
    EXPECT_EQ(refused(query, {"id"}, dirty), "");
}

}  // namespace
}  // namespace freshet::testing
