// What a query may read besides plain tables, what it may not, and what happens when a view under it is replaced.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "freshet/catalog/views_read.hpp"
#include "freshet/core/error.hpp"
#include "support/engine.hpp"
#include "support/run.hpp"

namespace freshet::testing {
namespace {

using install::Action;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* schema = R"(
    CREATE TABLE entry(id int PRIMARY KEY, kind text, n int);
    INSERT INTO entry VALUES (1, 'a', 1), (2, 'a', 2), (3, 'b', 3);
)";

class Sources : public ::testing::Test {
  protected:
    Sources() : client(database.conninfo()), engine(database.conninfo()) { client.exec(schema); }

    // What `check` says about the query, without its file.
    std::string refused(const std::string& query) {
        Engine other(database.conninfo());
        other.add_view("refused", query).strategy = settings::StrategyChoice::delta;
        other.settings.views.back().query_file = "q.sql";
        std::string text;
        try {
            other.plan();
        } catch (const core::Faults& faults) {
            for (const auto& fault : faults.faults()) text += fault.text() + "\n";
        }
        return text;
    }

    // Of a relation in the second line of the query.
    std::string over(const std::string& relation) {
        return refused("SELECT kind, count(*) AS n\nFROM " + relation + " GROUP BY kind");
    }

    void install(const std::string& query) {
        engine.add_view("v", query).strategy = settings::StrategyChoice::delta;
        engine.install();
    }

    Database database;
    Client client;
    Engine engine;
};

TEST_F(Sources, OfOtherKindsAreRefusedWhereTheQueryNamesThem) {
    client.exec(R"(
        CREATE MATERIALIZED VIEW source_matview AS SELECT * FROM entry;
        CREATE TABLE source_partitioned(kind text, n int) PARTITION BY LIST (kind);
        CREATE TABLE source_partition PARTITION OF source_partitioned DEFAULT;
        CREATE TABLE source_scattered(kind text, n int) PARTITION BY LIST (kind);
        CREATE UNLOGGED TABLE source_unlogged(kind text); CREATE TABLE source_parent(kind text);
        CREATE TABLE source_child() INHERITS (source_parent); CREATE FOREIGN DATA WRAPPER nothing;
        CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing; CREATE FOREIGN TABLE source_foreign(kind text) SERVER nowhere;
        CREATE FOREIGN TABLE source_far PARTITION OF source_scattered DEFAULT SERVER nowhere;
        CREATE SEQUENCE source_sequence)");
    const std::string at = "q.sql:2:6: public.";
    EXPECT_EQ(over("source_matview"), at + "source_matview is a materialized view, whose refreshes no trigger sees\n"
                                           "hint: read what it is defined from, or hand it to freshet: install "
                                           "--adopt\n");
    EXPECT_EQ(over("source_partition"),
              at + "source_partition is a partition: rows written through its parent do not fire its triggers\n"
                   "hint: read the partitioned table\n");
    EXPECT_THAT(over("source_scattered"), HasSubstr(at + "source_scattered has foreign tables among its partitions"));
    EXPECT_EQ(over("source_foreign"),
              at + "source_foreign is a foreign table, whose rows change on another server, where no trigger tells\n"
                   "hint: copy it into an ordinary table, or use strategy concurrent\n");
    EXPECT_EQ(over("source_unlogged"),
              at + "source_unlogged is unlogged: after a crash it is empty and nothing tells the view\n"
                   "hint: ALTER TABLE public.source_unlogged SET LOGGED\n");
    EXPECT_THAT(over("source_parent"), HasSubstr(at + "source_parent takes part in table inheritance"));
    EXPECT_THAT(over("source_child"), HasSubstr(at + "source_child takes part in table inheritance"));
    EXPECT_EQ(refused("SELECT last_value, count(*) AS n\nFROM source_sequence GROUP BY last_value"),
              at + "source_sequence is a sequence, whose changes no trigger sees\nhint: read an ordinary table\n");
}

TEST_F(Sources, OfTheSystemAreRefused) {
    EXPECT_EQ(refused("SELECT relkind, count(*) AS n\nFROM pg_class GROUP BY relkind"),
              "q.sql:2:6: pg_class belongs to the system, whose changes no trigger sees\n"
              "hint: copy what the report needs into a table of your own\n");
    EXPECT_THAT(refused("SELECT table_type, count(*) AS n\nFROM information_schema.tables GROUP BY table_type"),
                HasSubstr("q.sql:2:6: information_schema.tables belongs to the system"));
}

TEST_F(Sources, ThatAreNoRelationsAreRefused) {
    EXPECT_THAT(over("(VALUES ('a')) AS v(kind)"), HasSubstr("q.sql:2:7: VALUES in FROM"));
    EXPECT_THAT(over("unnest(ARRAY['a']) AS u(kind)"), HasSubstr("q.sql:2:6: a function in FROM"));
    EXPECT_THAT(over("entry TABLESAMPLE system (10)"), HasSubstr("q.sql:2:12: TABLESAMPLE gives other rows"));
    EXPECT_EQ(over("(SELECT kind FROM entry UNION ALL SELECT 'a') u"),
              "q.sql: rows that come from no table stand among those that are grouped\n"
              "hint: put the values into a table\n");
    EXPECT_THAT(refused("WITH RECURSIVE w AS (SELECT 'a' AS kind UNION ALL SELECT kind FROM w)\n"
                        "SELECT kind, count(*) AS n FROM w GROUP BY kind"),
                HasSubstr("q.sql:1:16: the WITH query w is recursive"));
    EXPECT_THAT(
        refused("WITH w AS (DELETE FROM entry RETURNING kind)\nSELECT kind, count(*) AS n FROM w GROUP BY kind"),
        HasSubstr("q.sql:1:6: the WITH query w writes"));
}

// All of them at once, each at the view that the query names.
TEST_F(Sources, BelowViewsAreRefusedWhereTheQueryNamesTheView) {
    client.exec(R"(
        CREATE MATERIALIZED VIEW stored AS SELECT * FROM entry;
        CREATE UNLOGGED TABLE fast(kind text);
        CREATE VIEW of_stored AS SELECT kind FROM stored;
        CREATE VIEW of_of_stored AS SELECT * FROM of_stored;
        CREATE VIEW of_fast AS SELECT kind AS k FROM fast;
        CREATE VIEW of_system AS SELECT relname::text AS kind FROM pg_class)");
    EXPECT_EQ(refused("SELECT s.kind, count(*) AS n\nFROM of_of_stored s JOIN of_fast f ON f.k = s.kind\nGROUP BY 1"),
              "q.sql:2:6: in the view public.of_of_stored: public.stored is a materialized view, whose refreshes no "
              "trigger sees\nhint: read what it is defined from, or hand it to freshet: install --adopt\n"
              "q.sql:2:26: in the view public.of_fast: public.fast is unlogged: after a crash it is empty and nothing "
              "tells the view\nhint: ALTER TABLE public.fast SET LOGGED\n");
    EXPECT_THAT(over("of_system"), HasSubstr("q.sql:2:6: pg_class belongs to the system"));
}

TEST_F(Sources, DefinitionsOutsideTheClassAreRefusedWhereTheQueryNamesTheView) {
    client.exec(R"(
        CREATE FUNCTION dice() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 4';
        CREATE VIEW outer_joined AS SELECT a.kind, b.n FROM entry a FULL JOIN entry b ON a.id = b.n;
        CREATE VIEW few AS SELECT * FROM entry ORDER BY id LIMIT 2;
        CREATE VIEW lucky AS SELECT kind, dice() AS n FROM entry;
        CREATE VIEW today AS SELECT kind, current_date AS day FROM entry;
        CREATE VIEW listed AS VALUES ('a');
        CREATE VIEW counted AS WITH RECURSIVE c(kind, n) AS (SELECT 'a', 1 UNION ALL SELECT kind, n + 1 FROM c
            WHERE n < 3) SELECT * FROM c;
        CREATE VIEW grouped AS SELECT kind, count(*) AS n FROM entry GROUP BY kind)");
    EXPECT_THAT(over("outer_joined"), HasSubstr("q.sql:2:6: in the view public.outer_joined: FULL JOIN cannot be"));
    EXPECT_THAT(over("few"), HasSubstr("q.sql:2:6: in the view public.few: LIMIT below the grouping"));
    EXPECT_THAT(over("lucky"), HasSubstr("q.sql:2:6: in the view public.lucky: public.dice() is volatile"));
    EXPECT_THAT(over("today"), HasSubstr("q.sql:2:6: in the view public.today: CURRENT_DATE changes with time"));
    EXPECT_THAT(refused("SELECT column1, count(*) AS n\nFROM listed GROUP BY 1"),
                HasSubstr("q.sql:2:6: in the view public.listed: VALUES in FROM cannot"));
    EXPECT_THAT(over("counted"), HasSubstr("in the view public.counted: the WITH query c is recursive"));
    EXPECT_THAT(refused("SELECT e.kind, g.n FROM entry e\nJOIN grouped g USING (kind)"),
                HasSubstr("q.sql:1:25: table entry is read beside a grouping, not below it"));
}

TEST_F(Sources, WhoseViewsHideRowsAreRefused) {
    client.exec(R"(
        CREATE VIEW barrier WITH (security_barrier) AS SELECT * FROM entry WHERE n > 1;
        CREATE TABLE secret(kind text, clerk name); ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON secret USING (clerk = current_user);
        DROP ROLE IF EXISTS freshet_clerk; CREATE ROLE freshet_clerk; GRANT SELECT ON secret TO freshet_clerk;
        CREATE VIEW own_secrets AS SELECT kind FROM secret; ALTER VIEW own_secrets OWNER TO freshet_clerk;
        CREATE VIEW readers_secrets WITH (security_invoker = on) AS SELECT kind FROM secret;
        ALTER VIEW readers_secrets OWNER TO freshet_clerk)");
    EXPECT_EQ(
        over("barrier"),
        "q.sql:2:6: public.barrier is a security_barrier view: its conditions must be decided before those of the "
        "query, and the tables behind it are read with all conditions at once\nhint: ALTER VIEW "
        "\"public\".\"barrier\" RESET (security_barrier), or write the tables behind it into the query\n");
    EXPECT_EQ(over("own_secrets"),
              "q.sql:2:6: row-level security hides rows of public.secret from freshet_clerk, the owner of the view "
              "public.own_secrets\nhint: write the condition that decides what is seen into the view, over a role "
              "without such policies\n");
    // Read with the rights of whoever reads: of the installer, who sees all rows.
    EXPECT_EQ(over("readers_secrets"), "");
    client.exec(
        "DROP OWNED BY freshet_clerk; DROP VIEW IF EXISTS own_secrets, readers_secrets; DROP ROLE freshet_clerk");
}

// The tables behind a view are read with the rights of freshet's role; proofs read the view, too.
TEST_F(Sources, NeedTheRightToReadThem) {
    client.exec(
        "DROP ROLE IF EXISTS freshet_reader; CREATE ROLE freshet_reader LOGIN; "
        "CREATE VIEW rows_of_entry AS SELECT kind FROM entry; CREATE VIEW over_rows AS SELECT * FROM rows_of_entry");
    client.exec("GRANT CREATE ON DATABASE " + client.scalar("SELECT quote_ident(current_database())") +
                " TO freshet_reader; GRANT CREATE ON SCHEMA public TO freshet_reader; "
                "GRANT SELECT ON over_rows TO freshet_reader");
    const auto plan = [&](const std::string& view) {
        Engine reader(database.conninfo() + " user=freshet_reader");
        reader.add_view("refused", "SELECT kind, count(*) AS n\nFROM " + view + " GROUP BY kind").query_file = "q.sql";
        std::string text;
        try {
            reader.plan();
        } catch (const core::Faults& faults) {
            for (const auto& fault : faults.faults()) text += fault.text() + "\n";
        }
        return text;
    };
    EXPECT_EQ(plan("rows_of_entry"),
              "q.sql:2:6: no right to read the view public.rows_of_entry\nhint: GRANT SELECT ON "
              "\"public\".\"rows_of_entry\" to the daemon's role\n");
    EXPECT_EQ(plan("over_rows"),
              "q.sql:2:6: in the view public.over_rows: no right to read public.entry\nhint: GRANT SELECT ON "
              "public.entry to the daemon's role\n");
    client.exec("GRANT SELECT, TRIGGER ON entry TO freshet_reader");
    EXPECT_EQ(plan("over_rows"), "");
    client.exec("DROP OWNED BY freshet_reader; DROP ROLE freshet_reader");
}

TEST_F(Sources, MayBeViewsWithNamesThatNeedQuotes) {
    client.exec("CREATE SCHEMA \"Other\"; CREATE VIEW \"Other\".entry AS SELECT kind, n * 2 AS \"select\" FROM entry");
    install(
        "SELECT o.kind, sum(o.\"select\") AS twice, sum(e.n) AS once FROM \"Other\".entry o JOIN entry e "
        "ON e.kind = o.kind GROUP BY o.kind");
    const auto& views = engine.view("v").program.views;
    ASSERT_EQ(views.size(), 1U);
    EXPECT_EQ(views.front().name, (sql::QualifiedName{"Other", "entry"}));
    client.exec("UPDATE entry SET n = n + 1 WHERE id = 2");
    EXPECT_EQ(engine.refresh("v").strategy, "delta");
    EXPECT_EQ(client.scalar("SELECT string_agg(kind || twice || '/' || once, ' ' ORDER BY kind) FROM v"), "a16/8 b6/3");
}

class ReplacedView : public Sources {
  protected:
    ReplacedView() {
        client.exec(
            "CREATE VIEW lower AS SELECT kind, n FROM entry WHERE n > 1; "
            "CREATE VIEW upper AS SELECT * FROM lower");
        install(query);
    }

    std::vector<std::string> redefined() {
        return run([&]() -> boost::asio::awaitable<std::vector<std::string>> {
            pg::ConnectOptions options;
            options.conninfo = database.conninfo();
            auto executor = co_await boost::asio::this_coro::executor;
            auto connection = co_await pg::Connection::open(executor, options);
            co_return co_await catalog::redefined_views(*connection, engine.view("v").program.views);
        });
    }

    static constexpr const char* query = "SELECT kind, sum(n) AS n FROM upper GROUP BY kind";
};

TEST_F(ReplacedView, IsNoticedAndBuiltAnew) {
    EXPECT_FALSE(engine.plan().has_changes());
    EXPECT_THAT(redefined(), IsEmpty());
    client.exec("CREATE OR REPLACE VIEW lower AS SELECT kind, n + 1 AS n FROM entry");
    EXPECT_THAT(redefined(), ElementsAre("the view public.lower, which it reads, was defined anew"));
    client.exec("UPDATE entry SET n = n + 1 WHERE id = 1");
    EXPECT_THROW(engine.refresh("v"), core::Error);  // not a row of the old definition
    const auto plan = engine.plan();
    EXPECT_EQ(plan.views.front().action, Action::rebuild);
    EXPECT_EQ(plan.views.front().reasons.back(), "the view public.lower, which it reads, was defined anew");
    engine.install();
    EXPECT_EQ(differences(client, "v", query), std::vector<std::string>{});
    EXPECT_THAT(redefined(), IsEmpty());
    client.exec("UPDATE entry SET n = 10 WHERE id = 1");
    EXPECT_EQ(engine.refresh("v").strategy, "delta");
    EXPECT_EQ(differences(client, "v", query), std::vector<std::string>{});
}

TEST_F(ReplacedView, ThatIsGoneIsNoticed) {
    client.exec("DROP VIEW upper");
    EXPECT_THAT(redefined(), ElementsAre("the view public.upper, which it reads, is gone"));
    EXPECT_THAT(refused(query), HasSubstr("relation \"upper\" does not exist"));
}

}  // namespace
}  // namespace freshet::testing
