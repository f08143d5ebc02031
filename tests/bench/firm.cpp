#include "firm.hpp"

#include <algorithm>
#include <stdexcept>

#include "freshet/sql/texts.hpp"

namespace freshet::bench {

namespace {

constexpr long weeks = 156;
constexpr long entries_a_week = 25;       // of a user
constexpr long entries_a_project = 1980;  // 55 in each of 36 months

// Numbers are hashed, so that each size has the same firm each time. $1..$3 are entries, users and projects. Entries
// come in the order of their days, and indexes and foreign keys after the rows.
constexpr const char* fill = R"(
CREATE FUNCTION pg_temp.pick(n bigint, sort bigint, choices bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
RETURN (hashint8extended(n, sort) & 9223372036854775807) % choices;

INSERT INTO firms (id, name) VALUES (1, 'Harbour & Finch'), (2, 'Calder Partners'), (3, 'Mirai Works');

INSERT INTO projects_projects (id, firm_id, client_id, name, project_code)
SELECT n, 1 + (n - 1) % 3, 1 + (n - 1) % 3 + 3 * pg_temp.pick(n, 1, 1 + @projects / 9),
    (ARRAY['Audit', 'Website', 'Migration', 'Due diligence', 'Training'])[1 + n % 5] || ' ' || n,
    'P-' || LPAD(n::text, 5, '0')
FROM generate_series(1, @projects) n;

INSERT INTO finance_invoices (id, project_id, client_id, status, issue_date, total_amount, paid_amount)
SELECT n, 1 + pg_temp.pick(n, 2, @projects), 1, CASE WHEN n % 10 < 8 THEN 'paid' ELSE 'sent' END,
    @monday + (n * 1092 / (@invoices + 1))::integer, 500 + n % 9000, CASE WHEN n % 10 < 8 THEN 500 + n % 9000 END
FROM generate_series(1, @invoices) n;

INSERT INTO projects_expenses (id, project_id, date, amount, status)
SELECT n, 1 + pg_temp.pick(n, 3, @projects), @monday + (n * 1092 / (@expenses + 1))::integer, 5 + n % 900 + 0.5,
    CASE WHEN n % 4 < 3 THEN 'approved' ELSE 'submitted' END
FROM generate_series(1, @expenses) n;

INSERT INTO projects_time_entries (id, project_id, task_id, user_id, date, hours, hourly_rate, is_billable, approved)
SELECT n, project, CASE WHEN n % 7 > 0 THEN project * 20 + n % 20 END, person,
    @monday + (week * 7 + n % 25 / 5)::integer,
    (1 + n % 22) * 0.25, 50 + 5 * (person % 31), n % 4 > 0, n % 12 > 0
FROM (
    SELECT n, person, week,
        1 + (person - 1) % 3
        + 3 * pg_temp.pick(person * 1000 + week, n % 4, (@projects - 1 - (person - 1) % 3) / 3 + 1) AS project
    FROM (SELECT n, 1 + n / 25 % @users AS person, n / (25 * @users) AS week FROM generate_series(0, @entries - 1) n) AS w
) AS e WHERE n > 0;
)";

// Everything but the table itself, to be created anew afterwards.
struct Structure {
    std::vector<std::string> drop;
    std::vector<std::string> create;
};

Structure structure_of(testing::Client& client, const std::string& table) {
    Structure structure;
    for (const auto& row : client.query(
             "SELECT format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid) FROM pg_index i "
             "WHERE i.indrelid = $1::regclass AND NOT i.indisprimary",
             {table})) {
        structure.drop.push_back(*row[0]);
        structure.create.push_back(*row[1]);
    }
    for (const auto& row : client.query(
             "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname), "
             "format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) "
             "FROM pg_constraint WHERE conrelid = $1::regclass AND contype IN ('f', 'p') ORDER BY contype",
             {table})) {
        structure.drop.push_back(*row[0]);
        structure.create.insert(structure.create.begin(), *row[1]);  // the primary key first
    }
    return structure;
}

std::string with_numbers(std::string sql, const std::vector<std::pair<std::string, std::string>>& numbers) {
    for (const auto& [name, number] : numbers) {
        for (auto at = sql.find(name); at != std::string::npos; at = sql.find(name, at + number.size())) {
            sql.replace(at, name.size(), number);
        }
    }
    return sql;
}

}  // namespace

const std::vector<ReportName>& reports() {
    static const std::vector<const char*> of_projects = {"firm_id, month DESC", "project_id, month DESC",
                                                         "client_id, month DESC", "refreshed_at DESC"};
    static const std::vector<ReportName> all = {{"mv_revenue_by_project_month", "project_id, month", of_projects},
                                                {"mv_utilization_by_project_month", "project_id, month", of_projects},
                                                {"mv_utilization_by_user_week",
                                                 "firm_id, user_id, week_start",
                                                 {"firm_id, user_id, week_start DESC", "user_id, week_start DESC",
                                                  "firm_id, week_start DESC", "refreshed_at DESC"}}};
    return all;
}

std::string query_of(const std::string& report) {
    std::string query(sql::text("config/sample/views/" + report + ".sql"));
    const std::string column = ",\n    CURRENT_TIMESTAMP AS refreshed_at";
    const auto found = query.find(column);
    if (found == std::string::npos) throw std::logic_error("a report of the sample has no refreshed_at: " + query);
    return query.erase(found, column.size());
}

long projects_of(long entries) {
    return std::max(6L, entries / entries_a_project);
}

void create_firm(testing::Client& client, long entries) {
    client.exec("SET synchronous_commit = off");
    client.exec(std::string(sql::text("config/sample/schema.sql")));
    const auto structure = structure_of(client, "projects_time_entries");
    for (const auto& statement : structure.drop) client.exec(statement);
    client.exec(with_numbers(
        fill, {{"@entries", std::to_string(entries)},
               {"@users", std::to_string(std::max(1L, entries / (weeks * entries_a_week)))},
               {"@projects", std::to_string(projects_of(entries))},
               {"@invoices", std::to_string(entries * 6 / 100)},
               {"@expenses", std::to_string(entries * 8 / 100)},
               {"@monday", "(date_trunc('week', CURRENT_DATE)::date - " + std::to_string(weeks * 7) + ")"}}));
    for (const auto& statement : structure.create) client.exec(statement);
    for (const auto* table :
         {"firms", "projects_projects", "finance_invoices", "projects_time_entries", "projects_expenses"}) {
        client.query("SELECT setval(pg_get_serial_sequence($1, 'id'), " + std::to_string(entries * 2) + ")", {table});
    }
    client.exec("VACUUM ANALYZE");
}

void create_indexes(testing::Client& client, const ReportName& report, const std::string& relation, Indexes indexes) {
    client.exec("CREATE UNIQUE INDEX ON " + relation + " (" + report.keys + ")");
    if (indexes == Indexes::unique_only) return;
    for (const auto* columns : report.indexes) client.exec("CREATE INDEX ON " + relation + " (" + columns + ")");
}

std::vector<std::string> create_materialized_views(testing::Client& client, Indexes indexes) {
    std::vector<std::string> names;
    for (const auto& report : reports()) {
        const auto name = std::string("plain_") + report.report;
        const auto* const moment = indexes == Indexes::as_configured ? ", now() AS refreshed_at" : "";
        client.exec("CREATE MATERIALIZED VIEW " + name + " AS SELECT q.*" + moment + " FROM (" +
                    query_of(report.report) + ") AS q");
        create_indexes(client, report, name, indexes);
        client.exec("VACUUM ANALYZE " + name);
        names.push_back(name);
    }
    return names;
}

}  // namespace freshet::bench
