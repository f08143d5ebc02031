// A view is proven by digests while its folds go on: what is equal is proven, nothing that differs is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "support/ledger.hpp"

namespace freshet::testing {
namespace {

using ::testing::HasSubstr;

struct ProofsBeside : ::testing::Test {
    // Whether the report was proven. If not, then for a difference.
    bool proven() {
        const auto beside = ledger.engine.prove_beside("report");
        EXPECT_TRUE(beside.proof || beside.why_not == "it does not read as its query does") << beside.why_not;
        EXPECT_TRUE(!beside.proof || (beside.proof->differences == 0 && !beside.proof->busy && beside.proof->as_of > 0));
        return beside.proof.has_value();
    }
    std::string generation() { return ledger.client.scalar("SELECT generation FROM freshet.position"); }
    std::string state() {
        return "freshet." + ledger.client.scalar(
                                "SELECT relname FROM pg_class WHERE relname ~ '^state_' AND relkind = 'r' "
                                "AND relnamespace = 'freshet'::regnamespace");
    }
    // Names of columns of the state, separated by commas.
    std::string columns_like(const std::string& pattern) {
        return ledger.client.scalar(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute "
            "WHERE attrelid = $1::regclass AND attnum > 0 AND attname ~ $2",
            {state(), pattern});
    }
    void behind_the_triggers(const std::string& change) {
        ledger.client.exec("SET session_replication_role = replica; " + change + "; RESET session_replication_role");
    }
    Ledger ledger;
};

TEST_F(ProofsBeside, WhatIsEqualIsProvenAfterAFoldOfItsOwn) {
    ledger.engine.install();
    EXPECT_TRUE(proven());
    ledger.client.exec(
        "INSERT INTO entry SELECT g, 1 + g % 12, 'k1', date '2026-02-01', 0.01 FROM generate_series(1001, 1100) g; "
        "UPDATE account SET name = 'other' WHERE id = 3; DELETE FROM entry WHERE id % 7 = 0");
    EXPECT_TRUE(proven());
    EXPECT_EQ(ledger.wrong(), exact);  // it has folded them
    const auto before = generation();
    EXPECT_TRUE(proven());
    EXPECT_EQ(generation(), before);
}

// Each is one small thing that is wrong in the report or behind it, and must be seen.
TEST_F(ProofsBeside, EachDriftIsFound) {
    ledger.engine.install();
    const auto table = state();
    const auto columns = columns_like(".");
    const auto sum = columns_like("^s[0-9]+$");
    const auto not_null = columns_like("^c[0-9]+$");
    ASSERT_FALSE(sum.empty()) << columns;
    ASSERT_FALSE(not_null.empty()) << columns;
    const auto one = " WHERE ctid = (SELECT min(ctid) FROM " + table + " WHERE n > 0)";
    ledger.client.exec("CREATE TABLE kept AS SELECT * FROM " + table);
    for (const auto& index : ledger.client.query("SELECT indexrelid::regclass FROM pg_index WHERE indrelid = '" + table +
                                                 "'::regclass")) {
        ledger.client.exec("DROP INDEX " + *index.at(0));  // it would not let a row be doubled
    }
    for (const auto& drift : {
             "UPDATE " + table + " SET " + sum + " = " + sum + " + 0.01" + one,                   // a digit
             "UPDATE " + table + " SET " + sum + " = (" + sum + "::text || '0')::numeric" + one,  // how it reads
             "UPDATE " + table + " SET " + not_null + " = " + not_null + " + 1" + one,            // no reader sees it
             "DELETE FROM " + table + one,
             "INSERT INTO " + table + " (" + columns + ") SELECT " + columns + " FROM kept LIMIT 1",
         }) {
        EXPECT_TRUE(proven());
        ledger.client.exec(drift);
        EXPECT_FALSE(proven()) << drift;
        ledger.client.exec("DELETE FROM " + table + "; INSERT INTO " + table + " (" + columns + ") SELECT " + columns +
                           " FROM kept");
    }
    EXPECT_TRUE(proven());
}

TEST_F(ProofsBeside, AChangeThatNoTriggerSawIsFound) {
    ledger.engine.install();
    behind_the_triggers("UPDATE entry SET amount = amount + 1 WHERE id = 1");
    EXPECT_FALSE(proven());
    refresh::VerifyRequest repair;
    repair.repair = true;
    EXPECT_EQ(ledger.engine.verify("report", repair).differences, 2);
    EXPECT_TRUE(proven());
}

// Whoever refreshes the view between the fold and the look at what it left moves the position, as this trigger does.
TEST_F(ProofsBeside, APositionThatMovedLeadsToAnotherTry) {
    ledger.engine.install();
    ledger.client.exec(
        "CREATE FUNCTION moves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "NEW.generation := NEW.generation + 1; RETURN NEW; END $$; "
        "CREATE TRIGGER moves BEFORE UPDATE ON freshet.position FOR EACH ROW EXECUTE FUNCTION public.moves();"
        "INSERT INTO entry VALUES (1001, 1, 'k1', '2026-02-01', 5)");
    const auto before = std::stoll(generation());
    EXPECT_TRUE(proven());  // the second time nothing was pending
    EXPECT_EQ(std::stoll(generation()), before + 2);
    // Now something is pending each time.
    ledger.client.exec(
        "CREATE FUNCTION writes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO public.entry SELECT max(id) + 1, 1, 'k1', '2026-02-01', 1 FROM public.entry; RETURN NULL; END $$; "
        "CREATE TRIGGER writes AFTER UPDATE ON freshet.position FOR EACH ROW EXECUTE FUNCTION public.writes();"
        "INSERT INTO entry VALUES (2001, 1, 'k1', '2026-02-01', 5)");
    const auto beside = ledger.engine.prove_beside("report");
    EXPECT_FALSE(beside.proof);
    EXPECT_EQ(beside.why_not, "it was refreshed by others each time");
    EXPECT_EQ(ledger.engine.verify("report").differences, 0);
}

TEST_F(ProofsBeside, BesideConstantWriters) {
    ledger.engine.install();
    std::atomic<bool> over = false;
    std::thread writer([&] {
        Client client(ledger.database.conninfo());
        for (int id = 10'000; !over; ++id) {
            client.exec("INSERT INTO entry VALUES (" + std::to_string(id) + ", 1 + " + std::to_string(id % 12) +
                        ", 'k1', '2026-02-01', 1.5)");
            client.exec("UPDATE entry SET amount = amount + 0.01 WHERE id = 1 + " + std::to_string(id % 200));
            client.exec("UPDATE account SET active = NOT active WHERE id = 1 + " + std::to_string(id % 12));
        }
    });
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(proven());
    }
    over = true;
    writer.join();
}

TEST_F(ProofsBeside, WhereDigestsDoNotApplyItSaysSo) {
    ledger.engine.add_view("above", "SELECT kind, sum(n) AS n FROM report GROUP BY kind");
    ledger.engine.install();
    EXPECT_THAT(ledger.engine.prove_beside("above").why_not, HasSubstr("it reads other views"));
    EXPECT_TRUE(proven());  // beside what reads it
}

TEST_F(ProofsBeside, OfATenant) {
    ledger.engine.settings.views.front().tenant = "kind";
    ledger.engine.install();
    refresh::VerifyRequest one;
    one.tenant = "k1";
    EXPECT_TRUE(ledger.engine.prove_beside("report", one).proof);
    behind_the_triggers("UPDATE entry SET amount = amount + 1 WHERE kind = 'k0'");
    EXPECT_TRUE(ledger.engine.prove_beside("report", one).proof);
    one.tenant = "k0";
    EXPECT_FALSE(ledger.engine.prove_beside("report", one).proof);
}

}  // namespace
}  // namespace freshet::testing
