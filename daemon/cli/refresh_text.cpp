#include "freshet/cli/refresh_text.hpp"

#include <algorithm>

#include "freshet/cli/format.hpp"
#include "freshet/cli/table.hpp"
#include "freshet/core/duration.hpp"

namespace freshet::cli {

namespace {

std::string padded(const std::string& name, std::size_t width) {
    const auto present = display_width(name);
    return name + std::string(present < width ? width - present : 0, ' ');
}

// PostgreSQL does not say how many rows its own REFRESH changed.
bool counts_rows(const refresh::Outcome& outcome) {
    return outcome.strategy != "concurrent" && outcome.strategy != "blocking";
}

std::string what_happened(const refresh::Outcome& outcome) {
    return counts_rows(outcome) ? counted(outcome.rows_affected(), "row", "rows") + " changed" : "refreshed";
}

Json outcome_json(const refresh::Outcome& outcome) {
    return {{"status", "success"},
            {"strategy", outcome.strategy},
            {"rows_affected", counts_rows(outcome) ? Json(outcome.rows_affected()) : Json()},
            {"rows_written", outcome.groups_upserted},
            {"rows_deleted", outcome.groups_deleted},
            {"as_of", moment_json(outcome.as_of)}};
}

bool failed(const RefreshReport& report) {
    return !report.outcome.has_value();
}

}  // namespace

std::string refresh_line(const RefreshReport& report, std::size_t width, Colour colour) {
    const auto name = padded(report.view, width);
    if (failed(report)) {
        return name + "  " + paint("failed", Style::bad, colour) + ": " + report.error + "\n" +
               (report.hint.empty() ? "" : "hint: " + report.hint + "\n");
    }
    return name + "  " + what_happened(*report.outcome) + " in " + core::human_duration(report.duration) + " (" +
           report.outcome->strategy + ")\n";
}

Json refresh_json(const std::vector<RefreshReport>& reports) {
    Json views = Json::array();
    for (const auto& report : reports) {
        Json entry = {{"view", report.view}};
        entry.update(failed(report) ? Json({{"status", "failed"}, {"error", report.error}, {"hint", report.hint}})
                                    : outcome_json(*report.outcome));
        entry["duration_seconds"] = std::chrono::duration<double>(report.duration).count();
        views.push_back(std::move(entry));
    }
    return {{"views", views}, {"failed", std::count_if(reports.begin(), reports.end(), failed)}};
}

ExitCode refresh_code(const std::vector<RefreshReport>& reports) {
    return std::any_of(reports.begin(), reports.end(), failed) ? ExitCode::failed : ExitCode::done;
}

}  // namespace freshet::cli
