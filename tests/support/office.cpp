#include "support/office.hpp"

#include <filesystem>
#include <stdexcept>

#include "support/files.hpp"

namespace freshet::testing {

namespace {

const std::filesystem::path sample = std::filesystem::path(FRESHET_SOURCE_DIR) / "config" / "sample";

void replace(std::string& text, const std::string& what, const std::string& with) {
    auto found = text.find(what);
    if (found == std::string::npos) throw std::logic_error("the sample configuration has no " + what);
    for (; found != std::string::npos; found = text.find(what, found + with.size())) {
        text.replace(found, what.size(), with);
    }
}

}  // namespace

const std::vector<Report>& office_reports() {
    static const std::vector<Report> reports = {
        {"mv_revenue_by_project_month", "month",
         "firm_id, project_id, project_name, project_code, client_id, month, total_revenue, labor_cost, expense_cost, "
         "overhead_cost, team_members, total_hours, billable_hours, invoice_count, paid_invoice_count"},
        {"mv_utilization_by_user_week", "week_start",
         "firm_id, user_id, week_start, total_hours, billable_hours, non_billable_hours, projects_worked, days_worked, "
         "total_cost, billable_cost"},
        {"mv_utilization_by_project_month", "month",
         "firm_id, project_id, project_name, project_code, client_id, month, total_hours, billable_hours, "
         "non_billable_hours, team_members, days_worked, tasks_worked, total_cost, billable_cost"}};
    return reports;
}

void create_office(Client& client, const std::string& scale) {
    client.exec(read_text(sample / "schema.sql"));
    client.exec(read_text(sample / "generate.sql"));
    client.query("SELECT sample.generate($1::numeric)", {scale});
}

std::string office_configuration(const std::string& conninfo, const std::string& daemon) {
    std::string text = read_text(sample / "freshet.json");
    replace(text, R"("conninfo": "")", R"("conninfo": ")" + conninfo + '"');
    replace(text, "127.0.0.1:9632", "127.0.0.1:0");
    replace(text, R"("workers": 4, "notify": "armed", "poll_interval": "1s")", daemon);
    replace(text, "\"views/", "\"" + (sample / "views").string() + "/");
    return text;
}

std::vector<std::string> office_differences(Client& client, const Report& report) {
    const std::string query = read_text(sample / "views" / (report.name + ".sql"));
    const Rows rows = client.query(
        "WITH published AS MATERIALIZED (SELECT " + report.columns + " FROM " + report.name +
            "), expected AS MATERIALIZED (SELECT " + report.columns + " FROM (" + query + "\n) AS q WHERE q." +
            report.horizon_key +
            " >= (SELECT p.horizon::date FROM freshet.position p JOIN freshet.view v ON v.id = p.view_id "
            "WHERE v.relation_name = $1)) "
            "SELECT 'missing ' || x::text FROM (TABLE expected EXCEPT ALL TABLE published) AS x "
            "UNION ALL SELECT 'unexpected ' || x::text FROM (TABLE published EXCEPT ALL TABLE expected) AS x",
        {report.name});
    std::vector<std::string> result;
    for (const Row& row : rows) result.push_back(row.front().value_or("NULL"));
    return result;
}

bool caught_up(Client& client) {
    return client.scalar(
               "SELECT coalesce(bool_and(state = 'ready' AND pending_changes = 0), false) FROM freshet.status") == "t";
}

}  // namespace freshet::testing
