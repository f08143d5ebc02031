// A fold of a few changes reads no source and no state from end to end, whatever the planner was told about them:
// statistics that were never taken, those of a table that had one row, or a log full of rows that are folded already.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "support/counted_office.hpp"
#include "support/office.hpp"
#include "support/statement_counts.hpp"

namespace freshet::testing {
namespace {

constexpr const char* of_tables_folds_read =
    "c.relkind IN ('r', 'i') AND (n.nspname = 'freshet' OR c.relname ~ '^(firms|projects|finance)')";

struct Change {
    std::string sql;
    long logged;  // rows
};

// Each kind of change, of one row and of a thousand. `n` keeps them apart.
std::vector<Change> changes(int number) {
    const auto n = std::to_string(number);
    const auto thousand = "IN (SELECT g * 90 + " + n + " FROM generate_series(1, 1000) g)";
    return {
        {"UPDATE projects_time_entries SET hours = 7.75 - hours WHERE id = " + n + "000", 2},
        {"UPDATE projects_time_entries SET hours = 7.75 - hours WHERE id " + thousand, 2000},
        {"UPDATE projects_time_entries SET approved = NOT approved WHERE id " + thousand, 1000},
        {"DELETE FROM projects_time_entries WHERE id = " + n + "007", 1},
        {"INSERT INTO projects_time_entries (project_id, task_id, user_id, date, hours, hourly_rate, approved) "
         "SELECT project_id, task_id, user_id, date, hours, hourly_rate, true FROM projects_time_entries WHERE id " +
             thousand,
         1000},
        {"UPDATE projects_expenses SET amount = amount + 1 WHERE id = " + n, 2},
        {"UPDATE finance_invoices SET paid_amount = paid_amount + 1 WHERE id = " + n, 2},
        {"UPDATE projects_projects SET name = name || '!' WHERE id = " + n, 2}};
}

struct Scan {
    long rows = 0;
    bool tiny = false;  // a few pages
};

class SmallBatches : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        cluster() = std::make_unique<PrivateCluster>(settings_that_count());
        office_slot() = std::make_unique<CountedOffice>(*cluster(), FRESHETD_BINARY, "1");
    }
    static void TearDownTestSuite() {
        office_slot().reset();
        cluster().reset();
    }
    static std::unique_ptr<PrivateCluster>& cluster() {
        static std::unique_ptr<PrivateCluster> one;
        return one;
    }
    static std::unique_ptr<CountedOffice>& office_slot() {
        static std::unique_ptr<CountedOffice> one;
        return one;
    }
    static CountedOffice& office() { return *office_slot(); }

    // As if each table had last been analyzed when it was like that; -1 and 0: never.
    void pretend_statistics(const std::string& tuples, const std::string& pages) {
        office().client.exec(
            "DELETE FROM pg_statistic WHERE starelid IN (SELECT c.oid FROM pg_class c JOIN pg_namespace n "
            "ON n.oid = c.relnamespace WHERE " +
            std::string(of_tables_folds_read) + ")");
        office().client.exec("UPDATE pg_class c SET reltuples = " + tuples + ", relpages = " + pages +
                             ", relallvisible = 0 FROM pg_namespace n WHERE n.oid = c.relnamespace AND " +
                             of_tables_folds_read);
    }

    std::map<std::string, Scan> scans(const std::string& tables) {
        office().session().show_statistics();
        // What this session itself has read, the oracle's query among it, must not show up in between.
        office().client.exec("SELECT pg_stat_force_next_flush()");
        std::map<std::string, Scan> result;
        for (const auto& row : office().client.query(
                 "SELECT schemaname || '.' || relname, seq_tup_read, pg_relation_size(relid) <= 4 * 8192 "
                 "FROM pg_stat_user_tables WHERE schemaname || '.' || relname ~ $1",
                 {tables})) {
            result[*row[0]] = {std::stol(*row[1]), *row[2] == "t"};
        }
        return result;
    }

    // Whoever has but a few times the rows that were logged may be read as a whole, and once whoever has a few pages.
    void fold_and_look(const Change& change, const std::string& tables) {
        office().client.exec(change.sql);
        for (const auto& report : office_reports()) {
            const auto before = scans(tables);
            const auto how = office().fold(report.name).strategy;
            EXPECT_TRUE(how == "delta" || how.empty()) << how;  // empty: it does not concern the report
            for (const auto& [table, after] : scans(tables)) {
                const long allowed = after.tiny ? std::max(4 * change.logged, 200L) : 4 * change.logged;
                EXPECT_LE(after.rows - before.at(table).rows, allowed)
                    << "rows of " << table << " were scanned for " << report.name << " after " << change.sql;
            }
        }
    }

    // With plans made for these parameters, and with plans made for any, which a session has after some folds.
    void fold_all_kinds(int number, const std::string& tables = "^public\\.|^freshet\\.(state|values)_") {
        for (const auto* mode : {"force_custom_plan", "force_generic_plan"}) {
            SCOPED_TRACE(mode);
            office().session().set("SET plan_cache_mode = " + std::string(mode));
            for (const auto& change : changes(number++)) fold_and_look(change, tables);
        }
        EXPECT_EQ(office().differences(), std::vector<std::string>{});
    }
};

TEST_F(SmallBatches, WithStatistics) {
    office().client.exec("ANALYZE");
    fold_all_kinds(1);
}

TEST_F(SmallBatches, WithoutStatistics) {
    pretend_statistics("-1", "0");
    fold_all_kinds(3);
}

TEST_F(SmallBatches, WithStatisticsOfTablesThatHadOneRow) {
    pretend_statistics("1", "1");
    fold_all_kinds(5);
}

TEST_F(SmallBatches, BesideAHugeLogThatIsFoldedAlready) {
    office().change_hours("true");
    office().fold_all();
    office().client.exec("ANALYZE");
    fold_all_kinds(7, "^public\\.|^freshet\\.(state|values|log)_");
}

}  // namespace
}  // namespace freshet::testing
