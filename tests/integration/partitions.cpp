// A partitioned source: written through any of its tables, with partitions that come and go.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/engine.hpp"

namespace freshet::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* schema = R"(
    CREATE TABLE hours(id int, day date NOT NULL, kind text, amount numeric, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
    CREATE TABLE hours_1 PARTITION OF hours FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    CREATE TABLE hours_2 PARTITION OF hours FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY RANGE (id);
    CREATE TABLE hours_2_a PARTITION OF hours_2 FOR VALUES FROM (MINVALUE) TO (150);
    CREATE TABLE hours_2_rest PARTITION OF hours_2 DEFAULT;
    CREATE TABLE hours_3(gone int, amount numeric, kind text, day date NOT NULL, id int NOT NULL);
    ALTER TABLE hours_3 DROP COLUMN gone;
    ALTER TABLE hours ATTACH PARTITION hours_3 FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
    INSERT INTO hours SELECT g, date '2026-01-01' + g % 90, nullif('k' || g % 4, 'k3'), g * 0.25 FROM generate_series(1, 300) g;
)";
constexpr const char* query =
    "SELECT kind, count(*) AS n, sum(amount) AS total, max(day) AS latest, count(DISTINCT day) AS days FROM hours "
    "GROUP BY kind";

struct Partitions : ::testing::Test {
    Partitions() {
        client.exec(schema);
        engine.add_view("report", query).strategy = settings::StrategyChoice::delta;
        engine.install();
        EXPECT_EQ(wrong(), exact);
    }
    refresh::Outcome fold() { return engine.refresh("report"); }
    std::vector<std::string> wrong() { return differences(client, "report", query); }
    std::string refused() {
        try {
            fold();
        } catch (const core::Error& error) {
            return error.what();
        }
        return "folded";
    }
    std::string restore() {
        return client.scalar("SELECT freshet.restore_capture(id, false)::text FROM freshet.source");
    }
    // After partitions came or went, with this many rows.
    void is_taken_up(const std::string& reason, int rows) {
        EXPECT_THAT(refused(), HasSubstr("changes of hours are not captured: " + reason));
        EXPECT_EQ(restore(), "false");
        const auto outcome = fold();
        EXPECT_EQ(outcome.strategy, "delta");
        EXPECT_EQ(outcome.changes, rows);
        EXPECT_EQ(wrong(), exact);
        EXPECT_EQ(engine.verify("report").differences, 0);
        client.exec("UPDATE hours SET amount = amount + 1");
        EXPECT_EQ(fold().strategy, "delta");
        EXPECT_EQ(wrong(), exact);
    }
    // After something that no trigger saw.
    void is_put_right(const std::string& reason) {
        EXPECT_THAT(refused(), HasSubstr("changes of hours are not captured: " + reason));
        EXPECT_EQ(restore(), "true");
        EXPECT_EQ(fold().strategy, "reconcile");
        EXPECT_EQ(wrong(), exact);
        client.exec("UPDATE hours SET amount = amount + 1");
        EXPECT_EQ(fold().strategy, "delta");
        EXPECT_EQ(wrong(), exact);
    }
    const std::vector<std::string> exact{};
    Database database;
    Client client{database.conninfo()};
    Engine engine{database.conninfo()};
};

struct Write {
    std::string name;
    std::string sql;
    std::string strategy = "delta";
};

std::ostream& operator<<(std::ostream& out, const Write& one) {
    return out << one.name;
}

class Written : public Partitions, public ::testing::WithParamInterface<Write> {};

TEST_P(Written, IsFolded) {
    client.exec(GetParam().sql);
    EXPECT_EQ(fold().strategy, GetParam().strategy);
    EXPECT_EQ(wrong(), exact);
    EXPECT_EQ(engine.verify("report").differences, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Ways, Written,
    ::testing::Values(
        Write{"through_the_parent",
              "INSERT INTO hours SELECT g, date '2026-01-01' + g % 80, 'new', 1 FROM generate_series(400, 499) g"},
        Write{"into_a_partition", "INSERT INTO hours_1 VALUES (900, '2026-01-05', 'k0', 7)"},
        Write{"into_one_with_other_attribute_numbers",
              "INSERT INTO hours_3 (id, day, kind, amount) VALUES (900, '2026-03-05', 'k0', 7); "
              "UPDATE hours_3 SET amount = amount * 2, kind = 'moved' WHERE id % 2 = 0; DELETE FROM hours_3 WHERE id % "
              "5 = 0"},
        Write{"into_a_partition_that_is_partitioned",
              "INSERT INTO hours_2 VALUES (900, '2026-02-05', 'k0', 7); UPDATE hours_2 SET id = id + 400, kind = 'k9' "
              "WHERE id < 100"},
        Write{"into_a_partition_of_a_partition",
              "INSERT INTO hours_2_a VALUES (-900, '2026-02-05', 'k1', 7); DELETE FROM hours_2_rest WHERE id % 2 = 0"},
        Write{"rows_moved_between_partitions", "UPDATE hours SET day = day + 31 WHERE day < '2026-02-20'"},
        Write{
            "merge_and_conflicts",
            "INSERT INTO hours SELECT g, date '2026-01-01' + g % 90, 'up', 1 FROM generate_series(290, 310) g ON "
            "CONFLICT "
            "(id, day) DO UPDATE SET amount = hours.amount + 100; MERGE INTO hours h USING (SELECT generate_series(1, "
            "20) AS "
            "id) s ON h.id = s.id WHEN MATCHED AND h.id < 9 THEN DELETE WHEN MATCHED THEN UPDATE SET kind = 'merged'"},
        Write{"keys_moved_on",
              "UPDATE hours SET id = id + 1 WHERE id > 200; UPDATE hours_1 SET id = -id WHERE id % 2 = 0"},
        Write{"all_columns_set",
              "UPDATE hours SET (id, day, kind, amount) = (id, day + 30, 'all', amount) WHERE day < '2026-03-01'"},
        Write{"conflicts_that_set_the_key",
              "INSERT INTO hours SELECT g, date '2026-01-01' + g % 90, 'up', 1 FROM generate_series(290, 310) g ON "
              "CONFLICT "
              "(id, day) DO UPDATE SET id = excluded.id, day = excluded.day, kind = 'set'"},
        Write{"moved_by_a_trigger_in_between",
              "CREATE FUNCTION also() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.id < 50 THEN UPDATE hours SET "
              "amount = "
              "7 WHERE id = NEW.id + 100; END IF; RETURN NEW; END'; CREATE TRIGGER also AFTER UPDATE ON hours FOR EACH "
              "ROW "
              "EXECUTE FUNCTION also(); UPDATE hours SET kind = 'outer' WHERE id < 60"},
        Write{"in_rolled_back_savepoints",
              "BEGIN; SAVEPOINT s; UPDATE hours SET day = day + 31 WHERE id = 1; DELETE FROM hours WHERE id = 2; "
              "ROLLBACK TO s; "
              "UPDATE hours SET day = day + 31 WHERE id = 3; UPDATE hours SET kind = 'later' WHERE id = 4; COMMIT"},
        Write{"partition_truncated", "TRUNCATE hours_2_a", "reconcile"},
        Write{"parent_truncated", "TRUNCATE hours", "reconcile"}),
    [](const auto& one) { return one.param.name; });

// Rows come in the order of the values, so that updates follow insertions.
std::string merge(const std::string& into, const std::string& rows, const std::string& actions) {
    return "SET enable_hashjoin = off; SET enable_mergejoin = off; MERGE INTO " + into + " t USING (VALUES " + rows +
           ") AS s(id, day, what) ON t.id = s.id AND t.day = s.day::date " + actions +
           "; RESET enable_hashjoin; RESET enable_mergejoin";
}
constexpr const char* mixed =
    "(1, '2026-01-02', 'u'), (800, '2026-01-05', 'i'), (2, '2026-01-03', 'u'), (60, '2026-03-02', 'u'), (801, "
    "'2026-03-05', "
    "'i'), (3, '2026-01-04', 'd'), (40, '2026-02-10', 'u'), (62, '2026-03-04', 'd'), (802, '2026-02-05', 'i'), (130, "
    "'2026-02-10', 'u')";
constexpr const char* set = "WHEN MATCHED THEN UPDATE SET kind = 'merged', amount = t.amount + 1 ";
constexpr const char* add = "WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.day::date, 'new', 5) ";
constexpr const char* take = "WHEN MATCHED AND s.what = 'd' THEN DELETE ";
constexpr const char* move = "WHEN MATCHED AND t.day < '2026-02-20' THEN UPDATE SET day = t.day + 31 ";

const std::vector<Write>& merges() {
    static const std::vector<Write> all = {
        {"updates", merge("hours", mixed, set)},
        {"updates_and_inserts", merge("hours", mixed, std::string(set) + add)},
        {"updates_inserts_and_deletes", merge("hours", mixed, std::string(take) + set + add)},
        {"updates_and_deletes", merge("hours", mixed, std::string(take) + set)},
        {"inserts_and_deletes", merge("hours", mixed, std::string(take) + add)},
        {"inserts", merge("hours", mixed, add)},
        {"in_a_partition_that_is_partitioned",
         merge("hours_2", "(40, '2026-02-10', 'u'), (802, '2026-02-05', 'i'), (130, '2026-02-10', 'u')",
               std::string(set) + add)},
        {"in_one_partition",
         merge("hours_1", "(800, '2026-01-05', 'i'), (1, '2026-01-02', 'u')", std::string(set) + add)},
        {"that_moves_rows", merge("hours", mixed, std::string(move) + set), "reconcile"},
        {"that_moves_and_inserts", merge("hours", mixed, std::string(move) + add), "reconcile"},
        {"that_moves_and_deletes", merge("hours", mixed, std::string(take) + move), "reconcile"},
        {"that_moves_inserts_and_deletes", merge("hours", mixed, std::string(take) + move + add), "reconcile"},
        {"that_changes_keys", merge("hours", mixed, "WHEN MATCHED THEN UPDATE SET id = t.id + 500 " + std::string(add)),
         "reconcile"},
        {"that_takes_a_key_left_free",
         merge("hours", "(1, '2026-01-02', 'u'), (700, '2026-01-06', 'i'), (91, '2026-01-02', 'u')",
               "WHEN MATCHED THEN UPDATE SET id = t.id + 1000 WHEN NOT MATCHED THEN INSERT VALUES (1, '2026-01-02', "
               "'new', 5)"),
         "reconcile"},
        {"beside_a_trigger_that_updates_the_same_rows",
         "CREATE FUNCTION also() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF pg_trigger_depth() < 2 THEN UPDATE "
         "hours SET "
         "amount = 7 WHERE id = NEW.id; END IF; RETURN NEW; END'; CREATE TRIGGER also AFTER UPDATE ON hours FOR EACH "
         "ROW "
         "EXECUTE FUNCTION also(); " +
             merge("hours", mixed, std::string(set) + add),
         "reconcile"},
    };
    return all;
}

INSTANTIATE_TEST_SUITE_P(ByMerge, Written, ::testing::ValuesIn(merges()),
                         [](const auto& one) { return one.param.name; });

TEST_F(Partitions, MergeThroughAWriterWhoMayNotReadAsOwner) {
    const auto role = database.name() + "_writer";
    client.exec("CREATE ROLE " + role + "; GRANT SELECT, INSERT, UPDATE, DELETE ON hours TO " + role);
    client.exec("SET ROLE " + role + "; " + merge("hours", mixed, std::string(set) + add) + "; RESET ROLE");
    EXPECT_EQ(fold().strategy, "delta");
    EXPECT_EQ(wrong(), exact);
    client.exec("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST_F(Partitions, MergeOnATableThatWasRenamedGoesOn) {
    client.exec("ALTER TABLE hours RENAME TO times; " + merge("times", mixed, std::string(set) + add));
    client.exec("ALTER TABLE times RENAME TO hours");
    EXPECT_EQ(fold().kind, refresh::Outcome::Kind::refreshed);
    EXPECT_EQ(wrong(), exact);
}

struct Keyless : ::testing::Test {
    static constexpr const char* rows = "SELECT kind, count(*) AS n, sum(amount) AS total FROM note GROUP BY kind";
    Keyless() {
        client.exec(
            "CREATE TABLE note(id int, kind text, amount numeric) PARTITION BY LIST (kind); CREATE TABLE note_a "
            "PARTITION OF note "
            "FOR VALUES IN ('a'); CREATE TABLE note_rest PARTITION OF note DEFAULT; INSERT INTO note SELECT g, chr(97 "
            "+ g % 3), g "
            "FROM generate_series(1, 30) g");
        engine.add_view("report", rows).strategy = settings::StrategyChoice::delta;
        engine.install();
    }
    std::string strategy_after(const std::string& sql) {
        client.exec(sql);
        const auto outcome = engine.refresh("report");
        EXPECT_EQ(differences(client, "report", rows), std::vector<std::string>{}) << sql;
        EXPECT_EQ(engine.verify("report").differences, 0) << sql;
        return outcome.strategy;
    }
    Database database;
    Client client{database.conninfo()};
    Engine engine{database.conninfo()};
};

TEST_F(Keyless, UpdatesAreFoldedAndMergesOfSeveralKindsAreNot) {
    EXPECT_EQ(strategy_after("UPDATE note SET amount = amount + 1 WHERE id % 2 = 0"), "delta");
    EXPECT_EQ(strategy_after("UPDATE note SET kind = 'a', amount = 2 WHERE id < 9"), "delta");
    EXPECT_EQ(strategy_after("UPDATE note_rest SET amount = 3"), "delta");
    EXPECT_EQ(
        strategy_after(
            "MERGE INTO note t USING generate_series(5, 20) s ON t.id = s WHEN MATCHED THEN UPDATE SET amount = s"),
        "delta");
    EXPECT_EQ(
        strategy_after(
            "MERGE INTO note t USING (SELECT generate_series(25, 40) AS id ORDER BY 1 DESC) s ON t.id = s.id WHEN "
            "MATCHED THEN UPDATE SET amount = 0 WHEN NOT MATCHED THEN INSERT VALUES (s.id, 'b', 5)"),
        "reconcile");
    EXPECT_EQ(
        strategy_after(
            "MERGE INTO note t USING generate_series(5, 20) s ON t.id = s WHEN MATCHED THEN UPDATE SET kind = 'c'"),
        "reconcile");
}

TEST_F(Partitions, ANewOneIsCapturedBeforeItHasRows) {
    client.exec("CREATE TABLE hours_4 PARTITION OF hours FOR VALUES FROM ('2026-04-01') TO ('2026-05-01')");
    client.exec("UPDATE hours SET amount = 3 WHERE id = 3");
    EXPECT_EQ(fold().strategy, "delta");  // nothing can have been missed
    EXPECT_EQ(restore(), "false");
    client.exec(
        "INSERT INTO hours_4 VALUES (900, '2026-04-05', 'direct', 7); INSERT INTO hours VALUES (901, '2026-04-05', "
        "'k0', 8)");
    EXPECT_EQ(fold().strategy, "delta");
    EXPECT_EQ(wrong(), exact);
    EXPECT_FALSE(engine.plan().has_changes());
}

TEST_F(Partitions, ANewOneThatWasWrittenDirectly) {
    client.exec("CREATE TABLE hours_4 PARTITION OF hours FOR VALUES FROM ('2026-04-01') TO ('2026-05-01')");
    client.exec("INSERT INTO hours_4 VALUES (900, '2026-04-05', 'direct', 7)");
    is_taken_up("partition_attached (public.hours_4)", 1);
}

TEST_F(Partitions, RightsOnTheParentAreEnoughToSeeThatOneCame) {
    const auto role = database.name() + "_freshet";
    client.exec("CREATE ROLE " + role + "; GRANT SELECT ON hours TO " + role + "; GRANT USAGE ON SCHEMA freshet TO " +
                role + "; ALTER FUNCTION freshet.capture_faults(integer[]) OWNER TO " + role +
                "; GRANT ALL ON ALL TABLES IN SCHEMA freshet TO " + role +
                "; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA freshet TO " + role);
    client.exec("CREATE TABLE hours_4 PARTITION OF hours FOR VALUES FROM ('2026-04-01') TO ('2026-05-01')");
    const std::string reason = "SELECT reason FROM freshet.capture_faults(ARRAY(SELECT id FROM freshet.source))";
    EXPECT_EQ(client.scalar(reason), "partition_new");
    client.exec("INSERT INTO hours_4 VALUES (900, '2026-04-05', 'direct', 7)");
    EXPECT_EQ(client.scalar(reason), "partition_attached");
    client.exec("ALTER FUNCTION freshet.capture_faults(integer[]) OWNER TO CURRENT_USER; DROP OWNED BY " + role +
                "; DROP ROLE " + role);
}

TEST_F(Partitions, OneAttachedWithItsRows) {
    client.exec(
        "CREATE TABLE more AS SELECT id + 1000 AS id, day + 90 AS day, kind, amount FROM hours WHERE day < "
        "'2026-01-10'; "
        "ALTER TABLE more ALTER id SET NOT NULL, ALTER day SET NOT NULL; "
        "ALTER TABLE hours ATTACH PARTITION more FOR VALUES FROM ('2026-04-01') TO ('2026-05-01')");
    client.exec("UPDATE hours SET amount = 2 WHERE id < 100; UPDATE more SET kind = 'direct' WHERE id % 2 = 0");
    const auto rows = client.scalar("SELECT (SELECT count(*) FROM more) + (SELECT count(*) FROM freshet.log_1)");
    is_taken_up("partition_attached (public.more)", std::stoi(rows));
}

// Then the log has some of its rows, and nobody can tell which.
TEST_F(Partitions, OneThatWasWrittenThroughTheParentSinceIsRecomputed) {
    client.exec(
        "CREATE TABLE more(LIKE hours); INSERT INTO more VALUES (900, '2026-04-02', 'k0', 1), (901, '2026-04-02', "
        "'k0', 2); "
        "ALTER TABLE hours ATTACH PARTITION more FOR VALUES FROM ('2026-04-01') TO ('2026-05-01'); "
        "UPDATE hours SET amount = 5 WHERE id = 900");
    is_put_right("partition_attached (public.more)");
}

TEST_F(Partitions, OneLargerThanAllTheRestIsRecomputed) {
    client.exec(
        "CREATE TABLE more AS SELECT g AS id, date '2026-04-02' AS day, 'k' || g % 3 AS kind, 1::numeric AS amount "
        "FROM "
        "generate_series(1000, 60000) g; ALTER TABLE more ALTER id SET NOT NULL, ALTER day SET NOT NULL; "
        "ALTER TABLE hours ATTACH PARTITION more FOR VALUES FROM ('2026-04-01') TO ('2026-05-01')");
    is_put_right("partition_attached (public.more)");
}

TEST_F(Partitions, OneAttachedThatARecomputationHasSeenIsRecomputed) {
    client.exec(
        "CREATE TABLE more(LIKE hours); INSERT INTO more VALUES (900, '2026-04-02', 'k0', 1); "
        "ALTER TABLE hours ATTACH PARTITION more FOR VALUES FROM ('2026-04-01') TO ('2026-05-01')");
    refresh::Request request;
    request.work = refresh::Work::recompute;
    engine.refresh("report", request);
    EXPECT_EQ(wrong(), exact);
    client.exec("INSERT INTO more VALUES (901, '2026-04-02', 'k0', 1)");
    is_put_right("partition_attached (public.more)");
}

TEST_F(Partitions, OnesThatArePartitionedThemselvesComeAndGo) {
    client.exec(
        "ALTER TABLE hours DETACH PARTITION hours_2; CREATE TABLE next(LIKE hours) PARTITION BY RANGE (id); CREATE "
        "TABLE next_rest "
        "PARTITION OF next DEFAULT; INSERT INTO next SELECT id, day + 60, kind, amount FROM hours_2; "
        "ALTER TABLE hours ATTACH PARTITION next FOR VALUES FROM ('2026-04-01') TO ('2026-05-01'); INSERT INTO "
        "hours_2_a VALUES (-5, "
        "'2026-02-03', 'gone', 1)");
    const auto rows = client.scalar("SELECT 2 * count(*) FROM hours_2");  // with the row that was logged since
    is_taken_up("partition_", std::stoi(rows));
}

TEST_F(Partitions, OneThatIsBeingDetachedConcurrently) {
    Client reader(database.conninfo());
    reader.exec("BEGIN; SELECT count(*) FROM hours_1");
    Client detacher(database.conninfo());
    detacher.exec("SET lock_timeout = '200ms'");
    EXPECT_THROW(detacher.exec("ALTER TABLE hours DETACH PARTITION hours_1 CONCURRENTLY"), ClientError);
    EXPECT_THAT(refused(), HasSubstr("changes of hours are not captured: partition_detached (public.hours_1)"));
    EXPECT_THROW(restore(), ClientError);
    reader.exec("COMMIT");
    client.exec("ALTER TABLE hours DETACH PARTITION hours_1 FINALIZE");
    is_taken_up("partition_detached (public.hours_1)", std::stoi(client.scalar("SELECT count(*) FROM hours_1")));
}

TEST_F(Partitions, OneDetachedWhoseTriggersWereTouchedIsRecomputed) {
    client.exec(
        "ALTER TABLE hours DETACH PARTITION hours_1; ALTER TABLE hours_1 DISABLE TRIGGER freshet_insert; INSERT INTO "
        "hours_1 VALUES "
        "(900, '2026-01-05', 'k0', 7)");
    is_put_right("partition_detached (public.hours_1)");
}

TEST_F(Partitions, OneDetachedIsNotWatchedAnyMore) {
    client.exec("ALTER TABLE hours DETACH PARTITION hours_1; INSERT INTO hours_1 VALUES (900, '2026-01-05', 'k0', 7)");
    // All of it goes, and the row that was logged since comes and goes.
    is_taken_up("partition_detached (public.hours_1)", std::stoi(client.scalar("SELECT 1 + count(*) FROM hours_1")));
    client.exec("INSERT INTO hours_1 VALUES (901, '2026-01-05', 'k0', 7); DROP TABLE hours_1");
    EXPECT_EQ(fold().kind, refresh::Outcome::Kind::nothing_pending);
    EXPECT_EQ(wrong(), exact);
}

TEST_F(Partitions, OneDropped) {
    client.exec("DROP TABLE hours_2_a");
    is_put_right("partition_detached (");
}

TEST_F(Partitions, InstallPutsThemRight) {
    client.exec("ALTER TABLE hours DETACH PARTITION hours_1");
    EXPECT_TRUE(engine.plan().has_changes());
    engine.install();
    EXPECT_EQ(wrong(), exact);
    EXPECT_FALSE(engine.plan().has_changes());
    engine.uninstall();
    EXPECT_EQ(client.scalar("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'freshet%'"), "0");
}

TEST_F(Partitions, WritersInFlightAreNeitherLostNorDoubled) {
    Client direct(database.conninfo());
    Client mover(database.conninfo());
    direct.exec(
        "BEGIN; INSERT INTO hours_1 VALUES (900, '2026-01-05', 'k0', 7); UPDATE hours_3 SET amount = 1 WHERE id % 3 = "
        "0");
    mover.exec("BEGIN; UPDATE hours SET day = day + 31 WHERE id % 7 = 0 AND day < '2026-02-01'");
    fold();
    EXPECT_EQ(wrong(), exact);
    direct.exec("COMMIT");
    EXPECT_EQ(fold().strategy, "delta");
    EXPECT_EQ(wrong(), exact);
    mover.exec("COMMIT");
    EXPECT_EQ(fold().strategy, "delta");
    EXPECT_EQ(wrong(), exact);
    // A partition that is made and filled in one transaction: unseen until it commits, and then all of it.
    client.exec(
        "BEGIN; CREATE TABLE next(LIKE hours); INSERT INTO next VALUES (950, '2026-04-05', 'k0', 1); "
        "ALTER TABLE hours ATTACH PARTITION next FOR VALUES FROM ('2026-04-01') TO ('2026-05-01'); COMMIT");
    is_taken_up("partition_attached (public.next)", 1);
}

}  // namespace
}  // namespace freshet::testing
