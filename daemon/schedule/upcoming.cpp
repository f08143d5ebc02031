#include "freshet/schedule/upcoming.hpp"

#include <string>

#include "queries.hpp"

namespace freshet::schedule {

namespace {

std::chrono::system_clock::time_point moment(double epoch) {
    return std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::duration<double>(epoch)));
}

std::string statement_for(const settings::ReconcileSchedule& reconcile) {
    if (reconcile.timezone_query.empty()) {
        return query_text("due");
    }
    auto statement = query_text("due_by_tenant");
    return statement.replace(statement.find("{query}"), 7, reconcile.timezone_query);
}

asio::awaitable<std::vector<DueEntry>> upcoming_of(pg::Connection& connection, const settings::ViewSettings& view) {
    auto parameters = pg::params(view.reconcile->at);
    if (view.reconcile->timezone_query.empty()) {
        parameters.emplace_back(view.reconcile->timezone);
    }
    // The user's query names its tables as in a psql session.
    co_await connection.query("SELECT set_config('search_path', 'public', false)");
    const auto rows = co_await connection.query(statement_for(*view.reconcile), std::move(parameters));
    std::vector<DueEntry> entries;
    for (int i = 0; i < rows.rows(); ++i) {
        const auto tenant = rows.get(i, 0);
        entries.push_back(
            {moment(rows.number(i, 1)), view.name, tenant ? std::optional<std::string>(*tenant) : std::nullopt});
    }
    co_return entries;
}

}  // namespace

asio::awaitable<std::vector<DueEntry>> upcoming_reconciles(pg::Connection& connection,
                                                           const settings::Settings& settings, observe::Logger& log) {
    std::vector<DueEntry> entries;
    for (const auto& view : settings.views) {
        if (!view.reconcile) {
            continue;
        }
        std::string complaint;
        try {
            const auto more = co_await upcoming_of(connection, view);
            entries.insert(entries.end(), more.begin(), more.end());
        } catch (const pg::Error& error) {
            if (error.connection_lost()) {
                throw;
            }
            complaint = error.what();
        }
        co_await connection.query("SELECT set_config('search_path', 'pg_catalog', false)");
        if (!complaint.empty()) {
            log.error("the reconcile schedule cannot be computed", {{"view", view.name}, {"error", complaint}});
        }
    }
    co_return entries;
}

}  // namespace freshet::schedule
