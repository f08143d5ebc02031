// What reading a report costs: the queries of dashboards, over freshet's public relations and over materialized views
// with the same indexes.
#include "bench.hpp"
#include "daemon.hpp"
#include "firm.hpp"

namespace freshet::bench {

namespace {

struct Dashboard {
    const char* name;
    const char* sql;  // with @ before the names of reports
};

constexpr Dashboard dashboards[] = {
    {"revenue of a firm's projects, 12 months",
     "SELECT project_id, project_name, client_id, month, total_revenue, labor_cost, expense_cost, overhead_cost, "
     "total_revenue - labor_cost - expense_cost - overhead_cost AS net_margin, team_members "
     "FROM @mv_revenue_by_project_month WHERE firm_id = 1 AND month >= CURRENT_DATE - 365 ORDER BY month DESC, "
     "project_id"},
    {"a firm's months, 3 years",
     "SELECT month, sum(total_revenue), sum(labor_cost), sum(expense_cost), sum(billable_hours) / "
     "nullif(sum(total_hours), 0) "
     "FROM @mv_revenue_by_project_month WHERE firm_id = 2 GROUP BY month ORDER BY month DESC"},
    {"one project",
     "SELECT month, total_hours, billable_hours, team_members, days_worked, tasks_worked, total_cost "
     "FROM @mv_utilization_by_project_month WHERE project_id = 7 ORDER BY month DESC"},
    {"utilization of a firm's users, 13 weeks",
     "SELECT user_id, week_start, total_hours, billable_hours / nullif(total_hours, 0), total_hours / 40, "
     "projects_worked "
     "FROM @mv_utilization_by_user_week WHERE firm_id = 1 AND week_start >= CURRENT_DATE - 91 ORDER BY week_start "
     "DESC, user_id"},
    {"one user, 3 years",
     "SELECT week_start, total_hours, billable_hours, days_worked, total_cost FROM @mv_utilization_by_user_week "
     "WHERE user_id = 11 ORDER BY week_start DESC"},
    {"the projects of a client",
     "SELECT project_name, month, total_hours, total_cost FROM @mv_utilization_by_project_month WHERE client_id = 4 "
     "ORDER BY month DESC"},
};

double seconds_of(testing::Client& client, const std::string& sql) {
    const Stopwatch watch;
    client.query(sql);
    return watch.seconds();
}

std::string over(std::string sql, const std::string& prefix) {
    return sql.replace(sql.find('@'), 1, prefix);
}

}  // namespace

void measure_reads(Bench& bench) {
    bench.say("generating 100 projects, 50 users, 3 years");
    const auto conninfo = bench.sample_firm("reads", "1");
    testing::Client client(conninfo);
    create_materialized_views(client, Indexes::as_configured);
    Daemon daemon(conninfo, {});
    daemon.install();
    client.exec("VACUUM ANALYZE");
    Section section{"reads", "Dashboard queries at 100 projects, 50 users, 3 years"};
    std::vector<double> ours(static_cast<std::size_t>(bench.options.reads));
    std::vector<double> theirs = ours;
    for (const auto& dashboard : dashboards) {
        Figure freshet{"freshet", {}};
        Figure plain{"a materialized view", {}};
        for (std::size_t i = 0; i < ours.size(); ++i) {
            if (i % 2 == 0) freshet.samples.add(seconds_of(client, over(dashboard.sql, "")));
            plain.samples.add(seconds_of(client, over(dashboard.sql, "plain_")));
            if (i % 2 != 0) freshet.samples.add(seconds_of(client, over(dashboard.sql, "")));
            ours[i] += freshet.samples.values().back();
            theirs[i] += plain.samples.values().back();
        }
        section.comparisons.push_back({dashboard.name, Unit::seconds, {freshet, plain}});
    }
    section.comparisons.push_back(
        {"all of them", Unit::seconds, {{"freshet", Samples(ours)}, {"a materialized view", Samples(theirs)}}});
    section.reached.emplace_back("reads", paired_ratios(Samples(ours), Samples(theirs)));
    daemon.prove_exact();
    bench.report.add(section);
    bench.drop("reads");
}

}  // namespace freshet::bench
