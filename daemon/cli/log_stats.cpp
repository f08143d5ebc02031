#include "freshet/cli/log_stats.hpp"

#include <array>
#include <cstdio>

#include "freshet/cli/format.hpp"
#include "freshet/cli/table.hpp"

namespace freshet::cli {

namespace {

// Below it the channel is told (FreshetSuccessLow).
constexpr double low_rate = 0.95;

std::string percent(std::optional<double> rate) {
    if (!rate) return "-";
    if (*rate < 1 && *rate > 0.9999) return "99.99%";  // 100% means that none failed
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%.2f%%", *rate * 100);
    return *rate == 1 ? "100%" : text.data();
}

Cell rate_cell(const RefreshStats& stats) {
    const auto rate = stats.success_rate();
    return {percent(rate), rate && *rate < low_rate ? Style::bad : Style::plain};
}

std::string ratio_text(std::optional<double> ratio) {
    if (!ratio) return "-";
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f", *ratio);
    return text.data();
}

std::vector<Cell> row_of(const RefreshStats& stats) {
    return {{stats.view.empty() ? "all" : stats.view, stats.view.empty() ? Style::bold : Style::plain},
            grouped(stats.total),
            grouped(stats.succeeded),
            {grouped(stats.failed), stats.failed > 0 ? Style::warning : Style::plain},
            rate_cell(stats),
            seconds_text(stats.average_seconds),
            seconds_text(stats.p95_seconds),
            seconds_text(stats.longest_seconds),
            grouped(stats.changes_applied),
            grouped(stats.chosen_reconciles),
            ratio_text(stats.cost_ratio()),
            local_moment(stats.last_failure)};
}

Json numbers_json(const RefreshStats& stats) {
    return {{"total", stats.total},
            {"succeeded", stats.succeeded},
            {"failed", stats.failed},
            {"success_rate", number_json(stats.success_rate())},
            {"average_seconds", number_json(stats.average_seconds)},
            {"p95_seconds", number_json(stats.p95_seconds)},
            {"longest_seconds", number_json(stats.longest_seconds)},
            {"changes_applied", stats.changes_applied},
            {"chosen_reconciles", stats.chosen_reconciles},
            {"predicted_seconds", number_json(stats.predicted_seconds)},
            {"actual_seconds", number_json(stats.actual_seconds)},
            {"last_failure_at", moment_json(stats.last_failure)}};
}

}  // namespace

std::optional<double> RefreshStats::success_rate() const {
    if (total == 0) return std::nullopt;
    return static_cast<double>(succeeded) / static_cast<double>(total);
}

std::optional<double> RefreshStats::cost_ratio() const {
    if (!predicted_seconds || !actual_seconds || *predicted_seconds <= 0) return std::nullopt;
    return *actual_seconds / *predicted_seconds;
}

std::string stats_text(const StatsReport& report, Colour colour) {
    const auto period = report.days == 1 ? std::string("the last day") : "the last " + grouped(report.days) + " days";
    if (report.all.total == 0) return "no refresh ended in " + period + "\n";
    Table table({{"view"},
                 {"refreshes", Align::right},
                 {"succeeded", Align::right},
                 {"failed", Align::right},
                 {"success", Align::right},
                 {"average", Align::right},
                 {"p95", Align::right},
                 {"longest", Align::right},
                 {"changes", Align::right},
                 {"recomputed", Align::right},
                 {"real/predicted", Align::right},
                 {with_zone("last failure")}});
    for (const auto& view : report.views) table.add(row_of(view));
    if (report.views.size() > 1) table.add(row_of(report.all));
    return "refreshes of " + period + "\n" + table.text(colour) + failures_text(report.recent_failures, colour);
}

Json stats_json(const StatsReport& report) {
    Json views = Json::array();
    for (const auto& view : report.views) {
        Json entry{{"view_name", view.view}};
        entry.update(numbers_json(view));
        views.push_back(std::move(entry));
    }
    return {{"days", report.days},
            {"views", views},
            {"all", numbers_json(report.all)},
            {"recent_failures", log_json(report.recent_failures).at("entries")}};
}

}  // namespace freshet::cli
