// Installing, changing, adopting and removing views: repeatable, never without a relation for readers, and without
// leaving anything behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "support/eventually.hpp"
#include "support/ledger.hpp"

namespace freshet::testing {
namespace {

using install::Action;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Kind = refresh::Outcome::Kind;

std::string text_of(const core::Faults& faults) {
    std::string text;
    for (const auto& fault : faults.faults()) {
        text += fault.text() + "\n";
    }
    return text;
}

// What keeps a configuration from being installed.
std::string refusal(Engine& engine, install::PlanOptions options = {}) {
    try {
        engine.install(options);
    } catch (const core::Faults& faults) {
        return text_of(faults);
    }
    return "installed";
}

class Install : public ::testing::Test {
  protected:
    void exec(const std::string& sql) { ledger.client.exec(sql); }
    std::string scalar(const std::string& sql) { return ledger.client.scalar(sql); }
    settings::ViewSettings& report() { return ledger.engine.settings.views.front(); }
    // Freshet's own relations besides the fixed ones, and the triggers of the user's tables.
    std::string objects() {
        return scalar(
            "SELECT coalesce(string_agg(name, ' ' ORDER BY name), '') FROM (SELECT relname AS name FROM pg_class WHERE "
            "relnamespace = to_regnamespace('freshet') AND relkind IN ('r', 'v') AND relname ~ '[0-9]' AND relname "
            "!~ '^marker' UNION ALL SELECT tgname || '@' || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal "
            "UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = to_regnamespace('freshet') AND proname ~ "
            "'^capture_[0-9]') AS o(name)");
    }
    std::string refused(const std::string& query) {
        Engine engine(ledger.database.conninfo());
        engine.add_view("refused", query).strategy = settings::StrategyChoice::delta;
        return refusal(engine);
    }

    Ledger ledger;
};

TEST_F(Install, IsIdempotent) {
    EXPECT_TRUE(ledger.engine.plan().has_changes());
    ledger.engine.install();
    EXPECT_FALSE(ledger.engine.plan().has_changes());
    const auto before = objects();
    exec("UPDATE entry SET amount = 4 WHERE id < 9");
    const auto plan = ledger.engine.install();
    EXPECT_EQ(plan.views.front().action, Action::keep);
    EXPECT_EQ(objects(), before);
    EXPECT_EQ(ledger.fold().changes, 16) << "the second install left the position alone";
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST_F(Install, PlansWithoutChangingAnything) {
    const auto plan = ledger.engine.plan();
    EXPECT_FALSE(plan.statements().empty());
    EXPECT_EQ(scalar("SELECT to_regnamespace('freshet') IS NULL"), "t");
}

TEST_F(Install, DiscardsAHalfBuiltGeneration) {
    ledger.engine.install();
    exec(
        "INSERT INTO freshet.view SELECT 2, schema_name, 'other', strategy, 'building', definition, timezone, "
        "fingerprint, "
        "replace(program::text, '\"view_id\": 1', '\"view_id\": 2')::jsonb FROM freshet.view; CREATE TABLE "
        "freshet.state_2_0(x int)");
    ledger.engine.add_view("other", "SELECT kind, count(*) AS n FROM entry GROUP BY kind");
    ledger.engine.install();
    EXPECT_EQ(scalar("SELECT count(*) FROM freshet.view"), "2");
    EXPECT_EQ(scalar("SELECT to_regclass('freshet.state_2_0') IS NULL"), "t");
    EXPECT_FALSE(ledger.engine.plan().has_changes());
}

// Changes may have been missed: the trigger comes back and the view is built anew.
TEST_F(Install, NoticesADamagedCapture) {
    for (const auto* damage :
         {"DROP FUNCTION freshet.capture_1_update CASCADE", "ALTER TABLE entry DISABLE TRIGGER freshet_insert",
          "ALTER TABLE account DISABLE TRIGGER USER", "DROP TRIGGER freshet_truncate ON account",
          "ALTER TABLE account RENAME TO account_old; CREATE TABLE account (LIKE account_old INCLUDING ALL); INSERT "
          "INTO account "
          "SELECT * FROM account_old; DROP TABLE account_old CASCADE",
          "ALTER TABLE account RENAME TO account_old; CREATE TABLE account (LIKE account_old INCLUDING ALL); INSERT "
          "INTO account "
          "SELECT * FROM account_old"}) {
        Ledger fresh;
        fresh.engine.install();
        fresh.client.exec(damage);
        fresh.client.exec(
            "UPDATE entry SET amount = amount + 1 WHERE id = 1; INSERT INTO entry VALUES (901, 1, 'x', NULL, 1); "
            "UPDATE account SET name = 'missed' WHERE id = 2");
        EXPECT_TRUE(fresh.engine.plan().has_changes()) << damage;
        fresh.engine.install();
        EXPECT_EQ(fresh.wrong(), exact) << damage;
        fresh.client.exec(
            "UPDATE entry SET amount = amount + 1 WHERE id < 5; INSERT INTO entry VALUES (902, 1, 'x', NULL, 1); "
            "UPDATE account SET name = 'seen' WHERE id = 2; DO $$ BEGIN UPDATE account_old SET name = 'old'; "
            "EXCEPTION WHEN undefined_table THEN NULL; END $$");
        EXPECT_EQ(fresh.fold().strategy, "delta") << damage;
        EXPECT_EQ(fresh.wrong(), exact) << damage;
        EXPECT_FALSE(fresh.engine.plan().has_changes()) << damage;
    }
}

TEST_F(Install, PutsAPublicRelationBack) {
    ledger.engine.install();
    exec("DROP VIEW report");
    EXPECT_TRUE(ledger.engine.plan().has_changes());
    ledger.engine.install();
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST_F(Install, DropsAViewThatIsConfiguredNoMore) {
    ledger.engine.add_view("kinds", "SELECT kind, count(*) AS n FROM entry GROUP BY kind");
    ledger.engine.install();
    ledger.engine.settings.views.erase(ledger.engine.settings.views.begin());
    const auto plan = ledger.engine.install();
    EXPECT_EQ(scalar("SELECT to_regclass('report') IS NULL"), "t");
    EXPECT_EQ(scalar("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'account'::regclass AND NOT tgisinternal"), "0");
    EXPECT_EQ(scalar("SELECT to_regclass('freshet.state_1_0') IS NULL"), "t");
    exec("DELETE FROM account WHERE id < 4");
    ledger.engine.refresh("kinds");
    EXPECT_EQ(differences(ledger.client, "kinds", ledger.engine.settings.views.front().query), exact);
    EXPECT_FALSE(ledger.engine.plan().has_changes());
}

TEST_F(Install, ReadersAlwaysSeeARelationWhileItIsRebuilt) {
    ledger.engine.install();
    exec("GRANT SELECT ON report TO PUBLIC; COMMENT ON VIEW report IS 'what the board reads'");
    std::atomic<bool> done = false;
    auto reading = std::async(std::launch::async, [&] {
        Client reader(ledger.database.conninfo());
        for (int i = 0; !done || i < 3; ++i) {
            reader.scalar("SELECT count(*) FROM report");
        }
    });
    for (const auto* query : {"SELECT kind, count(*) AS n, sum(amount) AS total FROM entry GROUP BY kind",
                              "SELECT day, max(amount) AS most FROM entry GROUP BY day", Ledger::query}) {
        report().query = query;
        const auto plan = ledger.engine.install();
        EXPECT_EQ(plan.views.front().action, Action::rebuild);
        EXPECT_EQ(differences(ledger.client, "report", query), exact);
    }
    done = true;
    EXPECT_NO_THROW(reading.get());
    EXPECT_EQ(scalar("SELECT has_table_privilege('pg_monitor', 'report', 'SELECT')"), "t");
    EXPECT_EQ(scalar("SELECT obj_description('report'::regclass)"), "what the board reads");
    EXPECT_EQ(scalar("SELECT count(*) FROM freshet.view"), "1");
    EXPECT_EQ(scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'freshet' AND tablename ~ '^(state|values)'"),
              "2");
}

// People build on reports: a column more must not need their views dropped.
TEST_F(Install, ViewsOnTopSurviveAnAddedColumn) {
    ledger.engine.install();
    exec("CREATE VIEW margin AS SELECT name, sum(total) AS total FROM report GROUP BY name");
    report().query =
        "SELECT a.name, e.kind, count(*) AS n, sum(e.amount) AS total, count(DISTINCT e.day) AS days, max(e.day) AS "
        "latest, min(e.day) AS earliest FROM entry e JOIN account a ON a.id = e.account_id GROUP BY a.name, e.kind";
    ledger.engine.install();
    EXPECT_EQ(differences(ledger.client, "report", report().query), exact);
    EXPECT_EQ(scalar("SELECT sum(total) FROM margin"), scalar("SELECT sum(amount) FROM entry"));
}

TEST_F(Install, AdoptsAMaterializedViewWithItsGrantsAndComment) {
    exec(
        "DROP ROLE IF EXISTS install_reader, install_owner; CREATE ROLE install_reader; CREATE ROLE install_owner; "
        "CREATE MATERIALIZED VIEW report AS " +
        std::string(Ledger::query) +
        "; GRANT SELECT ON report TO install_reader; "
        "COMMENT ON MATERIALIZED VIEW report IS 'it''s monthly'; ALTER MATERIALIZED VIEW report OWNER TO "
        "install_owner");
    EXPECT_THAT(refusal(ledger.engine),
                AllOf(HasSubstr("report exists already and is not ours"), HasSubstr("--adopt")));
    EXPECT_EQ(scalar("SELECT relkind FROM pg_class WHERE oid = 'report'::regclass"), "m");
    EXPECT_EQ(refusal(ledger.engine, {.adopt = true}), "installed");
    EXPECT_EQ(ledger.wrong(), exact);
    EXPECT_EQ(scalar("SELECT has_table_privilege('install_reader', 'report', 'SELECT')"), "t");
    EXPECT_EQ(scalar("SELECT has_table_privilege('install_owner', 'report', 'SELECT')"), "t");
    EXPECT_EQ(scalar("SELECT obj_description('report'::regclass)"), "it's monthly");
    EXPECT_FALSE(ledger.engine.plan().has_changes());
    exec("SET ROLE install_reader; SELECT * FROM report; RESET ROLE");
    exec("DROP OWNED BY install_reader, install_owner; DROP ROLE install_reader, install_owner");
}

TEST_F(Install, RefusesNamesThatAreTaken) {
    exec("CREATE TABLE report(x int)");
    EXPECT_THAT(refusal(ledger.engine), HasSubstr("a relation named public.report exists already and is not ours"));
    report().name = "nowhere.report";
    EXPECT_THAT(refusal(ledger.engine), HasSubstr("the schema nowhere does not exist"));
    report().name = "fine";
    ledger.engine.add_view("public.fine", Ledger::query);
    EXPECT_THAT(refusal(ledger.engine), HasSubstr("fine"));
    EXPECT_EQ(scalar("SELECT to_regnamespace('freshet') IS NULL"), "t") << "a refused configuration changes nothing";
}

TEST_F(Install, SaysWhereAMissingTableOrColumnIs) {
    EXPECT_THAT(refused("SELECT kind, count(*) AS n\nFROM entries GROUP BY kind"),
                HasSubstr("refused.sql:2:6: relation \"entries\" does not exist"));
    EXPECT_THAT(refused("SELECT kind,\n  sum(amont) AS n FROM entry GROUP BY kind"),
                HasSubstr("refused.sql:2:7: column \"amont\" does not exist"));
}

TEST_F(Install, ReportsTheFaultsOfAllViewsAtOnce) {
    ledger.engine.add_view("one", "SELECT kind, count(*) AS n FROM nothing GROUP BY kind");
    ledger.engine.add_view("two", "SELECT kind, random() AS r, count(*) AS n FROM entry GROUP BY kind, random()");
    ledger.engine.settings.events.push_back({"gone", "entry", "status = 'x'"});
    EXPECT_THAT(refusal(ledger.engine),
                AllOf(HasSubstr("one.sql:1:"), HasSubstr("two.sql:1:"), HasSubstr("event gone")));
}

TEST_F(Install, UninstallLeavesSourceTablesAsTheyWere) {
    const auto shape = [&] {
        return scalar(
            "SELECT string_agg(concat(relname, relkind, relacl, relhastriggers), ' ' ORDER BY relname) FROM pg_class "
            "WHERE relnamespace = 'public'::regnamespace");
    };
    exec("VACUUM entry, account");
    const auto before = shape();
    ledger.engine.install();
    exec("UPDATE entry SET amount = 1");
    const auto removed = ledger.engine.uninstall();
    EXPECT_EQ(removed.size(), 3U);
    EXPECT_EQ(objects(), "");
    EXPECT_EQ(shape(), before);
    EXPECT_EQ(scalar("SELECT count(*) FROM freshet.refresh_log"), "1") << "history stays";
    exec("INSERT INTO entry VALUES (901, 1, 'x', NULL, 1)");
    ledger.engine.install();
    EXPECT_EQ(ledger.wrong(), exact);
    install::UninstallOptions purge;
    purge.purge = true;
    ledger.engine.uninstall(purge);
    EXPECT_EQ(scalar("SELECT to_regnamespace('freshet') IS NULL"), "t");
    EXPECT_TRUE(ledger.engine.uninstall().empty());
    exec("DELETE FROM entry");
}

TEST_F(Install, RetriesWhileATransactionHoldsTheTable) {
    Client idle(ledger.database.conninfo());
    idle.exec("BEGIN; LOCK TABLE entry IN ROW EXCLUSIVE MODE");
    ledger.engine.install_options.lock_timeout = std::chrono::milliseconds(100);
    auto installing = std::async(std::launch::async, [&] { ledger.engine.install(); });
    // Two waits by the installer, so it has tried again; writers get through between them.
    const auto waits = [&] {
        return scalar("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'entry'::regclass") != "0";
    };
    for (int i = 0; i < 2; ++i) {
        EXPECT_TRUE(eventually(waits));
        Client writer(ledger.database.conninfo());
        writer.exec("SET lock_timeout = '5s'; UPDATE entry SET amount = 3 WHERE id = 4");
    }
    EXPECT_EQ(installing.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    idle.exec("COMMIT");
    installing.get();
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST_F(Install, SaysWhichTableItCouldNotLock) {
    Client idle(ledger.database.conninfo());
    idle.exec("BEGIN; LOCK TABLE entry IN ROW EXCLUSIVE MODE");
    ledger.engine.install_options.lock_timeout = std::chrono::milliseconds(20);
    ledger.engine.install_options.lock_patience = std::chrono::milliseconds(200);
    try {
        ledger.engine.install();
        FAIL() << "installed";
    } catch (const core::Error& error) {
        EXPECT_STREQ(error.what(), "cannot capture changes of public.entry: a lock was not to be had within 200ms");
        EXPECT_THAT(error.hint(), HasSubstr("pg_stat_activity"));
    }
    idle.exec("COMMIT");
    ledger.engine.install();
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST_F(Install, OnlyOneAtATime) {
    Client idle(ledger.database.conninfo());
    idle.exec("BEGIN; LOCK TABLE entry IN ROW EXCLUSIVE MODE");
    auto installing = std::async(std::launch::async, [&] { ledger.engine.install(); });
    EXPECT_TRUE(eventually([&] { return scalar("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0"; }));
    Engine other(ledger.database.conninfo());
    try {
        other.install();
        ADD_FAILURE() << "installed";
    } catch (const core::Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("another freshetd is installing"));
    }
    idle.exec("COMMIT");
    installing.get();
}

class Concurrent : public Install {
  protected:
    Concurrent() {
        ledger.engine.settings.views.clear();
        ledger.engine.add_view("latest", "").strategy = settings::StrategyChoice::concurrent;
    }
    static constexpr const char* query = "SELECT DISTINCT ON (kind) kind, id, amount FROM entry ORDER BY kind, id DESC";
    void create() {
        exec(std::string("CREATE MATERIALIZED VIEW latest AS ") + query + "; CREATE UNIQUE INDEX ON latest (kind, id)");
    }
};

TEST_F(Concurrent, RefreshesWhenASourceWasTouched) {
    create();
    ledger.engine.install();
    EXPECT_FALSE(ledger.engine.plan().has_changes());
    EXPECT_EQ(ledger.engine.refresh("latest").kind, Kind::nothing_pending);
    for (const auto* write :
         {"INSERT INTO entry VALUES (901, 1, 'k0', NULL, 1)", "UPDATE entry SET amount = 5 WHERE id = 901",
          "DELETE FROM entry WHERE id > 150", "TRUNCATE entry"}) {
        exec(write);
        EXPECT_EQ(scalar("SELECT pending_changes FROM freshet.status"), "1") << write;
        EXPECT_EQ(ledger.engine.refresh("latest").strategy, "concurrent") << write;
        EXPECT_EQ(differences(ledger.client, "latest", query), exact) << write;
    }
    exec("INSERT INTO entry VALUES (902, 1, 'k0', NULL, 1)");
    refresh::Request request;
    request.locking = refresh::Locking::blocking;
    EXPECT_EQ(ledger.engine.refresh("latest", request).strategy, "blocking");
    EXPECT_EQ(differences(ledger.client, "latest", query), exact);
    ledger.engine.uninstall();
    EXPECT_EQ(scalar("SELECT relkind FROM pg_class WHERE oid = 'latest'::regclass"), "m") << "it is not ours to drop";
}

TEST_F(Concurrent, SaysWhatIsMissing) {
    EXPECT_THAT(refusal(ledger.engine), HasSubstr("there is no materialized view public.latest"));
    exec(std::string("CREATE MATERIALIZED VIEW latest AS ") + query + " WITH NO DATA");
    EXPECT_THAT(refusal(ledger.engine),
                AllOf(HasSubstr("was never populated"), HasSubstr("hint: REFRESH MATERIALIZED VIEW")));
    exec("REFRESH MATERIALIZED VIEW latest; CREATE UNIQUE INDEX ON latest (kind) WHERE kind IS NOT NULL");
    EXPECT_THAT(refusal(ledger.engine), AllOf(HasSubstr("has no unique index on plain columns over all rows"),
                                              HasSubstr("hint: CREATE UNIQUE INDEX ON")));
    exec(
        "CREATE UNIQUE INDEX ON latest (kind, id); DROP ROLE IF EXISTS install_other; CREATE ROLE install_other LOGIN; "
        "GRANT CREATE ON DATABASE " +
        ledger.database.name() + " TO install_other");
    Engine other(ledger.database.conninfo() + " user=install_other");
    other.settings = ledger.engine.settings;
    EXPECT_THAT(refusal(other), AllOf(HasSubstr("no right to refresh public.latest"), HasSubstr("its owner postgres")));
    exec("DROP OWNED BY install_other; DROP ROLE install_other");
    EXPECT_EQ(refusal(ledger.engine), "installed");
}

TEST_F(Install, StartsAfreshAfterADumpWasRestoredElsewhere) {
    ledger.engine.install();
    EXPECT_TRUE(ledger.engine.rehome().empty());
    exec(
        "UPDATE entry SET amount = 1 WHERE id < 9; UPDATE freshet.installation SET system_identifier = '0'; UPDATE "
        "freshet.position SET snapshot = '9999999:9999999:'");
    EXPECT_THAT(ledger.engine.rehome(), ::testing::ElementsAre("report"));
    EXPECT_TRUE(ledger.engine.rehome().empty());
    EXPECT_EQ(scalar("SELECT state || ' ' || last_error FROM freshet.status"), "broken restored from another cluster");
    EXPECT_EQ(ledger.logged("entry"), "0");
    ledger.recompute();
    ledger.engine.mark_ready("report");
    EXPECT_EQ(scalar("SELECT state FROM freshet.status"), "ready");
    EXPECT_EQ(ledger.wrong(), exact);
    exec("UPDATE entry SET amount = 2 WHERE id < 9");
    EXPECT_EQ(ledger.fold().strategy, "delta");
    EXPECT_EQ(ledger.wrong(), exact);
}

}  // namespace
}  // namespace freshet::testing
