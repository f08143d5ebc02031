#include "freshet/cli/log_text.hpp"

#include <utility>

#include "freshet/cli/format.hpp"
#include "freshet/cli/next_step.hpp"
#include "freshet/cli/table.hpp"

namespace freshet::cli {

namespace {

Style style_of(const std::string& status) {
    if (status == "failed") return Style::bad;
    return status == "running" ? Style::warning : Style::good;
}

// "invoice_paid 3, expense_approved 1"
std::string events_text(const std::string& events) {
    std::string text;
    const Json counts = Json::parse(events);  // named: a range-for does not keep the temporary behind items()
    for (const auto& [name, count] : counts.items()) text += (text.empty() ? "" : ", ") + name + " " + count.dump();
    return text;
}

Json entry_json(const LogEntry& entry) {
    return {{"id", entry.id},
            {"view_name", entry.view},
            {"firm_id", text_json(entry.tenant)},
            {"refresh_started_at", moment_json(entry.started_at)},
            {"refresh_completed_at", moment_json(entry.completed_at)},
            {"refresh_status", entry.status},
            {"rows_affected", entry.rows_affected},
            {"error_message", text_json(entry.error)},
            {"triggered_by", entry.triggered_by},
            {"strategy", entry.strategy},
            {"changes_applied", entry.changes_applied},
            {"events", Json::parse(entry.events)},
            {"refresh_count", entry.refresh_count},
            {"duration_seconds", entry.duration_seconds},
            {"predicted_fold_seconds", number_json(entry.predicted_fold_seconds)},
            {"predicted_reconcile_seconds", number_json(entry.predicted_reconcile_seconds)},
            {"actual_seconds", number_json(entry.actual_seconds)},
            {"source_rows", entry.source_rows ? Json(*entry.source_rows) : Json()},
            {"why", text_json(entry.why)}};
}

// What folding was predicted to take, and recomputing: "15ms or 2s".
std::string predicted_text(const LogEntry& entry) {
    if (!entry.predicted_fold_seconds || !entry.predicted_reconcile_seconds) return "-";
    return seconds_text(entry.predicted_fold_seconds) + " or " + seconds_text(entry.predicted_reconcile_seconds);
}

}  // namespace

std::string failures_text(const std::vector<LogEntry>& entries, Colour colour) {
    std::string text;
    for (const auto& entry : entries) {
        if (!entry.error) continue;
        text += "\n" + paint(both_moments(entry.started_at), Style::bold, colour) + "  " + entry.view +
                (entry.tenant ? ", tenant " + *entry.tenant : "") + ": " + *entry.error + "\n" +
                paint("next: ", Style::faint, colour) + next_step_after(*entry.error, entry.view) + "\n";
    }
    return text;
}

std::string log_text(const std::vector<LogEntry>& entries, Colour colour) {
    if (entries.empty()) return "no refresh is recorded\n";
    const bool utc = !utc_beside(entries.front().started_at).empty();
    std::vector<Column> columns{{with_zone("started")}};
    if (utc) columns.push_back({"UTC"});
    const std::vector<Column> others{{"view"},
                 {"tenant"},
                 {"trigger"},
                 {"strategy"},
                 {"status"},
                 {"refreshes", Align::right},
                 {"changes", Align::right},
                 {"rows", Align::right},
                 {"took", Align::right},
                 {"fold or reconcile", Align::right},
                 {"events"},
                 {"why"}};
    columns.insert(columns.end(), others.begin(), others.end());
    Table table(std::move(columns));
    for (const auto& entry : entries) {
        std::vector<Cell> row{local_moment(entry.started_at)};
        if (utc) row.emplace_back(utc_beside(entry.started_at));
        const std::vector<Cell> cells{entry.view,
                   entry.tenant.value_or("all"),
                   entry.triggered_by,
                   entry.strategy,
                   {entry.status, style_of(entry.status)},
                   grouped(entry.refresh_count),
                   grouped(entry.changes_applied),
                   grouped(entry.rows_affected),
                   entry.completed_at ? seconds_text(entry.duration_seconds) : "-",
                   predicted_text(entry),
                   events_text(entry.events),
                   entry.strategy == "reconcile" ? entry.why.value_or("") : ""};
        row.insert(row.end(), cells.begin(), cells.end());
        table.add(std::move(row));
    }
    return table.text(colour) + failures_text(entries, colour);
}

Json log_json(const std::vector<LogEntry>& entries) {
    Json list = Json::array();
    for (const auto& entry : entries) list.push_back(entry_json(entry));
    return {{"entries", list}};
}

}  // namespace freshet::cli
