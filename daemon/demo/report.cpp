#include "freshet/demo/report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "freshet/demo/screen.hpp"
#include "text.hpp"

namespace freshet::demo {

namespace {

using nlohmann::ordered_json;

double seconds(std::chrono::milliseconds time) {
    return std::chrono::duration<double>(time).count();
}

ordered_json office_json(const Report& report) {
    ordered_json kinds = ordered_json::object();
    for (std::size_t index = 0; index < action_count; ++index) {
        const Tally& tally = report.ledger.by_action[index];
        kinds[std::string(actions()[index].name)] = {{"transactions", tally.transactions}, {"rows", tally.rows}};
    }
    const Tally total = report.ledger.total();
    return {{"transactions", total.transactions},
            {"rows", total.rows},
            {"retried", report.ledger.retried},
            {"by_kind", std::move(kinds)}};
}

ordered_json view_json(const std::string& name, const ViewHistory& view) {
    return {{"view", name},
            {"strategy", view.strategy},
            {"staleness_seconds", {{"median", view.staleness_seconds.median()}, {"max", view.staleness_seconds.max()}}},
            {"live_milliseconds", view.live_milliseconds.median()},
            {"read_milliseconds", view.read_milliseconds.median()},
            {"rows", view.proof.rows},
            {"missing_rows", view.proof.missing},
            {"extra_rows", view.proof.extra},
            {"exact", view.proof.exact()}};
}

// What cannot be parsed is given as text rather than dropped.
ordered_json verify_json(const Report& report) {
    ordered_json result = ordered_json::parse(report.verify_json, nullptr, false);
    if (result.is_discarded()) result = report.verify_json;
    return {{"exit_code", report.verify_code}, {"result", std::move(result)}};
}

std::string view_text(const std::string& name, const ViewHistory& view) {
    const std::string verdict =
        view.proof.exact()
            ? "exact, " + grouped(static_cast<std::uint64_t>(view.proof.rows)) + " rows equal to the query"
            : "DRIFT: " + std::to_string(view.proof.missing) + " rows missing, " + std::to_string(view.proof.extra) +
                  " rows extra";
    std::string text = "  " + name + ": " + verdict + "\n    staleness " + fixed(view.staleness_seconds.median(), 1) +
                       " s in the median, " + fixed(view.staleness_seconds.max(), 1) + " s at most";
    if (!view.live_milliseconds.empty()) {
        text += "; the query takes " + short_time(view.live_milliseconds.median()) + ", reading the report " +
                short_time(view.read_milliseconds.median());
    }
    return text + "\n";
}

}  // namespace

bool Report::exact() const {
    return verify_code == 0 && !views.empty() &&
           std::ranges::all_of(views, [](const auto& view) { return view.second.proof.exact(); });
}

std::string render_text(const Report& report) {
    const Tally total = report.ledger.total();
    std::string text = "\nin " + fixed(seconds(report.worked), 1) + " s the office made " +
                       grouped(total.transactions) + " transactions with " + grouped(total.rows) + " rows\n" + "  " +
                       describe(report.ledger) + "\n";
    text += "the daemon folded " + grouped(static_cast<std::uint64_t>(report.refreshes.changes_applied)) +
            " changes into the reports in " + grouped(static_cast<std::uint64_t>(report.refreshes.count)) +
            " refreshes, " + std::to_string(report.refreshes.failures) +
            " failed; the last change was in all of them " + fixed(seconds(report.caught_up), 1) +
            " s after the office had closed\n";
    for (const auto& [name, view] : report.views) text += view_text(name, view);
    text += report.verify_code == 0 ? "freshetd verify agrees\n"
                                    : "freshetd verify disagrees, exit code " + std::to_string(report.verify_code) +
                                          ":\n" + report.verify_json + "\n";
    return text;
}

std::string render_json(const Report& report) {
    ordered_json views = ordered_json::array();
    for (const auto& [name, view] : report.views) views.push_back(view_json(name, view));
    const ordered_json document = {{"exact", report.exact()},
                                   {"scale", report.scale},
                                   {"writers", report.writers},
                                   {"worked_seconds", seconds(report.worked)},
                                   {"caught_up_seconds", seconds(report.caught_up)},
                                   {"office", office_json(report)},
                                   {"refreshes",
                                    {{"count", report.refreshes.count},
                                     {"changes_applied", report.refreshes.changes_applied},
                                     {"failures", report.refreshes.failures}}},
                                   {"views", std::move(views)},
                                   {"verify", verify_json(report)}};
    return document.dump(2) + "\n";
}

}  // namespace freshet::demo
