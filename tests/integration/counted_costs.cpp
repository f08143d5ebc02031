// What capture and folds cost, as numbers that are the same on every machine: statements, round trips, rows, buffers.
// A change that makes one of them grow fails here, long before a benchmark would show it. docs/testing.md says how the
// limits are lowered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <numeric>

#include "support/cost_limits.hpp"
#include "support/counted_office.hpp"
#include "support/eventually.hpp"
#include "support/ledger_daemon.hpp"
#include "support/office.hpp"
#include "support/statement_counts.hpp"

namespace freshet::testing {
namespace {

void hold(const std::string& what, double measured) {
    const auto* const limit =
        std::find_if(std::begin(cost_limits), std::end(cost_limits), [&](const auto& one) { return one.what == what; });
    ASSERT_NE(limit, std::end(cost_limits)) << what;
    std::cout << "  " << what << ": " << measured << '\n';
    if (limit->rule == CostRule::exactly) {
        EXPECT_EQ(measured, limit->value) << what << "; hint: if it became less, write that into cost_limits.hpp";
    } else {
        EXPECT_LE(measured, limit->value) << what;
    }
}

class CountedCosts : public ::testing::Test {
  protected:
    static void SetUpTestSuite() { cluster() = std::make_unique<PrivateCluster>(settings_that_count()); }
    static void TearDownTestSuite() { cluster().reset(); }
    static std::unique_ptr<PrivateCluster>& cluster() {
        static std::unique_ptr<PrivateCluster> one;
        return one;
    }
};

TEST_F(CountedCosts, OfAFold) {
    CountedOffice office(*cluster(), FRESHETD_BINARY, "0.1");
    StatementCounts counts(office.database.conninfo());
    office.change_hours("id IN " + CountedOffice::one_of_each_group(1));
    counts.begin();
    const auto trips = office.gate.round_trips();
    office.fold(CountedOffice::user_week);
    hold("round trips of a fold", double(office.gate.round_trips() - trips));
    hold("statements of a fold", double(counts.calls()));
    counts.begin();
    office.fold(CountedOffice::user_week);
    hold("statements of a turn with nothing to fold", double(counts.calls()));
}

TEST_F(CountedCosts, OfCapture) {
    CountedOffice office(*cluster(), FRESHETD_BINARY, "0.1");
    const auto logged = [&](const std::string& statement) {
        const auto rows = [&] {
            return std::stol(office.client.scalar(
                "SELECT sum(n) FROM (SELECT (xpath('/row/n/text()', query_to_xml('SELECT count(*) AS n FROM "
                "freshet.log_' "
                "|| id, false, true, '')))[1]::text::bigint AS n FROM freshet.source) AS counted"));
        };
        const auto before = rows();
        office.client.exec(statement);
        return double(rows() - before);
    };
    const std::string entry =
        "INSERT INTO projects_time_entries (id, project_id, user_id, date, hours, hourly_rate, approved) ";
    hold("rows logged by an insert", logged(entry + "VALUES (-1, 1, 1, CURRENT_DATE, 2, 80, true)"));
    hold("rows logged by an update", logged("UPDATE projects_time_entries SET hours = 3 WHERE id = -1"));
    hold("rows logged by a delete", logged("DELETE FROM projects_time_entries WHERE id = -1"));
    hold("rows logged by an update of what no report reads", logged("UPDATE finance_invoices SET total_amount = 1"));
    hold("rows logged by an insert that no report shows",
         logged(entry + "VALUES (-2, 1, 1, CURRENT_DATE, 2, 80, false)"));
    hold("rows logged by 1,000 rows inserted alike",
         logged(entry + "SELECT -10 - g, 1, 1, CURRENT_DATE, 2, 80, true FROM generate_series(1, 1000) g"));
    office.fold_all();
    EXPECT_EQ(office.differences(), std::vector<std::string>{});
}

TEST_F(CountedCosts, OfTheRowsOfFoldedGroups) {
    CountedOffice office(*cluster(), FRESHETD_BINARY, "0.1");
    const int groups = 100;
    const auto measure = [&](const std::string& kind, const std::string& statement, bool with_revenue) {
        office.client.exec(statement);
        const auto of = [&](const std::string& report, const std::string& label) {
            const auto pattern = office.kept_for(report);
            const auto before = office.tables(pattern).written;
            const auto outcome = office.fold(report);
            const auto folded = outcome.groups_upserted + outcome.groups_deleted;
            hold("writes a group: " + kind + ", " + label,
                 double(office.tables(pattern).written - before) / double(folded));
        };
        of(CountedOffice::user_week, "user-week");
        of(CountedOffice::project_month, "project-month");
        if (with_revenue) of(CountedOffice::revenue, "revenue");
    };
    const auto chosen = "id IN " + CountedOffice::one_of_each_group(groups);
    measure(
        "other hours",
        "UPDATE projects_time_entries SET hours = CASE WHEN hours > 5 THEN 0.25 ELSE hours + 0.25 END WHERE " + chosen,
        true);
    // To each group one entry of a user, a day (nobody works on Sundays) and a task that are new to it.
    measure("new values",
            "INSERT INTO projects_time_entries (id, project_id, task_id, user_id, date, hours, hourly_rate, approved) "
            "SELECT -id, project_id, -id, -1 - row_number() OVER (), first_sunday, 1, 80, true "
            "FROM projects_time_entries, date_trunc('month', date) AS month, "
            "LATERAL (SELECT month::date + (7 - extract(dow FROM month)::integer) % 7 AS first_sunday) AS s WHERE " +
                chosen,
            false);
    measure("values gone", "DELETE FROM projects_time_entries WHERE id < 0", false);
    office.fold_all();
    EXPECT_EQ(office.differences(), std::vector<std::string>{});
}

TEST_F(CountedCosts, OfBuffersFollowTheChangeAndNotTheTable) {
    std::map<std::string, double> touched;
    for (const auto& [scale, entries] : {std::pair("0.5", "50,000"), std::pair("2", "200,000")}) {
        CountedOffice office(*cluster(), FRESHETD_BINARY, scale);
        StatementCounts counts(office.database.conninfo());
        const auto measure = [&](const std::string& what, const std::string& which) {
            office.change_hours(which);
            counts.begin();
            office.fold_all();
            const auto name = what + " of " + entries;
            touched[what + scale] = double(counts.buffers());
            hold("buffers: " + name, touched[what + scale]);
        };
        measure("1 changed entry", "id IN " + CountedOffice::one_of_each_group(1));
        measure("250 changed entries", "id IN " + CountedOffice::one_of_each_group(250));
        EXPECT_EQ(office.differences(), std::vector<std::string>{});
    }
    hold("buffers: 200,000 entries to 50,000, 1 changed", touched["1 changed entry2"] / touched["1 changed entry0.5"]);
    hold("buffers: 200,000 entries to 50,000, 250 changed",
         touched["250 changed entries2"] / touched["250 changed entries0.5"]);
}

TEST_F(CountedCosts, OfAnIdleDaemon) {
    LedgerConfiguration configuration;
    configuration.daemon = R"("poll_interval": "100ms")";
    LedgerDaemon ledger(FRESHETD_BINARY, configuration, *cluster());
    // A session that ends tells the statistics what it wrote; later, it would look like a change that was not captured.
    ledger.client = Client(ledger.database.conninfo());
    ledger.install();
    ledger.start();
    ledger.wait_until_armed();
    StatementCounts counts(ledger.database.conninfo());
    const auto is_poll = [](const StatementCount& one) {
        return one.text.find("notification_queue") != std::string::npos;
    };
    const auto polls = [&] {
        const auto taken = counts.taken();
        return std::accumulate(taken.begin(), taken.end(), 0L,
                               [&](long sum, const auto& one) { return sum + (is_poll(one) ? one.calls : 0); });
    };
    // Two polls a second, so at the usual pace of upkeep a round of it, at least, would fall into each count.
    std::size_t others = 1;
    const auto is_quiet = [&] {
        counts.begin();
        EXPECT_TRUE(eventually([&] { return polls() >= 12; }, std::chrono::seconds(60)));
        const auto taken = counts.taken();
        others = taken.size() - std::size_t(std::count_if(taken.begin(), taken.end(), is_poll));
        return others == 0;
    };
    eventually(is_quiet, std::chrono::seconds(50));
    hold("statements of an idle daemon other than its poll", double(others));
}

}  // namespace
}  // namespace freshet::testing
