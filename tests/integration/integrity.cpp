// What others do to a source under its views: the writers go on whatever it is, and no view shows what is not so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/ledger.hpp"

namespace freshet::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Integrity : ::testing::Test {
    Integrity() { ledger.engine.install(); }
    // The server's whole answer to a statement that must fail.
    std::string refusal(const std::string& sql) {
        try {
            client.exec(sql);
        } catch (const std::exception& error) {
            return error.what();
        }
        return "not refused: " + sql;
    }
    std::string guards() {
        return client.scalar("SELECT coalesce(string_agg(relname, ', ' ORDER BY relname), '') FROM pg_class "
                             "WHERE relnamespace = 'freshet'::regnamespace AND relname LIKE 'read by %'");
    }
    Ledger ledger;
    Client& client = ledger.client;
};

// In sessions that have their plans already, and in one that makes them now.
void write_everything(Client& client) {
    client.exec("UPDATE entry SET remark = 'x' WHERE remark IS NULL");
    client.exec("INSERT INTO entry SELECT e.* FROM (SELECT * FROM entry LIMIT 0) AS e");
    client.exec("DELETE FROM entry WHERE remark = 'none'");
    client.exec("UPDATE account SET remark = 'y'");
}

struct Ddl {
    std::string name;
    std::string sql;
};

std::ostream& operator<<(std::ostream& out, const Ddl& one) {
    return out << one.name;
}

class Writers : public Integrity, public ::testing::WithParamInterface<Ddl> {};

TEST_P(Writers, GoOnWhateverHappensToAColumn) {
    write_everything(client);
    client.exec(GetParam().sql);
    EXPECT_NO_THROW(write_everything(client));
    Client another(ledger.database.conninfo());
    EXPECT_NO_THROW(write_everything(another));
    EXPECT_NO_THROW(another.exec("TRUNCATE account CASCADE"));
}

INSTANTIATE_TEST_SUITE_P(
    Statements, Writers,
    ::testing::Values(Ddl{"value_renamed", "ALTER TABLE entry RENAME COLUMN amount TO value"},
                      Ddl{"key_of_groups_renamed", "ALTER TABLE entry RENAME COLUMN kind TO sort"},
                      Ddl{"predicate_renamed", "ALTER TABLE account RENAME COLUMN active TO enabled"},
                      Ddl{"primary_key_renamed", "ALTER TABLE entry RENAME COLUMN id TO entry_id"},
                      Ddl{"both_keys_renamed", "ALTER TABLE entry RENAME COLUMN id TO entry_id; "
                                               "ALTER TABLE account RENAME COLUMN id TO account_id"},
                      Ddl{"column_dropped_with_all_that_needs_it", "ALTER TABLE entry DROP COLUMN amount CASCADE"},
                      Ddl{"unread_column_dropped", "ALTER TABLE entry DROP COLUMN id CASCADE"},
                      Ddl{"table_renamed", "ALTER TABLE entry RENAME TO posting; CREATE VIEW entry AS TABLE posting"},
                      Ddl{"names_swapped", "ALTER TABLE entry RENAME COLUMN kind TO k; "
                                           "ALTER TABLE entry RENAME COLUMN remark TO kind; "
                                           "ALTER TABLE entry RENAME COLUMN k TO remark"},
                      Ddl{"released", "SELECT freshet.release('entry')"}),
    [](const auto& one) { return one.param.name; });

TEST_F(Integrity, WhatAViewReadsCannotBeDroppedOrRetypedUnawares) {
    const auto names_the_view = HasSubstr("view freshet.\"read by report (");
    EXPECT_THAT(refusal("ALTER TABLE entry DROP COLUMN amount"),
                AllOf(HasSubstr("cannot drop column amount of table entry"), names_the_view));
    EXPECT_THAT(refusal("ALTER TABLE entry ALTER COLUMN amount TYPE numeric(14,4)"), names_the_view);
    EXPECT_THAT(refusal("ALTER TABLE account DROP COLUMN active"), names_the_view);
    EXPECT_THAT(refusal("DROP TABLE entry"), names_the_view);
    client.exec("ALTER TABLE entry DROP COLUMN remark; ALTER TABLE account DROP COLUMN remark");  // read by none
    client.exec("ALTER TABLE entry ADD COLUMN more text; ALTER TABLE entry ALTER COLUMN more TYPE int USING 1");
    client.exec("UPDATE entry SET amount = amount + 1");
    EXPECT_EQ(ledger.fold().strategy, "delta");
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST_F(Integrity, AGuardNamesAllViewsAndGoesWithThem) {
    ledger.engine.add_view("second", "SELECT kind, count(*) AS n FROM entry GROUP BY kind");
    ledger.engine.install();
    EXPECT_THAT(refusal("ALTER TABLE entry DROP COLUMN kind"), HasSubstr("read by report, second ("));
    EXPECT_THAT(refusal("ALTER TABLE entry DROP COLUMN day"), HasSubstr("read by report, second ("));
    EXPECT_FALSE(ledger.engine.plan().has_changes());
    ledger.engine.settings.views.erase(ledger.engine.settings.views.begin());
    ledger.engine.install();
    client.exec("ALTER TABLE entry DROP COLUMN day");
    EXPECT_THAT(refusal("ALTER TABLE entry DROP COLUMN kind"), HasSubstr("read by second ("));
    ledger.engine.uninstall();
    EXPECT_EQ(guards(), "");
    client.exec("ALTER TABLE entry DROP COLUMN kind");
}

TEST_F(Integrity, AReleasedColumnIsRetypedAndTakenUpAgain) {
    client.exec("UPDATE entry SET amount = 3 WHERE id = 3");  // pending
    client.exec("BEGIN; SELECT freshet.release('entry'); ALTER TABLE entry ALTER COLUMN amount TYPE numeric(20,4), "
                "ALTER COLUMN kind TYPE varchar(200); COMMIT");
    EXPECT_EQ(client.scalar("SELECT state FROM freshet.status"), "broken");
    client.exec("INSERT INTO entry VALUES (900, 1, repeat('k', 150), '2026-05-01', 1234567890123.4567)");
    ledger.engine.install();
    EXPECT_EQ(ledger.wrong(), exact);
    client.exec("INSERT INTO entry VALUES (901, 1, repeat('k', 150), '2026-05-01', 1234567890123.4567)");
    EXPECT_EQ(ledger.fold().strategy, "delta");
    EXPECT_EQ(ledger.wrong(), exact);
    EXPECT_THAT(refusal("ALTER TABLE entry DROP COLUMN amount"), HasSubstr("read by report ("));
    EXPECT_THAT(refusal("SELECT freshet.release('pg_class')"), HasSubstr("no freshet view reads table"));
}

TEST_F(Integrity, InstallFollowsARenamedColumn) {
    client.exec("ALTER TABLE entry RENAME COLUMN amount TO value");
    client.exec("UPDATE entry SET value = value + 1");
    auto& query = ledger.engine.settings.views.front().query;
    query.replace(query.find("e.amount"), 8, "e.value");
    ledger.engine.install();
    EXPECT_EQ(differences(client, "report", query), exact);
    client.exec("UPDATE entry SET value = value * 2 WHERE id % 3 = 0");
    EXPECT_EQ(ledger.fold().strategy, "delta");
    EXPECT_EQ(differences(client, "report", query), exact);
    EXPECT_THAT(refusal("ALTER TABLE entry DROP COLUMN value"), HasSubstr("read by report ("));
}

// What bypasses capture, with a change that no trigger sees.
struct Bypass {
    std::string name;
    std::string sql;
    std::string reason;
    bool restorable = true;
};

std::ostream& operator<<(std::ostream& out, const Bypass& one) {
    return out << one.name;
}

const std::vector<Bypass>& bypasses() {
    static const std::vector<Bypass> all = {
        {"trigger_disabled", "ALTER TABLE entry DISABLE TRIGGER freshet_insert; INSERT INTO entry VALUES (900, 1, 'k0')",
         "trigger_disabled (freshet_insert on public.entry)", false},
        {"trigger_disabled_for_a_while",
         "ALTER TABLE entry DISABLE TRIGGER ALL; DELETE FROM entry WHERE id < 20; ALTER TABLE entry ENABLE TRIGGER ALL",
         "trigger_altered ("},
        {"trigger_dropped", "DROP TRIGGER freshet_update ON entry; UPDATE entry SET amount = 9 WHERE id = 4",
         "trigger_missing (freshet_update on public.entry)"},
        {"function_dropped",
         "DO $$ BEGIN EXECUTE (SELECT format('DROP FUNCTION %s CASCADE', oid::regprocedure) FROM pg_proc WHERE proname = "
         "'capture_' || (SELECT id FROM freshet.source WHERE table_name = 'entry') || '_delete'); END $$; "
         "DELETE FROM entry WHERE id = 5",
         "function_missing (capture_"},
        {"function_replaced",
         "DO $$ BEGIN EXECUTE (SELECT format('CREATE OR REPLACE FUNCTION %s RETURNS trigger LANGUAGE plpgsql AS ''BEGIN "
         "RETURN NULL; END''', oid::regprocedure) FROM pg_proc WHERE proname = 'capture_' || (SELECT id FROM freshet.source "
         "WHERE table_name = 'entry') || '_delete'); END $$; DELETE FROM entry WHERE id = 5",
         "function_replaced (capture_"},
        {"column_renamed_for_a_while",
         "ALTER TABLE entry RENAME COLUMN amount TO a; INSERT INTO entry VALUES (900, 1, 'k0', NULL, 5); "
         "ALTER TABLE entry RENAME COLUMN a TO amount",
         "column_altered (amount)"},
        {"key_dropped_for_a_while",
         "ALTER TABLE account DROP CONSTRAINT account_pkey CASCADE; UPDATE account SET id = 1; "
         "UPDATE account SET name = 'n' || active; DELETE FROM account WHERE ctid <> (SELECT min(ctid) FROM account); "
         "ALTER TABLE account ADD PRIMARY KEY (id)",
         "key_altered"},
        {"table_swapped",
         "ALTER TABLE entry RENAME TO past; CREATE TABLE entry (LIKE past INCLUDING ALL); "
         "INSERT INTO entry SELECT * FROM past WHERE id % 2 = 0",
         "table_replaced"},
        {"null_allowed", "ALTER TABLE account ALTER name DROP NOT NULL; UPDATE account SET name = NULL WHERE id = 3",
         "column_nullable (name)", false},
        {"key_dropped",
         "ALTER TABLE entry DROP CONSTRAINT entry_pkey; INSERT INTO entry SELECT * FROM entry; "
         "UPDATE entry SET amount = amount + 1",
         "key_gone", false},
    };
    return all;
}

// Those that do not wait for a person.
std::vector<Bypass> restorable_bypasses() {
    auto all = bypasses();
    std::erase_if(all, [](const Bypass& bypass) { return !bypass.restorable; });
    return all;
}

class Bypassed : public Integrity, public ::testing::WithParamInterface<Bypass> {
  protected:
    void bypass() {
        client.exec("UPDATE entry SET amount = amount + 1 WHERE id % 5 = 0");  // pending
        client.exec(GetParam().sql);
    }
    std::string fold_refused() {
        try {
            ledger.fold();
        } catch (const core::Error& error) {
            return error.what();
        }
        return "folded";
    }
};

TEST_P(Bypassed, IsSeenInTheSnapshotOfTheFold) {
    bypass();
    EXPECT_THAT(fold_refused(), HasSubstr(" are not captured: " + GetParam().reason));
    EXPECT_THAT(fold_refused(), HasSubstr(GetParam().reason));  // and goes on being seen
    EXPECT_TRUE(ledger.engine.plan().has_changes());
    ledger.engine.install();
    EXPECT_EQ(ledger.wrong(), exact);
    client.exec("UPDATE entry SET kind = 'later' WHERE id % 4 = 0; DELETE FROM entry WHERE id % 9 = 0");
    EXPECT_EQ(ledger.fold().strategy, "delta");
    EXPECT_EQ(ledger.wrong(), exact);
    EXPECT_FALSE(ledger.engine.plan().has_changes());
}

class PutRight : public Bypassed {};

TEST_P(PutRight, WithoutAnInstall) {
    bypass();
    const std::string restore =
        "SELECT bool_or(freshet.restore_capture(id, false)) FROM freshet.source WHERE id IN (SELECT source_id FROM "
        "freshet.capture_faults(ARRAY(SELECT id FROM freshet.source)))";
    EXPECT_EQ(client.scalar(restore), "t");
    EXPECT_EQ(client.scalar("SELECT state FROM freshet.status"), "broken");
    EXPECT_EQ(ledger.fold().strategy, "reconcile");  // a broken view is not folded
    EXPECT_EQ(client.scalar("SELECT state FROM freshet.status"), "ready");
    EXPECT_EQ(ledger.wrong(), exact);
    client.exec("UPDATE entry SET kind = 'later' WHERE id % 4 = 0; DELETE FROM entry WHERE id % 9 = 0");
    EXPECT_EQ(ledger.fold().strategy, "delta");
    EXPECT_EQ(ledger.wrong(), exact);
    EXPECT_FALSE(ledger.engine.plan().has_changes());
}

INSTANTIATE_TEST_SUITE_P(Ways, Bypassed, ::testing::ValuesIn(bypasses()),
                         [](const auto& one) { return one.param.name; });
INSTANTIATE_TEST_SUITE_P(Ways, PutRight, ::testing::ValuesIn(restorable_bypasses()),
                         [](const auto& one) { return one.param.name; });

TEST_F(Integrity, ARenamedColumnIsSeenAndNothingOfItIsFolded) {
    client.exec("ALTER TABLE entry RENAME COLUMN amount TO value; UPDATE entry SET value = 0");
    try {
        ledger.fold();
        ADD_FAILURE() << "folded";
    } catch (const core::Error& error) {
        EXPECT_STREQ(error.what(), "changes of entry are not captured: column_gone (amount)");
    }
}

// The log of a dump has transaction ids that are still to come here, and would be pending for ever after.
TEST_F(Integrity, ALogFromElsewhereIsNotFolded) {
    const auto log = "freshet.log_" + client.scalar("SELECT id FROM freshet.source WHERE table_name = 'entry'") + "_0";
    client.exec("UPDATE entry SET amount = amount + 1; UPDATE " + log +
                " SET freshet_xid = '99999999'; CREATE TABLE next(LIKE entry INCLUDING ALL); INSERT INTO next SELECT * FROM entry; "
                "ALTER TABLE entry RENAME TO past; ALTER TABLE next RENAME TO entry");
    EXPECT_EQ(client.scalar("SELECT freshet.restore_capture(id, false) FROM freshet.source WHERE table_name = 'entry'"), "t");
    EXPECT_EQ(ledger.fold().strategy, "reconcile");
    EXPECT_EQ(ledger.fold().kind, refresh::Outcome::Kind::nothing_pending);
    EXPECT_EQ(ledger.wrong(), exact);
}

TEST_F(Integrity, AUniqueIndexThatALookupCountsOnIsMissed) {
    client.exec(
        "ALTER TABLE account ADD code int; UPDATE account SET code = id; CREATE UNIQUE INDEX account_code ON account (code); "
        "UPDATE freshet.source SET lookup_keys = '[[\"code\"]]' WHERE table_name = 'account'; "
        "SELECT freshet.restore_capture(id, true) FROM freshet.source");
    ledger.fold();
    client.exec("CREATE UNIQUE INDEX account_code_too ON account (code) INCLUDE (name); DROP INDEX account_code");
    EXPECT_NO_THROW(ledger.fold());  // the other one will do
    client.exec("DROP INDEX account_code_too; CREATE UNIQUE INDEX account_code ON account (code) WHERE active");
    try {
        ledger.fold();
        ADD_FAILURE() << "folded";
    } catch (const core::Error& error) {
        EXPECT_STREQ(error.what(), "changes of account are not captured: unique_gone (code)");
    }
}

TEST_F(Integrity, AnOuterJoinIsNotFoldedWithoutItsUniqueIndex) {
    client.exec("ALTER TABLE account ADD code int; UPDATE account SET code = id; CREATE UNIQUE INDEX account_code ON account (code)");
    const std::string query =
        "SELECT a.name, count(*) AS n, sum(e.amount) AS total FROM entry e LEFT JOIN account a ON a.code = e.account_id "
        "GROUP BY a.name";
    ledger.engine.add_view("outer_joined", query).strategy = settings::StrategyChoice::delta;
    ledger.engine.install();
    client.exec("UPDATE account SET name = 'other' WHERE id = 3");
    EXPECT_EQ(ledger.engine.refresh("outer_joined").strategy, "delta");
    EXPECT_EQ(differences(client, "outer_joined", query), exact);
    client.exec("DROP INDEX account_code; INSERT INTO account (id, name, code) VALUES (50, 'twice', 3)");
    try {
        ledger.engine.refresh("outer_joined");
        ADD_FAILURE() << "folded";
    } catch (const core::Error& error) {
        EXPECT_STREQ(error.what(), "changes of account are not captured: unique_gone (code)");
    }
}

// Whether a refresh has to compare the whole image of a source.
bool witness_is_stale(Client& client) {
    return client.scalar("SELECT count(*)::text FROM freshet.source s JOIN freshet.capture_witness(ARRAY(SELECT id FROM "
                         "freshet.source)) w ON w.source_id = s.id WHERE w.witness IS DISTINCT FROM s.witness") != "0";
}

TEST_F(Integrity, TheWitnessOfCaptureOutlivesWritersAndVacuum) {
    EXPECT_FALSE(witness_is_stale(client));
    write_everything(client);
    client.exec("VACUUM ANALYZE entry");
    client.exec("VACUUM FREEZE pg_trigger");
    client.exec("VACUUM FULL pg_attribute");
    ledger.engine.refresh("report");
    EXPECT_FALSE(witness_is_stale(client));
}

TEST_F(Integrity, TheWitnessOfCaptureChangesWithWhateverCaptureRestsOn) {
    for (const auto* change :
         {"ALTER TABLE entry DISABLE TRIGGER freshet_insert", "ALTER TABLE entry ALTER COLUMN amount SET DEFAULT 1",
          "ALTER TABLE account DROP CONSTRAINT account_pkey CASCADE", "ALTER TABLE entry RENAME TO posting",
          "CREATE UNIQUE INDEX ON entry (id, kind)", "DROP FUNCTION freshet.capture_1_delete CASCADE",
          "ALTER FUNCTION freshet.capture_1_update() RESET ALL"}) {
        client.exec("BEGIN");
        client.exec(change);
        EXPECT_TRUE(witness_is_stale(client)) << change;
        client.exec("ROLLBACK");
        EXPECT_FALSE(witness_is_stale(client)) << change;
    }
}

TEST_F(Integrity, AnInstallOfAnotherViewBreaksNone) {
    client.exec("UPDATE entry SET amount = 0 WHERE id = 4");
    ledger.engine.add_view("second", "SELECT kind, count(*) AS n FROM entry GROUP BY kind");
    ledger.engine.install();
    EXPECT_EQ(client.scalar("SELECT string_agg(state, ',') FROM freshet.status"), "ready,ready");
    EXPECT_EQ(ledger.fold().strategy, "delta");
    EXPECT_EQ(ledger.wrong(), exact);
    ledger.engine.settings.views.pop_back();
    ledger.engine.install();
    EXPECT_EQ(client.scalar("SELECT string_agg(state, ',') FROM freshet.status"), "ready");
    EXPECT_FALSE(ledger.engine.plan().has_changes());
}

}  // namespace
}  // namespace freshet::testing
