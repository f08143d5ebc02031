// Whatever a writer does, by whichever statement, with whatever rights and settings, the report is exact afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/ledger.hpp"
#include "support/run.hpp"

namespace freshet::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Write {
    std::string name;
    std::string sql;
    std::string strategy = "delta";
};

std::ostream& operator<<(std::ostream& out, const Write& one) {
    return out << one.name;
}

const std::vector<Write>& writes() {
    static const std::vector<Write> all = {
        {"insert", "INSERT INTO entry VALUES (900, 1, 'k0', '2026-05-01', 7.5), (901, 3, NULL, NULL, NULL)"},
        {"update_a_value", "UPDATE entry SET amount = amount + 0.01 WHERE id % 7 = 0"},
        {"update_a_key", "UPDATE entry SET kind = 'moved' WHERE id % 7 = 0"},
        {"update_the_other_table", "UPDATE account SET name = name || '!' WHERE id = 3"},
        {"update_into_and_out_of_the_predicate", "UPDATE account SET active = NOT active"},
        {"update_both_tables_in_one_transaction",
         "BEGIN; UPDATE account SET name = 'x' WHERE id < 4; UPDATE entry SET account_id = 1 WHERE account_id = 2; "
         "UPDATE account SET active = false WHERE id = 1; COMMIT"},
        {"delete", "DELETE FROM entry WHERE id % 7 = 0"},
        {"delete_all", "DELETE FROM entry"},
        {"on_conflict_update",
         "INSERT INTO entry SELECT g, 1, 'up', NULL, 1 FROM generate_series(190, 210) g ON CONFLICT (id) DO UPDATE SET "
         "amount = entry.amount + excluded.amount, kind = excluded.kind"},
        {"on_conflict_nothing",
         "INSERT INTO entry SELECT g, 1, 'up', NULL, 1 FROM generate_series(190, 210) g ON CONFLICT DO NOTHING"},
        {"merge",
         "MERGE INTO entry e USING (SELECT generate_series(190, 210) AS id) s ON e.id = s.id "
         "WHEN MATCHED AND s.id % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET amount = 5 "
         "WHEN NOT MATCHED THEN INSERT VALUES (s.id, 1, 'merged', '2026-01-01', 3)"},
        {"copy",
         R"(COPY entry FROM PROGRAM 'printf "900\\t1\\tk0\\t2026-05-01\\t7.5\\t\\\\N\\n901\\t4\\tk9\\t\\\\N\\t1\\t\\\\N\\n"')"},
        {"writing_cte",
         "WITH gone AS (DELETE FROM entry WHERE id < 20 RETURNING *) INSERT INTO entry SELECT id + 1000, account_id, "
         "'again', day, amount FROM gone"},
        {"primary_key_of_the_many", "UPDATE entry SET id = -id"},
        {"primary_keys_swapped",
         "BEGIN; UPDATE entry SET id = 0, amount = amount + 1 WHERE id = 1; UPDATE entry SET id = 1 WHERE id = 200; "
         "UPDATE entry SET id = 200 WHERE id = 0; COMMIT"},
        {"cascaded_update", "UPDATE account SET id = id + 100"},
        {"cascaded_delete", "DELETE FROM account WHERE id IN (1, 2, 3)"},
        {"savepoints",
         "BEGIN; INSERT INTO entry VALUES (900, 1, 'kept', NULL, 1); SAVEPOINT s; DELETE FROM entry; ROLLBACK TO s; "
         "UPDATE entry SET kind = 'after' WHERE id = 5; SAVEPOINT t; INSERT INTO entry VALUES (901, 1, 'kept', NULL, "
         "2); "
         "RELEASE t; COMMIT"},
        {"exceptions_in_a_block",
         "DO $$ BEGIN FOR i IN 1 .. 20 LOOP BEGIN INSERT INTO entry VALUES (890 + i, 1, 'sub', NULL, i); IF i % 3 = 0 "
         "THEN "
         "RAISE 'no'; END IF; EXCEPTION WHEN raise_exception THEN NULL; END; END LOOP; END $$"},
        {"written_and_taken_back",
         "BEGIN; INSERT INTO entry VALUES (900, 1, 'x', NULL, 1); UPDATE entry SET amount = 9 "
         "WHERE id = 900; DELETE FROM entry WHERE id = 900; UPDATE entry SET kind = 'y' WHERE "
         "id = 1; COMMIT"},
        {"bulk_insert",
         "INSERT INTO entry SELECT g, 1 + g % 12, 'k' || g % 5, date '2026-01-01' + g % 400, g FROM "
         "generate_series(1000, 10999) g"},
        {"bulk_update",
         "INSERT INTO entry SELECT g, 1 + g % 12, 'k' || g % 5, date '2026-01-01' + g % 400, g FROM "
         "generate_series(1000, 10999) g; UPDATE entry SET amount = amount * 2, kind = kind || 'x'"},
        {"bulk_delete",
         "INSERT INTO entry SELECT g, 1 + g % 12, 'k' || g % 5, date '2026-01-01' + g % 400, g FROM "
         "generate_series(1000, 10999) g; DELETE FROM entry WHERE id % 2 = 0"},
        {"truncate", "TRUNCATE entry", "reconcile"},
        {"truncate_cascade", "TRUNCATE account CASCADE", "reconcile"},
        {"truncate_and_insert",
         "BEGIN; INSERT INTO entry VALUES (899, 1, 'before', NULL, 1); TRUNCATE entry; INSERT INTO "
         "entry VALUES (900, 1, 'after', NULL, 2); COMMIT",
         "reconcile"},
    };
    return all;
}

class Captured : public ::testing::TestWithParam<Write> {};

TEST_P(Captured, IsFolded) {
    Ledger ledger;
    ledger.engine.install();
    ASSERT_EQ(ledger.wrong(), exact);
    ledger.client.exec(GetParam().sql);
    const auto outcome = ledger.fold();
    EXPECT_EQ(ledger.wrong(), exact);
    EXPECT_EQ(outcome.kind, refresh::Outcome::Kind::refreshed);
    EXPECT_EQ(outcome.strategy, GetParam().strategy);
    EXPECT_EQ(ledger.fold().kind, refresh::Outcome::Kind::nothing_pending);
    EXPECT_EQ(ledger.engine.verify("report").differences, 0);
}

TEST(CapturedUpdate, OfOneRowLogsNothingUnlessWhatAViewReadsChanged) {
    Ledger ledger;
    ledger.engine.install();
    ledger.client.exec("UPDATE entry SET id = 7000 WHERE id = 1; UPDATE entry SET amount = amount WHERE id = 2");
    EXPECT_EQ(ledger.fold().kind, refresh::Outcome::Kind::nothing_pending);
    ledger.client.exec("UPDATE entry SET amount = amount + 1 WHERE id = 7000");
    EXPECT_EQ(ledger.fold().changes, 2);
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST(CapturedUpdate, OfNoRowAndOfTwoRowsIsToldByThePairs) {
    Ledger ledger;
    ledger.engine.install();
    ledger.client.exec("UPDATE entry SET amount = 0 WHERE id = -5");
    EXPECT_EQ(ledger.fold().kind, refresh::Outcome::Kind::nothing_pending);
    ledger.client.exec("UPDATE entry SET amount = amount + CASE id WHEN 2 THEN 1 ELSE 0 END WHERE id IN (2, 3)");
    EXPECT_EQ(ledger.fold().changes, 2) << "of the one that changed";
    EXPECT_EQ(ledger.wrong(), exact);
}

INSTANTIATE_TEST_SUITE_P(Writes, Captured, ::testing::ValuesIn(writes()),
                         [](const auto& one) { return one.param.name; });

TEST(Capture, ForeignKeySetsNull) {
    Ledger ledger;
    ledger.client.exec(
        "ALTER TABLE entry DROP CONSTRAINT entry_account_id_fkey, ADD FOREIGN KEY (account_id) REFERENCES "
        "account ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED");
    ledger.engine.install();
    ledger.client.exec("BEGIN; DELETE FROM account WHERE id < 4; INSERT INTO account VALUES (2, 'back'); COMMIT");
    EXPECT_EQ(ledger.fold().strategy, "delta");
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST(Capture, RolledBackWritesAreNotPending) {
    Ledger ledger;
    ledger.engine.install();
    ledger.client.exec("BEGIN; DELETE FROM entry; TRUNCATE account CASCADE; ROLLBACK");
    EXPECT_EQ(ledger.fold().kind, refresh::Outcome::Kind::nothing_pending);
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST(Capture, DuplicateRowsWithoutPrimaryKey) {
    const std::string query = "SELECT kind, count(*) AS n, sum(amount) AS total FROM entry GROUP BY kind";
    Database database;
    Client client(database.conninfo());
    client.exec(
        "CREATE TABLE entry(kind text, amount numeric, remark json); "
        "INSERT INTO entry SELECT 'k' || g % 2, g % 3, '{}' FROM generate_series(1, 30) g");
    Engine engine(database.conninfo());
    engine.add_view("report", query);
    engine.install();
    for (const auto* write :
         {"UPDATE entry SET amount = 5 WHERE ctid = (SELECT min(ctid) FROM entry)",
          "UPDATE entry SET amount = amount + 1", "INSERT INTO entry SELECT * FROM entry",
          "DELETE FROM entry WHERE ctid IN (SELECT ctid FROM entry LIMIT 7)",
          "UPDATE entry SET kind = NULL WHERE amount = 2", "UPDATE entry SET kind = 'all', amount = 1"}) {
        client.exec(write);
        EXPECT_EQ(engine.refresh("report").strategy, "delta") << write;
        EXPECT_EQ(differences(client, "report", query), exact) << write;
    }
    client.exec("UPDATE entry SET remark = '[]'");
    EXPECT_EQ(engine.refresh("report").kind, refresh::Outcome::Kind::nothing_pending);
}

TEST(Capture, ColumnsNobodyNeedsLogNothing) {
    Ledger ledger;
    ledger.engine.install();
    ledger.client.exec(
        "UPDATE entry SET remark = 'seen'; UPDATE entry SET amount = amount; UPDATE account SET remark = 'x'");
    EXPECT_EQ(ledger.logged("entry"), "0");
    EXPECT_EQ(ledger.logged("account"), "0");
    ledger.client.exec("UPDATE entry SET remark = 'again', amount = 1000 WHERE id IN (1, 2)");
    EXPECT_EQ(ledger.logged("entry"), "4");
}

TEST(Capture, RowsOutsideThePredicateLogNothing) {
    Ledger ledger;
    ledger.engine.install();
    ledger.client.exec(
        "INSERT INTO account VALUES (50, 'idle', false); UPDATE account SET name = 'idler' WHERE id = 50; "
        "DELETE FROM account WHERE id = 50");
    EXPECT_EQ(ledger.logged("account"), "0");
    ledger.client.exec(
        "INSERT INTO account VALUES (50, 'idle', false); UPDATE account SET active = true WHERE id = 50");
    EXPECT_EQ(ledger.logged("account"), "1");
    ledger.client.exec("UPDATE account SET active = false WHERE id = 50");
    EXPECT_EQ(ledger.logged("account"), "2");
}

TEST(Capture, WritersNeedNoRightsOnOurSchema) {
    Ledger ledger;
    ledger.engine.install();
    ledger.client.exec(
        "DROP ROLE IF EXISTS capture_writer; CREATE ROLE capture_writer; GRANT SELECT, INSERT, UPDATE, DELETE, "
        "TRUNCATE ON entry, account TO capture_writer; SET ROLE capture_writer");
    EXPECT_EQ(ledger.client.scalar("SELECT has_schema_privilege('freshet', 'USAGE')"), "f");
    ledger.client.exec(
        "INSERT INTO entry VALUES (900, 1, 'w', NULL, 1); UPDATE entry SET amount = 3 WHERE id = 900; DELETE "
        "FROM entry WHERE id = 5; UPDATE account SET name = 'w' WHERE id = 1");
    ledger.client.exec("RESET ROLE");
    EXPECT_EQ(ledger.fold().strategy, "delta");
    EXPECT_EQ(ledger.wrong(), exact);
    ledger.client.exec("SET ROLE capture_writer; TRUNCATE entry; RESET ROLE");
    ledger.fold();
    EXPECT_EQ(ledger.wrong(), exact);
    ledger.client.exec("DROP OWNED BY capture_writer; DROP ROLE capture_writer");
}

// Settings by which the same statement text can mean something else.
struct Hostile {
    std::string name;
    std::string settings;
};

std::ostream& operator<<(std::ostream& out, const Hostile& one) {
    return out << one.name;
}

// Whatever a trigger function could find by an unqualified name fails if it is found here: functions, operators and
// types.
void set_traps(Client& client) {
    client.exec(R"(CREATE FUNCTION trap.spring() RETURNS void LANGUAGE plpgsql AS
        $$ BEGIN RAISE 'a name was looked up in the search_path of % by %', session_user, current_user; END $$;
        CREATE FUNCTION trap.number(int, int) RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT trap.spring(); SELECT 0 $$;
        CREATE FUNCTION trap.truth(int, int) RETURNS bool LANGUAGE sql VOLATILE AS $$ SELECT trap.spring(); SELECT true $$;
        CREATE FUNCTION trap.large(bigint, int) RETURNS bool LANGUAGE sql VOLATILE AS $$ SELECT trap.spring(); SELECT true $$;
        CREATE FUNCTION trap.days(date, date) RETURNS bool LANGUAGE sql VOLATILE AS $$ SELECT trap.spring(); SELECT true $$;
        CREATE FUNCTION trap.both(bool, bool) RETURNS bool LANGUAGE sql VOLATILE AS $$ SELECT trap.spring(); SELECT true $$;
        CREATE OPERATOR trap.& (LEFTARG = int, RIGHTARG = int, FUNCTION = trap.number);
        CREATE OPERATOR trap.| (LEFTARG = int, RIGHTARG = int, FUNCTION = trap.number);
        CREATE OPERATOR trap.= (LEFTARG = int, RIGHTARG = int, FUNCTION = trap.truth);
        CREATE OPERATOR trap.<> (LEFTARG = int, RIGHTARG = int, FUNCTION = trap.truth);
        CREATE OPERATOR trap.> (LEFTARG = int, RIGHTARG = int, FUNCTION = trap.truth);
        CREATE OPERATOR trap.> (LEFTARG = bigint, RIGHTARG = int, FUNCTION = trap.large);
        CREATE OPERATOR trap.= (LEFTARG = bigint, RIGHTARG = int, FUNCTION = trap.large);
        CREATE OPERATOR trap.< (LEFTARG = date, RIGHTARG = date, FUNCTION = trap.days);
        CREATE OPERATOR trap.= (LEFTARG = bool, RIGHTARG = bool, FUNCTION = trap.both);
        CREATE FUNCTION trap.pg_sequence_last_value(regclass) RETURNS bigint LANGUAGE sql AS
        $$ SELECT trap.spring(); SELECT 0::bigint $$;
        CREATE FUNCTION trap.pg_notify(text, text) RETURNS void LANGUAGE sql AS $$ SELECT trap.spring() $$;
        CREATE FUNCTION trap.count() RETURNS bigint LANGUAGE sql AS $$ SELECT trap.spring(); SELECT 0::bigint $$;
        CREATE DOMAIN trap.text AS pg_catalog.text CHECK (false);
        CREATE DOMAIN trap.date AS pg_catalog.date CHECK (false);
        CREATE DOMAIN trap.regclass AS pg_catalog.regclass CHECK (false))");
}

class HostileWriter : public ::testing::TestWithParam<Hostile> {};

TEST_P(HostileWriter, GivesTheSameReport) {
    Database database;
    Client client(database.conninfo());
    client.exec(
        R"(CREATE TABLE moment(id int PRIMARY KEY, at timestamptz, day date, span interval, ratio float8, kind text);
                   INSERT INTO moment VALUES (1, '2026-01-31 20:00+00', '2026-01-31', '1 day', 0.1, 'a_b'))");
    Engine engine(database.conninfo());
    const std::vector<std::pair<std::string, std::string>> views = {
        {"by_month", "SELECT DATE_TRUNC('month', day)::date AS month, count(*) AS n FROM moment GROUP BY 1"},
        {"by_local_day",
         "SELECT at::date AS local_day, DATE_TRUNC('month', at) AS month, count(*) AS n FROM moment "
         "WHERE at::date < '2026-03-02' GROUP BY 1, 2"},
        {"since",
         "SELECT kind, count(*) AS n, max(ratio) AS ratio FROM moment WHERE at >= '2026-02-01 03:04:05-05' AND day "
         "< '2026-05-04' AND span > '-1 day +02:03:04' AND ratio > 0.05 GROUP BY kind"},
        {"alike", R"(SELECT kind, count(*) AS n FROM moment WHERE kind LIKE 'a\_%' OR kind = E'a\\tb' GROUP BY kind)"}};
    for (const auto& [name, query] : views) {
        engine.add_view(name, query).timezone = "America/New_York";
    }
    engine.settings.events.push_back({"noted", "moment", R"(kind = E'a\\tb' AND day < '2026-05-04')"});
    engine.install();
    Client writer(database.conninfo());
    writer.exec(R"(CREATE SCHEMA trap; CREATE TABLE trap.moment(id int); CREATE TABLE trap.log_1_0(x int);
        CREATE FUNCTION trap.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'epoch'::timestamptz $$;
        CREATE FUNCTION trap.never(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
        CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.never);
        CREATE OPERATOR trap.~~ (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.never);)");
    set_traps(writer);
    writer.exec(GetParam().settings);
    writer.exec(R"(INSERT INTO public.moment SELECT g, '2026-01-30 18:00+00'::timestamptz OPERATOR(pg_catalog.+) (g
            OPERATOR(pg_catalog.*) '1 hour'::interval), '2026-01-30'::pg_catalog.date OPERATOR(pg_catalog.+) g,
            make_interval(0, 0, 0, g - 3), g / 10.0,
            CASE WHEN g % 3 OPERATOR(pg_catalog.=) 0 THEN E'a_b' WHEN g % 3 OPERATOR(pg_catalog.=) 1 THEN E'axb'
            ELSE E'a\\tb' END FROM generate_series(2, 60) g;
        UPDATE public.moment SET at = at + '12 hours'::interval, ratio = ratio + 1e-12
            WHERE id % 2 OPERATOR(pg_catalog.=) 0 AND id OPERATOR(pg_catalog.<>) 2;
        UPDATE public.moment SET at = at + '12 hours'::interval, ratio = ratio + 1e-12
            WHERE id OPERATOR(pg_catalog.=) 2;
        DELETE FROM public.moment WHERE id % 5 OPERATOR(pg_catalog.=) 0)");
    client.exec("SET TimeZone = 'America/New_York'");
    for (const auto& [name, query] : views) {
        const auto outcome = engine.refresh(name);
        EXPECT_EQ(outcome.strategy, "delta");
        EXPECT_EQ(differences(client, name, query), exact) << name;
        EXPECT_EQ(outcome.events.at("noted"), 20) << name;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Settings, HostileWriter,
    ::testing::Values(
        Hostile{"none", ""}, Hostile{"zone", "SET TimeZone = 'Asia/Kolkata'"},
        Hostile{"date_style", "SET DateStyle = 'SQL, DMY'; SET IntervalStyle = 'sql_standard'"},
        Hostile{"shadowing_path", "SET search_path = trap, pg_catalog, public"},
        Hostile{"shadowing_path_when_armed",
                "SET search_path = pg_catalog, public; SELECT "
                "setval('freshet.doorbell', 2); SET search_path = trap, pg_catalog, public"},
        Hostile{"few_digits", "SET extra_float_digits = -15; SET bytea_output = 'escape'"},
        Hostile{"old_strings",
                "SET standard_conforming_strings = off; SET backslash_quote = on; "
                "SET escape_string_warning = off"},
        Hostile{"null_equals", "SET transform_null_equals = on"},
        Hostile{"serializable", "SET default_transaction_isolation = 'serializable'"},
        Hostile{"strict_plpgsql",
                "LOAD 'plpgsql'; SET plpgsql.extra_errors = 'all'; SET plpgsql.variable_conflict = 'use_variable'"},
        Hostile{"generic_plans",
                "SET plan_cache_mode = 'force_generic_plan'; SET enable_hashjoin = off; SET enable_mergejoin = off"},
        Hostile{"role_settings",
                "CREATE ROLE capture_odd SUPERUSER; ALTER ROLE capture_odd SET search_path = trap, public; "
                "SET SESSION AUTHORIZATION capture_odd; SET search_path = trap"}),
    [](const auto& one) { return one.param.name; });

// What every kind of column may be, in a needed column, a key or a primary key.
TEST(Capture, UnusualColumnTypes) {
    Database database;
    Client client(database.conninfo());
    client.exec(R"(
        CREATE EXTENSION citext; CREATE EXTENSION ltree;
        CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE DOMAIN code AS char(6); CREATE DOMAIN bits AS bit(5);
        CREATE DOMAIN sorted AS text COLLATE "C"; CREATE DOMAIN positive AS numeric(8,2) CHECK (VALUE > 0);
        CREATE TABLE item(path ltree PRIMARY KEY, doc json, label citext, at point, mood mood, code code, flags bits,
            word sorted, price positive, twice numeric GENERATED ALWAYS AS (price * 2) STORED, tags text[], stamp tstzrange, "Odd "" name" int);
        INSERT INTO item (path, doc, label, at, mood, code, flags, word, price, tags, stamp, "Odd "" name")
            SELECT ('a.b' || g)::ltree, json_build_object('kind', g % 3), 'L' || g % 2, point(g, g),
            CASE g % 2 WHEN 0 THEN 'good' ELSE 'bad' END::mood, 'c' || g % 4, (g % 8)::bit(5), CASE g % 2 WHEN 0 THEN 'a' ELSE
            'B' END, g, ARRAY['t' || g % 2], tstzrange('2026-01-01', '2026-02-01'), g FROM generate_series(1, 40) g)");
    Engine engine(database.conninfo());
    const std::vector<std::pair<std::string, std::string>> views = {
        {"by_doc",
         "SELECT doc ->> 'kind' AS kind, count(*) AS n, sum(twice) AS total FROM item GROUP BY doc ->> 'kind'"},
        {"by_place", "SELECT (at[0] > 10) AS far, count(at) AS n, sum(price) AS p FROM item GROUP BY (at[0] > 10)"},
        {"by_mood",
         R"(SELECT mood, code, count(*) AS n, min(word) AS first, count(DISTINCT "Odd "" name") AS odd FROM item
                       GROUP BY mood, code)"},
        {"by_bits",
         "SELECT flags, word, count(*) AS n, max(price) AS p FROM item WHERE mood = 'good' GROUP BY flags, word"},
        {"by_word", "SELECT a.word, count(*) AS n FROM item a JOIN item b ON a.word < b.word GROUP BY a.word"},
        {"by_tags", "SELECT tags, stamp, count(*) AS n FROM item GROUP BY tags, stamp"},
        {"below",
         "SELECT subpath(path, 0, 1) AS root, count(*) AS n FROM item WHERE path <@ 'a' GROUP BY subpath(path, 0, 1)"}};
    for (const auto& [name, query] : views) {
        engine.add_view(name, query);
    }
    engine.install();
    for (const auto* write :
         {"INSERT INTO item VALUES ('x.y', '{\"kind\": 9}', 'l1', '(1,2)', 'good', 'abcdef', B'11111', 'Z', 5, "
          "DEFAULT, '{}', NULL)",
          "UPDATE item SET doc = '{\"kind\": 1}', price = price + 1, at = at + point(3, 3) WHERE path <> 'x.y'",
          "UPDATE item SET mood = 'bad', code = 'abc', flags = B'00001', word = 'b' WHERE path ~ '*.b1'",
          "UPDATE item SET path = 'z' || path", "UPDATE item SET label = upper(label)",
          "DELETE FROM item WHERE price > 20"}) {
        client.exec(write);
        for (const auto& [name, query] : views) {
            engine.refresh(name);
            EXPECT_EQ(differences(client, name, query), exact) << name << " after " << write;
        }
    }
}

// A condition that can fail is the report's problem, never the writer's.
TEST(Capture, ConditionsThatCanFailAreNotEvaluatedInTheWriter) {
    Database database;
    Client client(database.conninfo());
    client.exec("CREATE TABLE part(id int PRIMARY KEY, total int, parts int); INSERT INTO part VALUES (1, 10, 2)");
    Engine engine(database.conninfo());
    const std::string query = "SELECT parts, count(*) AS n FROM part WHERE total / parts > 2 GROUP BY parts";
    engine.add_view("report", query);
    engine.install();
    EXPECT_NO_THROW(client.exec("INSERT INTO part VALUES (2, 10, 0)"));
    EXPECT_THROW(engine.refresh("report"), pg::Error);
    client.exec("UPDATE part SET parts = 1 WHERE id = 2");
    engine.refresh("report");
    EXPECT_EQ(differences(client, "report", query), exact);
}

// A role that owns nothing, with its own connection.
struct Stranger {
    explicit Stranger(Ledger& ledger) : ledger_(ledger) {
        ledger.client.exec("CREATE ROLE capture_stranger LOGIN; GRANT CREATE ON DATABASE " + ledger.database.name() +
                           " TO capture_stranger; GRANT USAGE, CREATE ON SCHEMA public TO capture_stranger");
    }
    ~Stranger() {
        ledger_.client.exec("DROP OWNED BY capture_stranger CASCADE; REVOKE ALL ON DATABASE " +
                            ledger_.database.name() + " FROM capture_stranger; DROP ROLE capture_stranger");
    }
    std::string conninfo() const { return ledger_.database.conninfo() + " user=capture_stranger"; }

    Ledger& ledger_;
};

std::string refusal(Engine engine) {
    try {
        engine.install();
    } catch (const core::Faults& faults) {
        std::string text;
        for (const auto& fault : faults.faults()) {
            text += fault.text() + "\n";
        }
        return text;
    }
    return "installed";
}

TEST(Capture, RightsThatAreMissingAreNamedWithTheRemedy) {
    Ledger ledger;
    Stranger stranger(ledger);
    Engine engine(stranger.conninfo());
    engine.settings = ledger.engine.settings;
    ledger.client.exec("GRANT SELECT ON account TO capture_stranger; GRANT TRIGGER ON account TO capture_stranger");
    EXPECT_THAT(refusal(engine), HasSubstr("entry"));
    ledger.client.exec("GRANT SELECT ON entry TO capture_stranger");
    auto text = refusal(engine);
    EXPECT_THAT(text, HasSubstr("no right to create triggers on public.entry"));
    EXPECT_THAT(text, HasSubstr("hint: GRANT TRIGGER ON public.entry"));
    ledger.client.exec("GRANT TRIGGER ON entry TO capture_stranger; ALTER TABLE entry ENABLE ROW LEVEL SECURITY");
    text = refusal(engine);
    EXPECT_THAT(text, HasSubstr("row-level security on public.entry would hide rows"));
    EXPECT_THAT(text, HasSubstr("BYPASSRLS"));
    EXPECT_EQ(ledger.client.scalar("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"), "0");
    ledger.client.exec("ALTER ROLE capture_stranger BYPASSRLS");
    EXPECT_EQ(refusal(engine), "installed");
    ledger.client.exec("UPDATE entry SET amount = 1 WHERE id < 9");
    EXPECT_EQ(engine.refresh("report").strategy, "delta");
    EXPECT_EQ(ledger.wrong(), exact);
}

class Events : public ::testing::Test {
  protected:
    Events() {
        ledger.engine.settings.events = {{"opened", "account", "active"},
                                         {"expensive", "entry", "amount > 100"},
                                         {"closed", "entry", "kind = 'closed'"}};
        ledger.engine.install();
    }
    std::map<std::string, std::int64_t> after(const std::string& write) {
        ledger.client.exec(write);
        auto events = ledger.fold().events;
        EXPECT_EQ(ledger.wrong(), exact);
        return events;
    }
    using Counts = std::map<std::string, std::int64_t>;

    Ledger ledger;
};

TEST_F(Events, AreRowsThatStartToSatisfyThePredicate) {
    EXPECT_EQ(after("INSERT INTO entry VALUES (901, 1, 'closed', NULL, 500), (902, 1, 'closed', NULL, 1), (903, 1, "
                    "'x', NULL, 1)"),
              (Counts{{"closed", 2}, {"expensive", 1}}));
    EXPECT_EQ(after("UPDATE entry SET amount = 600 WHERE id IN (901, 902)"), (Counts{{"expensive", 1}}));
    EXPECT_EQ(after("UPDATE entry SET amount = amount + 1 WHERE id IN (901, 902)"), Counts{});
    EXPECT_EQ(after("UPDATE entry SET kind = 'x' WHERE id = 901"), Counts{});
    EXPECT_EQ(after("BEGIN; UPDATE entry SET kind = 'x' WHERE id = 902; UPDATE entry SET kind = 'closed' WHERE id = "
                    "902; COMMIT"),
              (Counts{{"closed", 1}}));
    EXPECT_EQ(after("DELETE FROM entry WHERE id > 900"), Counts{});
    EXPECT_EQ(after("UPDATE account SET active = NOT active"), (Counts{{"opened", 2}}));
    EXPECT_EQ(after("INSERT INTO entry VALUES (904, 1, 'open', NULL, 1) ON CONFLICT DO NOTHING; "
                    "INSERT INTO entry VALUES (904, 1, 'x', NULL, 1) ON CONFLICT (id) DO UPDATE SET kind = 'closed'"),
              (Counts{{"closed", 1}}));
}

TEST_F(Events, AddUpInTheRefreshLog) {
    after("INSERT INTO entry VALUES (901, 1, 'closed', NULL, 500)");
    after("INSERT INTO entry VALUES (902, 1, 'closed', NULL, 5)");
    EXPECT_EQ(ledger.client.scalar(
                  "SELECT sum((events ->> 'closed')::int) FROM freshet.refresh_log WHERE view_name = 'report' "
                  "AND triggered_by = 'event'"),
              "2");
}

namespace asio = boost::asio;

// Payloads that arrive on the channel while `write` runs in a session of its own.
asio::awaitable<std::vector<std::string>> heard(std::string conninfo, std::string write) {
    pg::ConnectOptions options;
    options.conninfo = conninfo;
    auto executor = co_await asio::this_coro::executor;
    const auto listener = co_await pg::Connection::open(executor, options);
    co_await listener->script("LISTEN freshet");
    Client writer(conninfo);
    writer.exec(write);
    writer.exec("NOTIFY freshet, 'end'");
    std::vector<std::string> payloads;
    while (true) {
        for (const auto& notification : listener->take_notifications()) {
            if (notification.payload == "end") {
                co_return payloads;
            }
            payloads.push_back(notification.payload);
        }
        if (!co_await listener->wait_notification(std::chrono::seconds(20))) {
            throw std::runtime_error("no notification");
        }
    }
}

TEST_F(Events, RingTheDoorbellOnlyWhenArmed) {
    const auto listen = [&](const std::string& write) {
        return run([&] { return heard(ledger.database.conninfo(), write); });
    };
    const auto source = [&](const std::string& table) {
        return ledger.client.scalar("SELECT id FROM freshet.source WHERE table_name = $1", {table});
    };
    EXPECT_THAT(listen("UPDATE entry SET amount = 7"), IsEmpty());
    ledger.client.exec("SELECT setval('freshet.doorbell', 2)");
    EXPECT_THAT(listen("INSERT INTO entry VALUES (901, 1, 'closed', NULL, 500)"),
                ElementsAre(R"({"source": )" + source("entry") + R"(, "events": ["expensive", "closed"]})"));
    EXPECT_THAT(listen("UPDATE entry SET amount = 8 WHERE id < 5"),
                ElementsAre(R"({"source": )" + source("entry") + "}"));
    EXPECT_THAT(listen("UPDATE entry SET remark = 'x'"), IsEmpty());
    EXPECT_THAT(listen("BEGIN; UPDATE entry SET amount = 9; ROLLBACK"), IsEmpty());
    EXPECT_THAT(listen("TRUNCATE entry"), ElementsAre(R"({"source": )" + source("entry") + "}"));
    // The other pair of log tables, armed as well.
    ledger.client.exec("SELECT setval('freshet.doorbell', 3)");
    EXPECT_THAT(listen("INSERT INTO entry VALUES (902, 1, 'x', NULL, 5)"),
                ElementsAre(R"({"source": )" + source("entry") + "}"));
    ledger.fold();
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST(Capture, LogTablesTakeTurns) {
    Ledger ledger;
    ledger.engine.install();
    const auto id = ledger.client.scalar("SELECT id FROM freshet.source WHERE table_name = 'entry'");
    ledger.client.exec(
        "BEGIN; UPDATE entry SET amount = 1 WHERE id = 1; SELECT setval('freshet.doorbell', 1); "
        "UPDATE entry SET amount = 2 WHERE id = 1; COMMIT; SELECT setval('freshet.doorbell', 0); "
        "UPDATE entry SET amount = 3 WHERE id = 1");
    EXPECT_EQ(ledger.client.scalar("SELECT count(*) FROM freshet.log_" + id + "_0"), "4");
    EXPECT_EQ(ledger.client.scalar("SELECT count(*) FROM freshet.log_" + id + "_1"), "2");
    ledger.fold();
    EXPECT_EQ(ledger.wrong(), exact);
}

}  // namespace
}  // namespace freshet::testing
