#include "support/statement_counts.hpp"

namespace freshet::testing {

namespace {

constexpr const char* of_this_database =
    "FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE "
    "datname = current_database())";

}  // namespace

std::vector<std::string> settings_that_count() {
    return {"shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track=top", "autovacuum=off"};
}

StatementCounts::StatementCounts(const std::string& conninfo) : client_(conninfo) {
    client_.exec("SET pg_stat_statements.track = 'none'");
    client_.exec("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
}

void StatementCounts::begin() {
    client_.scalar("SELECT coalesce(pg_stat_statements_reset()::text, 'done')");
}

std::vector<StatementCount> StatementCounts::taken() {
    std::vector<StatementCount> counts;
    for (const auto& row : client_.query("SELECT query, calls, shared_blks_hit + shared_blks_read " +
                                         std::string(of_this_database) + " ORDER BY 2 DESC, 1")) {
        counts.push_back({row[0].value_or(""), std::stol(*row[1]), std::stol(*row[2])});
    }
    return counts;
}

long StatementCounts::calls() {
    return std::stol(client_.scalar("SELECT coalesce(sum(calls), 0)::bigint " + std::string(of_this_database)));
}

long StatementCounts::buffers() {
    return std::stol(client_.scalar("SELECT coalesce(sum(shared_blks_hit + shared_blks_read), 0)::bigint " +
                                    std::string(of_this_database)));
}

}  // namespace freshet::testing
