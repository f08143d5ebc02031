#include "firm.hpp"

#include <stdexcept>

#include "freshet/sql/texts.hpp"

namespace freshet::bench {

namespace {

constexpr double entries_per_scale = 100'000;

struct ReportKeys {
    const char* report;
    const char* columns;
};

constexpr ReportKeys report_keys[] = {
    {"mv_revenue_by_project_month", "project_id, month"},
    {"mv_utilization_by_project_month", "project_id, month"},
    {"mv_utilization_by_user_week", "firm_id, user_id, week_start"},
};

std::string without_refreshed_at(std::string query) {
    const std::string column = ",\n    CURRENT_TIMESTAMP AS refreshed_at";
    const auto found = query.find(column);
    if (found == std::string::npos) throw std::logic_error("a report of the sample has no refreshed_at: " + query);
    return query.erase(found, column.size());
}

}  // namespace

std::vector<std::string> server_settings() {
    return {"fsync=on",         "full_page_writes=on",        "shared_buffers=1GB",      "work_mem=64MB",
            "max_wal_size=4GB", "maintenance_work_mem=256MB", "checkpoint_timeout=30min"};
}

std::string create_firm(testing::PrivateCluster& cluster, const std::string& name, long entries) {
    testing::Client(cluster.conninfo("postgres")).exec("CREATE DATABASE " + name + " TEMPLATE template0");
    testing::Client client(cluster.conninfo(name));
    client.exec("SET synchronous_commit = off");
    client.exec(std::string(sql::text("config/sample/schema.sql")));
    client.exec(std::string(sql::text("config/sample/generate.sql")));
    client.query("SELECT sample.generate($1)", {std::to_string(static_cast<double>(entries) / entries_per_scale)});
    client.exec("VACUUM ANALYZE");
    client.exec("CHECKPOINT");
    return cluster.conninfo(name);
}

std::vector<std::string> create_materialized_views(testing::Client& client) {
    std::vector<std::string> names;
    for (const auto& [report, columns] : report_keys) {
        const auto query =
            without_refreshed_at(std::string(sql::text("config/sample/views/" + std::string(report) + ".sql")));
        const auto name = std::string("plain_") + report;
        client.exec("CREATE MATERIALIZED VIEW " + name + " AS " + query);
        client.exec("CREATE UNIQUE INDEX ON " + name + " (" + columns + ")");
        client.exec("ANALYZE " + name);
        names.push_back(name);
    }
    return names;
}

}  // namespace freshet::bench
