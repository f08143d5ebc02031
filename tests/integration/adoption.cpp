// Taking a materialized view over and giving it back, with the real binary: what hangs on it stays, whatever fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "support/client.hpp"
#include "support/cluster.hpp"
#include "support/eventually.hpp"
#include "support/freshetd.hpp"

namespace freshet::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* tables = R"(
    CREATE TABLE entry(id int PRIMARY KEY, kind text, day date, amount numeric(10,2), note varchar(20));
    INSERT INTO entry SELECT g, nullif('k' || g % 5, 'k4'), date '2026-01-01' + g % 40, g * 1.25, 'n' || g % 3
    FROM generate_series(1, 300) g;
)";
constexpr const char* query =
    "SELECT kind, day, note, count(*) AS n, sum(amount) AS total, avg(amount) AS mean, count(DISTINCT note) AS notes "
    "FROM entry GROUP BY kind, day, note";

// A report that somebody has lived with for years.
constexpr const char* heirlooms = R"(
    ALTER MATERIALIZED VIEW report OWNER TO adoption_owner;
    GRANT SELECT ON report TO adoption_reader WITH GRANT OPTION;
    GRANT SELECT (kind, n), UPDATE (total) ON report TO adoption_clerk;
    GRANT SELECT, REFERENCES ON report TO PUBLIC;
    COMMENT ON MATERIALIZED VIEW report IS 'it''s what the board reads';
    COMMENT ON COLUMN report.total IS 'without tax';
    CREATE UNIQUE INDEX report_identity ON report (kind, day, note);
    CREATE INDEX report_by_day ON report (day DESC NULLS LAST, kind COLLATE "C" text_pattern_ops) INCLUDE (note)
        WITH (fillfactor = 70) WHERE day > '2026-01-10';
    CREATE INDEX "Report, lower" ON report (lower(kind));
    CREATE INDEX report_by_total ON report (total);
    COMMENT ON INDEX report_by_day IS 'for the dashboard';
    ALTER MATERIALIZED VIEW report CLUSTER ON report_identity;
    ALTER MATERIALIZED VIEW report SET (autovacuum_enabled = false);
    CREATE VIEW margin WITH (security_barrier = true) AS SELECT r.*, r.total * 0.2 AS tax FROM report r WHERE r.n > 0;
    COMMENT ON VIEW margin IS 'with tax';
    GRANT SELECT ON margin TO adoption_reader;
    CREATE VIEW margin_by_kind AS SELECT kind, sum(tax) AS tax FROM margin GROUP BY kind;
    CREATE MATERIALIZED VIEW monthly WITH (fillfactor = 90) AS
        SELECT date_trunc('month', r.day) AS month, sum(r.total) AS total, count(m.tax) AS taxed
        FROM report r LEFT JOIN margin m ON m.day = r.day AND m.kind = r.kind AND m.note = r.note GROUP BY 1;
    CREATE UNIQUE INDEX monthly_month ON monthly (month);
    COMMENT ON INDEX monthly_month IS 'one each';
    COMMENT ON MATERIALIZED VIEW monthly IS 'by month';
    ALTER MATERIALIZED VIEW monthly OWNER TO adoption_owner;
    GRANT SELECT ON monthly TO adoption_reader;
    CREATE VIEW yearly AS SELECT date_trunc('year', month) AS year, sum(total) AS total FROM monthly GROUP BY 1;
    GRANT SELECT ON yearly TO adoption_clerk;
    CREATE MATERIALIZED VIEW empty_on_top AS SELECT count(*) AS n FROM report WITH NO DATA;
)";

// Everything about the views of the schema that their users notice, but their contents: as lines, one fact each.
constexpr const char* portrait = R"(
    WITH relation AS (
        SELECT c.* FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('v', 'm')
    ), fact(about, text) AS (
        SELECT relname, concat('owner ', pg_get_userbyid(relowner), ' comment ', obj_description(oid, 'pg_class'))
        FROM relation
        UNION ALL
        SELECT r.relname, concat('grant ', CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END, ' ',
                                 g.privilege_type, ' ', g.is_grantable)
        FROM relation r CROSS JOIN aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) g
        UNION ALL
        SELECT r.relname, concat('column ', a.attnum, ' ', a.attname, ' ', format_type(a.atttypid, a.atttypmod), ' ',
                                 a.attcollation::regcollation, ' ', col_description(r.oid, a.attnum), ' ',
                                 (SELECT string_agg(concat(pg_get_userbyid(g.grantee), g.privilege_type), ' ' ORDER BY 1)
                                  FROM aclexplode(a.attacl) g))
        FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0
        UNION ALL
        SELECT relname, concat('definition ', pg_get_viewdef(oid), reloptions, relkind, relispopulated)
        FROM relation WHERE relname <> 'report' OR $1
        UNION ALL
        SELECT r.relname, concat('index ', pg_get_indexdef(x.indexrelid), x.indisclustered,
                                 obj_description(x.indexrelid, 'pg_class'))
        FROM relation r JOIN pg_index x ON x.indrelid = r.oid WHERE r.relname <> 'report' OR $1
    )
    SELECT string_agg(concat(about, ': ', text), E'\n' ORDER BY concat(about, ': ', text)) FROM fact
)";

class Adoption : public ::testing::Test {
  protected:
    Adoption() {
        exec(R"(DO $$ BEGIN CREATE ROLE adoption_owner; CREATE ROLE adoption_reader; CREATE ROLE adoption_clerk;
                EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                GRANT CREATE ON SCHEMA public TO adoption_owner)");
        exec(tables);
        exec(std::string("GRANT SELECT ON entry TO adoption_owner; CREATE MATERIALIZED VIEW report AS ") + query);
        configure(std::string(R"("sql": ")") + query + "\"");
    }
    void exec(const std::string& sql) { client.exec(sql); }
    std::string scalar(const std::string& sql) { return client.scalar(sql); }
    void configure(const std::string& view) {
        freshetd.configure(
            R"({ "database": { "conninfo": ")" + database.conninfo() + conninfo_suffix +
            R"(" }, "daemon": { "lock_timeout": "100ms", "poll_interval": "100ms" }, "http": { "listen": "" },
                           "views": { "report": { )" +
            view + " } } }");
    }
    std::string outside() { return client.scalar(portrait, {"false"}); }  // but what report is made of
    std::string all() { return client.scalar(portrait, {"true"}); }
    std::string contents() { return scalar("SELECT md5(string_agg(r::text, ';' ORDER BY r)) FROM report r"); }
    std::string kind() { return scalar("SELECT relkind FROM pg_class WHERE oid = 'report'::regclass"); }
    // Rows by which the report differs from its query.
    std::string wrong() {
        const auto columns = std::string("kind, day, note, n, total, mean, notes");
        return scalar("SELECT count(*) FROM ((SELECT " + columns + " FROM report EXCEPT ALL (" + query +
                      ")) UNION ALL ((" + query + ") EXCEPT ALL SELECT " + columns + " FROM report)) d");
    }
    std::string failure(const std::vector<std::string>& arguments, int code) {
        const auto finished = freshetd.command(arguments);
        EXPECT_EQ(finished.code, code) << finished.output << finished.errors;
        return finished.errors;
    }

    Database database;
    Client client{database.conninfo()};
    std::string conninfo_suffix;
    Freshetd freshetd{FRESHETD_BINARY, "{}"};
};

TEST_F(Adoption, KeepsWhatHangsOnTheMaterializedView) {
    exec(heirlooms);
    exec("UPDATE entry SET amount = amount + 1 WHERE id = 1; INSERT INTO entry VALUES (901, 'new', NULL, 1, NULL)");
    const auto before = outside();
    EXPECT_THAT(
        freshetd.must({"install", "--adopt"}),
        AllOf(HasSubstr("adopted report: proven equal to its query; the materialized view differed by 3 rows"),
              HasSubstr("not kept: the index report_by_total, because column total is computed when it is read")));
    EXPECT_EQ(kind(), "v");
    EXPECT_EQ(outside(), before);
    EXPECT_EQ(wrong(), "0");
    EXPECT_EQ(scalar("SELECT sum(tax) = (SELECT sum(amount) * 0.2 FROM entry) FROM margin_by_kind"), "t");
    EXPECT_EQ(scalar("SELECT sum(total) = (SELECT sum(amount) FROM entry) FROM yearly"), "t");
    EXPECT_EQ(scalar("SELECT sum(taxed) = (SELECT count(*) FROM margin WHERE kind IS NOT NULL AND day IS NOT NULL) "
                     "FROM monthly"),
              "t");
    for (const auto* reader : {"adoption_owner", "adoption_reader", "adoption_clerk"}) {
        EXPECT_NO_THROW(exec(std::string("SET ROLE ") + reader + "; SELECT kind, n FROM report; RESET ROLE")) << reader;
    }
    EXPECT_EQ(scalar("SELECT count(*) FROM pg_class WHERE relname LIKE 'freshet_old%' OR relname LIKE 'freshet_new%'"),
              "0");
    EXPECT_THAT(freshetd.must({"plan"}), HasSubstr("0 to create, 0 to change, 0 to drop"));
}

TEST_F(Adoption, IndexesBecomeIndexesOfTheStateTable) {
    exec(heirlooms);
    freshetd.must({"install", "--adopt"});
    const auto indexes = [&] {
        return scalar(
            "SELECT string_agg(regexp_replace(pg_get_indexdef(indexrelid), 'v[0-9]+_|freshet.state_[0-9_]+', '', 'g'), "
            "E'\\n' ORDER "
            "BY indexrelid) FROM pg_index WHERE indrelid::regclass::text LIKE 'freshet.state%'");
    };
    const auto expected = AllOf(
        HasSubstr("CREATE INDEX \"1_Report, lower\" ON  USING btree (lower(k0))"),
        HasSubstr(
            "CREATE INDEX 2_report_by_day ON  USING btree (k1 DESC NULLS LAST, k0 COLLATE \"C\" text_pattern_ops) "
            "INCLUDE (k2) WITH (fillfactor='70') WHERE (k1 > '2026-01-10'::date)"),
        Not(HasSubstr("report_by_total")), Not(HasSubstr("report_identity")));
    EXPECT_THAT(indexes(), expected);
    exec("SET enable_seqscan = off");
    EXPECT_NE(scalar("EXPLAIN (FORMAT JSON) SELECT * FROM report WHERE lower(kind) = 'k1'").find("Report, lower"),
              std::string::npos);
    // A rebuilt view has them again.
    configure(
        R"("sql": "SELECT kind, day, note, count(*) AS n, sum(amount) AS total, avg(amount) AS mean, count(DISTINCT note) AS notes, max(day) AS latest FROM entry GROUP BY kind, day, note")");
    freshetd.must({"install"});
    EXPECT_THAT(indexes(), expected);
    EXPECT_EQ(scalar("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'report'::regclass"),
              "adoption_owner");
    exec("SET ROLE adoption_owner; SELECT * FROM report; RESET ROLE");
    EXPECT_EQ(wrong(), "0");
}

TEST_F(Adoption, SaysWhichIndexAnotherOneStandsFor) {
    exec("CREATE INDEX report_by_kind ON report (kind)");
    configure(std::string(R"("sql": ")") + query + R"(", "indexes": [["kind", "day DESC"]])");
    EXPECT_THAT(freshetd.must({"install", "--adopt"}),
                HasSubstr("not kept: the index report_by_kind, because another one begins with its columns"));
    EXPECT_EQ(scalar("SELECT count(*) FROM pg_class WHERE relname LIKE '%report_by_kind'"), "0");
}

TEST_F(Adoption, EjectGivesThePlainMaterializedViewBack) {
    exec(heirlooms);
    const auto before = all();
    freshetd.must({"install", "--adopt"});
    exec("UPDATE entry SET amount = amount + 1 WHERE id < 9; DELETE FROM entry WHERE id > 290");
    const auto told = freshetd.must({"uninstall", "--eject"});
    EXPECT_THAT(told, HasSubstr("report is a materialized view now"));
    EXPECT_EQ(all(), before) << "whoever used it sees the same";
    EXPECT_EQ(wrong(), "0");
    EXPECT_EQ(scalar("SELECT sum(total) = (SELECT sum(amount) FROM entry) FROM monthly"), "t");
    exec("REFRESH MATERIALIZED VIEW CONCURRENTLY report; DELETE FROM entry WHERE id > 280");
    EXPECT_EQ(scalar("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'entry'::regclass"), "0");
    EXPECT_EQ(scalar("SELECT count(*) FROM freshet.view"), "0");
    // And again: nothing is left that would be in the way.
    freshetd.must({"install", "--adopt"});
    freshetd.must({"uninstall", "--eject", "--purge"});
    EXPECT_EQ(all(), before);
    EXPECT_EQ(wrong(), "0");
}

TEST_F(Adoption, EjectsAViewThatWasNeverAdopted) {
    exec("DROP MATERIALIZED VIEW report");
    configure(std::string(R"("sql": ")") + query + R"( -- as agreed", "indexes": [["day DESC"], ["kind", "day"]])");
    freshetd.must({"install"});
    exec(
        "GRANT SELECT ON report TO adoption_reader; COMMENT ON VIEW report IS 'ours'; CREATE VIEW margin AS SELECT "
        "kind, "
        "total FROM report");
    freshetd.must({"uninstall", "--eject"});
    EXPECT_EQ(kind(), "m");
    EXPECT_EQ(wrong(), "0");
    EXPECT_EQ(scalar("SELECT has_table_privilege('adoption_reader', 'report', 'SELECT')"), "t");
    EXPECT_EQ(scalar("SELECT obj_description('report'::regclass)"), "ours");
    EXPECT_EQ(scalar("SELECT sum(total) = (SELECT sum(amount) FROM entry) FROM margin"), "t");
    EXPECT_EQ(
        scalar("SELECT string_agg(regexp_replace(indexdef, ' ON .* USING btree', ''), '; ' ORDER BY indexname) FROM "
               "pg_indexes WHERE tablename = 'report'"),
        "CREATE INDEX report_1 (day DESC); CREATE INDEX report_2 (kind, day); CREATE UNIQUE INDEX report_identity "
        "(kind, day, note)");
    exec("REFRESH MATERIALIZED VIEW CONCURRENTLY report");
}

TEST_F(Adoption, EjectsWhileTheDaemonAndWritersWork) {
    freshetd.must({"install", "--adopt"});
    freshetd.start();
    ASSERT_TRUE(eventually([&] { return freshetd.logged("leading"); }));
    std::atomic<bool> done = false;
    auto writing = std::async(std::launch::async, [&] {
        Client writer(database.conninfo());
        for (int i = 1000; !done; ++i) {
            writer.exec("INSERT INTO entry VALUES (" + std::to_string(i) + ", 'k1', '2026-01-02', 1, 'n1')");
            writer.scalar("SELECT count(*) FROM report");
        }
    });
    ASSERT_TRUE(eventually([&] { return scalar("SELECT max(id) > 1050 FROM entry") == "t"; }));
    freshetd.must({"uninstall", "--eject"});
    done = true;
    EXPECT_NO_THROW(writing.get());
    EXPECT_EQ(kind(), "m");
    // The contents are those of one moment: all entries up to some number, and no others.
    const auto moment = scalar("SELECT sum(n) FROM report");
    EXPECT_EQ(
        scalar("SELECT count(*) FROM (SELECT kind, day, note, n, total FROM report EXCEPT ALL SELECT kind, day, note, "
               "count(*), sum(amount) FROM (SELECT * FROM entry ORDER BY id LIMIT " +
               moment + ") e GROUP BY 1, 2, 3) d"),
        "0");
    freshetd.terminate();
}

TEST_F(Adoption, TakesTheDefinitionOfTheMaterializedView) {
    configure(R"("debounce": "50ms")");
    EXPECT_THAT(failure({"install"}, 2), HasSubstr("--adopt"));
    EXPECT_THAT(freshetd.must({"plan"}), HasSubstr("replaces the materialized view"));
    freshetd.must({"install", "--adopt"});
    EXPECT_EQ(kind(), "v");
    exec("UPDATE entry SET kind = 'moved' WHERE id < 20");
    freshetd.must({"refresh"});
    EXPECT_EQ(wrong(), "0");
    EXPECT_THAT(freshetd.must({"install"}), HasSubstr("nothing to do"));
    freshetd.must({"uninstall", "--eject"});
    EXPECT_EQ(wrong(), "0");
    exec("DROP MATERIALIZED VIEW report");
    EXPECT_THAT(failure({"check"}, 2),
                AllOf(HasSubstr("no materialized view of this name"), HasSubstr("hint: add \"query\"")));
}

TEST_F(Adoption, WaitsForReadersAndLetsOthersThrough) {
    exec(heirlooms);
    Client idle(database.conninfo());
    idle.exec("BEGIN; SELECT count(*) FROM margin");
    const auto installing = freshetd.launch({"install", "--adopt"});
    const auto waits = [&] {
        return scalar("SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'") != "0";
    };
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(eventually(waits));
        Client reader(database.conninfo());
        reader.exec("SET lock_timeout = '5s'; SELECT count(*) FROM margin_by_kind; SELECT count(*) FROM report");
    }
    EXPECT_EQ(kind(), "m");
    idle.exec("COMMIT");
    EXPECT_EQ(installing->wait(std::chrono::seconds(30)), 0) << installing->errors();
    EXPECT_EQ(kind(), "v");
    EXPECT_EQ(wrong(), "0");
    idle.exec("BEGIN; SELECT count(*) FROM report");
    const auto ejecting = freshetd.launch({"uninstall", "--eject"});
    ASSERT_TRUE(eventually(waits));
    idle.exec("COMMIT");
    EXPECT_EQ(ejecting->wait(std::chrono::seconds(30)), 0) << ejecting->errors();
    EXPECT_EQ(wrong(), "0");
}

// Killed when all but the swap is done: then started again.
TEST_F(Adoption, ChangesNothingWhenItIsKilledInTheMiddle) {
    exec(heirlooms);
    const auto before = all();
    const auto was = contents();
    Client idle(database.conninfo());
    idle.exec("BEGIN; SELECT count(*) FROM report");
    const auto waits = [&] {
        return scalar("SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'") != "0";
    };
    const auto installing = freshetd.launch({"install", "--adopt"});
    ASSERT_TRUE(eventually(waits));
    installing->send_signal(SIGKILL);
    installing->wait(std::chrono::seconds(20));
    idle.exec("COMMIT");
    EXPECT_EQ(all(), before);
    EXPECT_EQ(contents(), was);
    ASSERT_TRUE(eventually([&] { return scalar("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0"; }));
    freshetd.must({"install", "--adopt"});
    EXPECT_EQ(wrong(), "0");
    // The other way: the view stays what it is, and is maintained.
    idle.exec("BEGIN; SELECT count(*) FROM report");
    const auto view = all();
    const auto ejecting = freshetd.launch({"uninstall", "--eject"});
    ASSERT_TRUE(eventually(waits));
    ejecting->send_signal(SIGKILL);
    ejecting->wait(std::chrono::seconds(20));
    idle.exec("COMMIT");
    EXPECT_EQ(all(), view);
    exec("UPDATE entry SET amount = 7 WHERE id < 30");
    ASSERT_TRUE(eventually([&] { return freshetd.command({"refresh"}).code == 0; }));
    EXPECT_EQ(wrong(), "0");
    freshetd.must({"uninstall", "--eject"});
    EXPECT_EQ(all(), before);
}

// The server refuses the last statements of the swap.
TEST_F(Adoption, ChangesNothingWhenTheSwapFails) {
    exec(heirlooms);
    exec(R"(CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not today'; END $$;
            CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('DROP MATERIALIZED VIEW') EXECUTE FUNCTION refuse())");
    const auto before = all();
    const auto was = contents();
    EXPECT_THAT(failure({"install", "--adopt"}, 4), HasSubstr("not today"));
    EXPECT_EQ(all(), before);
    EXPECT_EQ(contents(), was);
    exec("DROP EVENT TRIGGER refuse");
    freshetd.must({"install", "--adopt"});
    EXPECT_EQ(wrong(), "0");
    exec("CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('DROP VIEW') EXECUTE FUNCTION refuse()");
    const auto view = all();
    EXPECT_THAT(failure({"uninstall", "--eject"}, 4), HasSubstr("not today"));
    EXPECT_EQ(all(), view);
    exec("UPDATE entry SET amount = 7 WHERE id < 30");
    freshetd.must({"refresh"});
    EXPECT_EQ(wrong(), "0");
    exec("DROP EVENT TRIGGER refuse");
    freshetd.must({"uninstall", "--eject"});
    EXPECT_EQ(all(), before);
}

TEST_F(Adoption, RefusesWhatItCannotCarryOver) {
    exec(R"(CREATE FUNCTION total() RETURNS numeric LANGUAGE sql BEGIN ATOMIC SELECT sum(total) FROM report; END;
            CREATE TABLE note(about report);
            CREATE VIEW whole AS SELECT r FROM report r)");
    const auto before = all();
    EXPECT_THAT(
        failure({"install", "--adopt"}, 2),
        AllOf(HasSubstr("function public.total() depends on public.report in a way that cannot be carried over"),
              HasSubstr("column about of table public.note depends on"),
              HasSubstr("column r of view public.whole depends on"), HasSubstr("hint: drop it before")));
    EXPECT_EQ(all(), before);
    EXPECT_EQ(scalar("SELECT to_regnamespace('freshet') IS NULL"), "t");
}

TEST_F(Adoption, RefusesAQueryWithOtherColumns) {
    configure(
        R"("sql": "SELECT day, kind, note, count(*)::int AS n, sum(amount) AS total FROM entry GROUP BY kind, day, note")");
    EXPECT_THAT(failure({"install", "--adopt"}, 2),
                AllOf(HasSubstr("column 1 is day date in the query and kind text in the materialized view"),
                      HasSubstr("column 4 is n integer in the query and n bigint in the materialized view"),
                      HasSubstr("the query has no column 6, where the materialized view has mean numeric")));
    EXPECT_EQ(kind(), "m");
}

// A role that may do no more than it must: it is a member of the owner, and captures the table.
TEST_F(Adoption, NeedsNoSuperuser) {
    exec(heirlooms);
    exec(
        R"(DO $$ BEGIN CREATE ROLE adoption_daemon LOGIN IN ROLE adoption_owner; EXCEPTION WHEN duplicate_object THEN NULL;
            END $$; GRANT SELECT, INSERT, TRIGGER ON entry TO adoption_daemon; GRANT CREATE ON SCHEMA public TO adoption_daemon;
            GRANT CREATE ON DATABASE )" +
        database.name() + " TO adoption_daemon");
    conninfo_suffix = " user=adoption_daemon";
    configure(std::string(R"("sql": ")") + query + "\"");
    EXPECT_THAT(failure({"install", "--adopt"}, 2), AllOf(HasSubstr("no right to replace public.margin"),
                                                          HasSubstr("make the daemon's role a member of it")));
    exec(
        "ALTER VIEW margin OWNER TO adoption_owner; ALTER VIEW yearly OWNER TO adoption_owner; ALTER MATERIALIZED VIEW "
        "empty_on_top OWNER TO adoption_owner");
    const auto before = outside();
    freshetd.must({"install", "--adopt"});
    EXPECT_EQ(outside(), before);
    EXPECT_EQ(wrong(), "0");
    exec("UPDATE entry SET amount = 7 WHERE id < 30");
    freshetd.must({"refresh"});
    EXPECT_EQ(wrong(), "0");
    freshetd.must({"uninstall", "--eject"});
    EXPECT_EQ(outside(), before);
}

// Whom the default privileges of today would let in, the old relation did not.
TEST_F(Adoption, DefaultPrivilegesAddNobody) {
    exec(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO adoption_clerk; GRANT SELECT ON report TO "
        "adoption_reader");
    const auto before = outside();
    freshetd.must({"install", "--adopt"});
    EXPECT_EQ(outside(), before);
    EXPECT_EQ(scalar("SELECT has_table_privilege('adoption_clerk', 'report', 'SELECT')"), "f");
    freshetd.must({"uninstall", "--eject"});
    EXPECT_EQ(outside(), before);
}

TEST_F(Adoption, PlanShowsTheStatementsAndWhatIsNotKept) {
    exec(heirlooms);
    EXPECT_THAT(freshetd.must({"plan"}),
                AllOf(HasSubstr("replaces the materialized view (--adopt)"),
                      HasSubstr("not kept: the index report_by_total, because column total is computed")));
    EXPECT_THAT(freshetd.must({"plan", "--json"}), HasSubstr("\"notes\": [\n"));
    EXPECT_THAT(freshetd.must({"plan", "--sql"}),
                AllOf(HasSubstr("ALTER MATERIALIZED VIEW \"public\".\"report\" RENAME TO \"freshet_old_"),
                      HasSubstr("CREATE OR REPLACE VIEW \"public\".\"margin\" WITH (security_barrier='true')"),
                      HasSubstr("GRANT SELECT (kind) ON TABLE public.report TO adoption_clerk"),
                      HasSubstr("DROP MATERIALIZED VIEW \"public\".\"freshet_old_")));
    EXPECT_EQ(kind(), "m");
}

}  // namespace
}  // namespace freshet::testing
