#include "freshet/cli/status_text.hpp"

#include <algorithm>

#include "freshet/cli/format.hpp"
#include "freshet/cli/next_step.hpp"
#include "freshet/cli/select_views.hpp"
#include "freshet/cli/table.hpp"
#include "freshet/core/duration.hpp"

namespace freshet::cli {

namespace {

constexpr const char* not_installed = "not installed";

bool is_late(const ViewStatus& view) {
    return !view.staleness_seconds || milliseconds_of(*view.staleness_seconds) > view.objective;
}

Style state_style(const ViewStatus& view) {
    if (view.state == "ready") return Style::good;
    return view.state == "building" ? Style::warning : Style::bad;
}

Cell staleness_cell(const ViewStatus& view) {
    return {seconds_text(view.staleness_seconds), is_late(view) ? Style::bad : Style::plain};
}

Cell last_status_cell(const ViewStatus& view) {
    return {view.last_status.value_or("-"), view.last_status == "failed" ? Style::bad : Style::plain};
}

Cell failures_cell(const ViewStatus& view) {
    return {grouped(view.consecutive_failures), view.consecutive_failures > 0 ? Style::warning : Style::plain};
}

// Whether the pile grows, while watching.
std::string pending_text(const ViewStatus& view) {
    const auto text = grouped(view.pending_changes);
    if (!view.pending_before || *view.pending_before == view.pending_changes) return text;
    const auto change = view.pending_changes - *view.pending_before;
    return text + " (" + (change > 0 ? "+" : "") + grouped(change) + ")";
}

std::string headline(const ViewStatus& view) {
    if (view.last_error) return " failed at " + both_moments(view.last_refresh_at) + ":\n" + *view.last_error;
    if (view.state != "ready") return " is " + view.state;
    return " is " + seconds_text(view.staleness_seconds) + " behind its tables; its objective is " +
           core::human_duration(view.objective);
}

std::string troubles_text(const std::vector<ViewStatus>& views, Colour colour) {
    std::string text;
    for (const auto& view : views) {
        const auto step = next_step(view);
        if (!step) continue;
        text += "\n" + paint(view.view, Style::bold, colour) + headline(view) + "\n" +
                paint("next: ", Style::faint, colour) + *step + "\n";
    }
    return text;
}

Json view_json(const ViewStatus& view) {
    return {{"view_name", view.view},
            {"strategy", view.strategy.empty() ? Json() : Json(view.strategy)},
            {"state", view.state},
            {"as_of", moment_json(view.as_of)},
            {"staleness_seconds", view.staleness_seconds ? Json(*view.staleness_seconds) : Json()},
            {"pending_changes", view.pending_changes},
            {"last_refresh_at", moment_json(view.last_refresh_at)},
            {"last_strategy", text_json(view.last_strategy)},
            {"last_why", text_json(view.last_why)},
            {"last_status", text_json(view.last_status)},
            {"last_error", text_json(view.last_error)},
            {"consecutive_failures", view.consecutive_failures},
            {"verified_at", moment_json(view.verified_at)},
            {"drift_rows", view.drift_rows ? Json(*view.drift_rows) : Json()},
            {"reads", view.reads},
            {"staleness_slo_seconds", std::chrono::duration<double>(view.objective).count()},
            {"healthy", view.healthy()},
            {"next_step", text_json(next_step(view))}};
}

}  // namespace

bool ViewStatus::healthy() const {
    return state == "ready" && !is_late(*this);
}

std::vector<ViewStatus> join_settings(std::vector<ViewStatus> views, const settings::Settings& settings) {
    for (auto& view : views) view.objective = settings::ViewSettings{}.staleness_slo;
    for (const auto& entry : settings.views) {
        const auto name = shown_name(entry.name);
        auto place =
            std::find_if(views.begin(), views.end(), [&](const ViewStatus& view) { return view.view == name; });
        if (place == views.end()) {
            place = views.insert(place, ViewStatus{});
            place->view = name;
            place->state = not_installed;
        }
        place->objective = entry.staleness_slo;
    }
    return views;
}

namespace {

bool reads_views(const ViewStatus& view) {
    return !view.reads.empty();
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

}  // namespace

std::string status_text(const StatusReport& report, Colour colour) {
    if (report.views.empty()) return "no view is configured\n";
    const bool chains = std::any_of(report.views.begin(), report.views.end(), reads_views);
    std::vector<Column> columns{{"view"},
                                {"strategy"},
                                {"state"},
                                {with_zone("as of")},
                                {"stale", Align::right},
                                {"pending", Align::right},
                                {with_zone("last refresh")},
                                {"by"},
                                {"result"},
                                {"failures", Align::right}};
    if (chains) columns.push_back({"reads"});
    Table table(std::move(columns));
    for (const auto& view : report.views) {
        std::vector<Cell> cells{view.view,
                                view.strategy.empty() ? "-" : view.strategy,
                                {view.state, state_style(view)},
                                local_moment(view.as_of),
                                staleness_cell(view),
                                pending_text(view),
                                local_moment(view.last_refresh_at),
                                view.last_strategy.value_or("-"),
                                last_status_cell(view),
                                failures_cell(view)};
        if (chains) cells.emplace_back(joined(view.reads));
        table.add(std::move(cells));
    }
    const auto leaderless = paint("no freshetd leads this database: nobody refreshes", Style::bad, colour) + "\n" +
                            paint("next: ", Style::faint, colour) +
                            "systemctl status freshetd; journalctl -u freshetd --since -10min\n";
    return table.text(colour) + troubles_text(report.views, colour) + lock_waits_text(report.waits, colour) +
           (report.led ? "" : "\n" + leaderless);
}

Json status_json(const StatusReport& report) {
    Json list = Json::array();
    for (const auto& view : report.views) list.push_back(view_json(view));
    return {{"healthy", status_code(report.views) == ExitCode::done},
            {"leader", report.led},
            {"lock_waits", lock_waits_json(report.waits)},
            {"views", list}};
}

ExitCode status_code(const std::vector<ViewStatus>& views) {
    const bool good = std::all_of(views.begin(), views.end(), [](const ViewStatus& view) { return view.healthy(); });
    return good ? ExitCode::done : ExitCode::answer_is_no;
}

}  // namespace freshet::cli
