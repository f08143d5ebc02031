// The report that the sample's first one replaces joined three facts in one FROM. It overstates; the shipped one does
// not.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "support/engine.hpp"

namespace freshet::testing {
namespace {

std::string sample_file(const std::string& name) {
    const std::ifstream file(std::string(FRESHET_SOURCE_DIR) + "/config/sample/" + name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

TEST(NaiveReport, MultipliesSumsWhereTheShippedOneAddsUp) {
    Database database;
    Client client(database.conninfo());
    client.exec(sample_file("schema.sql"));
    client.exec(sample_file("generate.sql"));
    client.query("SELECT sample.generate(0.05)");
    const auto query = sample_file("views/mv_revenue_by_project_month.sql");
    Engine engine(database.conninfo());
    engine.add_view("mv_revenue_by_project_month", query);
    engine.install();
    client.exec("CREATE VIEW naive AS " + sample_file("naive_revenue.sql"));

    // The truth, one fact at a time, by nothing but a filter.
    const auto revenue = client.scalar(
        "SELECT sum(i.paid_amount) FROM finance_invoices i JOIN projects_projects p ON p.id = "
        "i.project_id WHERE i.status IN ('paid', 'partial')");
    const auto hours = client.scalar("SELECT sum(hours) FROM projects_time_entries WHERE approved");
    const auto expenses = client.scalar("SELECT sum(amount) FROM projects_expenses WHERE status = 'approved'");
    const auto totals = [&](const std::string& relation) {
        return client.query("SELECT sum(total_revenue), sum(total_hours), sum(expense_cost) FROM " + relation).front();
    };
    EXPECT_EQ(totals("mv_revenue_by_project_month"), (Row{revenue, hours, expenses}));
    EXPECT_EQ(
        differences(client, "mv_revenue_by_project_month", query,
                    "firm_id, project_id, month, total_revenue, labor_cost, expense_cost, overhead_cost, team_members, "
                    "total_hours, billable_hours, invoice_count, paid_invoice_count"),
        std::vector<std::string>{});
    const auto naive = totals("naive");
    EXPECT_GT(std::stod(*naive[0]), 2 * std::stod(revenue))
        << "every invoice counts once for each time entry and expense";
    // And it loses the months without an invoice.
    EXPECT_EQ(client.scalar(
                  "SELECT count(*) > 0 FROM mv_revenue_by_project_month r WHERE total_hours > 0 AND NOT EXISTS (SELECT "
                  "FROM naive n WHERE n.project_id = r.project_id AND n.month = r.month)"),
              "t");
}

}  // namespace
}  // namespace freshet::testing
