#include "freshet/demo/readings.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "freshet/sql/identifier.hpp"
#include "freshet/sql/texts.hpp"

namespace freshet::demo {

namespace {

constexpr std::chrono::minutes measuring_limit{10};

ViewReading reading_of(const pg::Result& result, int row) {
    ViewReading reading;
    reading.name = result.text(row, result.column_index("view_name"));
    reading.strategy = result.text(row, result.column_index("strategy"));
    reading.state = result.text(row, result.column_index("state"));
    const int staleness = result.column_index("staleness_seconds");
    if (result.get(row, staleness)) reading.staleness_seconds = result.number(row, staleness);
    const int pending = result.column_index("pending_changes");
    if (result.get(row, pending)) reading.pending_changes = result.integer(row, pending);
    reading.consecutive_failures = result.integer(row, result.column_index("consecutive_failures"));
    reading.last_error = result.text(row, result.column_index("last_error"));
    return reading;
}

asio::awaitable<Execution> execute(pg::Connection* connection, std::string query) {
    const pg::Result result =
        co_await connection->query("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + query, {}, measuring_limit);
    co_return parse_explain(result.text(0, 0));
}

}  // namespace

asio::awaitable<std::vector<ViewReading>> read_status(pg::Connection* connection) {
    const pg::Result result = co_await connection->prepared(std::string(sql::text("triggers/queries/demo/status.sql")));
    std::vector<ViewReading> readings;
    for (int row = 0; row < result.rows(); ++row) readings.push_back(reading_of(result, row));
    co_return readings;
}

asio::awaitable<Refreshes> read_refreshes(pg::Connection* connection) {
    const pg::Result result = co_await connection->query(std::string(sql::text("triggers/queries/demo/refreshes.sql")));
    co_return Refreshes{result.integer(0, 0), result.integer(0, 1), result.integer(0, 2)};
}

Execution parse_explain(std::string_view json) {
    try {
        const nlohmann::json plan = nlohmann::json::parse(json).at(0);
        return {plan.at("Execution Time").get<double>(), plan.at("Plan").at("Actual Rows").get<std::int64_t>()};
    } catch (const nlohmann::json::exception& error) {
        throw std::logic_error(std::string("not an answer to EXPLAIN: ") + error.what());
    }
}

asio::awaitable<Cost> measure_cost(pg::Connection* connection, SampleView view) {
    Cost cost;
    cost.live = co_await execute(connection, view.query);
    cost.read = co_await execute(connection, "SELECT * FROM public." + sql::quote(view.name));
    co_return cost;
}

}  // namespace freshet::demo
