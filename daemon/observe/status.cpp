#include "freshet/observe/status.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "freshet/observe/redact.hpp"
#include "freshet/observe/timestamp.hpp"

namespace freshet::observe {

namespace {

using Json = nlohmann::ordered_json;

Json moment(const std::optional<SystemTime>& value) {
    return value ? Json(rfc3339(*value)) : Json(nullptr);
}

Json seconds(std::chrono::milliseconds value) {
    return std::chrono::duration<double>(value).count();
}

Json text_or_null(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

Json view_json(const ViewStatus& view) {
    return {{"view_name", view.name},
            {"strategy", view.strategy},
            {"state", to_string(view.state)},
            {"as_of", moment(view.as_of)},
            {"staleness_seconds", view.staleness ? seconds(*view.staleness) : Json(nullptr)},
            {"staleness_slo_seconds", seconds(view.slo)},
            {"pending_changes", view.pending_changes},
            {"last_refresh_at", moment(view.last_refresh_at)},
            {"last_status", text_or_null(view.last_status)},
            {"last_error", text_or_null(redact(view.last_error))},
            {"consecutive_failures", view.consecutive_failures}};
}

}  // namespace

std::string_view to_string(ViewState state) {
    constexpr std::array<std::string_view, 7> names = {"installing",  "idle",   "waiting", "running",
                                                       "backing_off", "paused", "broken"};
    return names.at(static_cast<std::size_t>(state));
}

std::string_view to_string(TriggeredBy trigger) {
    constexpr std::array<std::string_view, 4> names = {"event", "scheduled", "manual", "startup"};
    return names.at(static_cast<std::size_t>(trigger));
}

std::string to_json(const DaemonStatus& status) {
    Json views = Json::array();
    for (const auto& view : status.views) {
        views.push_back(view_json(view));
    }
    const Json document{{"version", status.version},
                        {"database_up", status.database == DatabaseState::up},
                        {"leader", status.leadership == Leadership::leader},
                        {"views", views}};
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<std::string> not_ready_reasons(const DaemonStatus& status) {
    std::vector<std::string> reasons;
    if (status.database == DatabaseState::down) {
        reasons.emplace_back("the database does not answer");
    }
    for (const auto& view : status.views) {
        if (view.state == ViewState::installing) {
            reasons.push_back("view " + view.name + " is not installed yet");
        } else if (!view.as_of) {
            reasons.push_back("view " + view.name + " was not refreshed yet");
        }
    }
    return reasons;
}

}  // namespace freshet::observe
