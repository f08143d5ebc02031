#include "freshet/capture/doorbell.hpp"

#include "freshet/capture/source_capture.hpp"
#include "queries.hpp"

namespace freshet::capture {

namespace {

std::optional<double> moment(const pg::Result& rows, int row, std::string_view column) {
    const auto index = rows.column_index(column);
    return rows.get(row, index) ? std::optional(rows.number(row, index)) : std::nullopt;
}

PolledView read_view(const pg::Result& rows, int row) {
    PolledView view;
    view.id = static_cast<int>(rows.integer(row, rows.column_index("id")));
    view.state = rows.text(row, rows.column_index("state"));
    view.oldest = moment(rows, row, "oldest");
    view.as_of = moment(rows, row, "as_of");
    view.last_refresh_at = moment(rows, row, "last_refresh_at");
    view.last_status = rows.text(row, rows.column_index("last_status"));
    view.last_error = rows.text(row, rows.column_index("last_error"));
    if (view.as_of) {  // there is a position
        view.pending = rows.integer(row, rows.column_index("changes"));
        view.own_pending = rows.integer(row, rows.column_index("own_changes"));
        view.generation = rows.integer(row, rows.column_index("generation"));
        view.consecutive_failures = static_cast<int>(rows.integer(row, rows.column_index("consecutive_failures")));
    }
    return view;
}

}  // namespace

std::string look_sql(const std::vector<catalog::StoredView>& views, Watch watch) {
    std::string counts;
    for (const auto& view : views) {
        std::vector<SurveyedSource> sources;
        for (const auto& source : view.sources) {
            sources.push_back({source.id, 0});
        }
        if (view.state != catalog::ViewState::building && !sources.empty()) {
            const auto id = std::to_string(view.id);
            counts += (counts.empty() ? "" : "\nUNION ALL ") + std::string("SELECT ") + id +
                      " AS id, changes, oldest FROM (" + survey_sql(id, sources, catalog::name_of(view.strategy)) +
                      ") AS v" + id;
        }
    }
    auto statement = query_text("poll");
    statement.replace(statement.rfind("{watch}"), 7,
                      watch == Watch::capture ? query_text("watched") : "true AS intact, NULL::bigint AS written");
    const auto place = statement.rfind("{counts}");
    return statement.replace(place, 8,
                             counts.empty() ? "SELECT 0 AS id, 0 AS changes, NULL::timestamptz AS oldest" : counts);
}

asio::awaitable<Look> look(pg::Connection& connection, std::string sql) {
    const auto rows = co_await connection.prepared(std::move(sql));
    Look result;
    result.snapshot_xmin = std::stoull(rows.text(0, rows.column_index("xmin")));
    result.snapshot_xmax = std::stoull(rows.text(0, rows.column_index("xmax")));
    result.now = rows.number(0, rows.column_index("now"));
    result.capture_intact = rows.boolean(0, rows.column_index("intact"));
    if (const auto written = rows.column_index("written"); rows.get(0, written)) {
        result.rows_written = rows.integer(0, written);
    }
    result.last_proof = rows.integer(0, rows.column_index("last_proof"));
    result.notification_queue_usage = rows.number(0, rows.column_index("notification_queue"));
    for (int i = 0; i < rows.rows(); ++i) {
        if (rows.get(i, 0)) {
            result.views.push_back(read_view(rows, i));
        }
    }
    co_return result;
}

asio::awaitable<void> set_bell(pg::Connection& connection, Bell bell) {
    co_await connection.query(query_text("set_armed"), pg::params(bell == Bell::armed ? "true" : "false"));
}

}  // namespace freshet::capture
