#include "monitoring/dashboards.hpp"

#include <algorithm>
#include <filesystem>

#include "monitoring/shipped.hpp"
#include "support/files.hpp"

namespace freshet::testing {

namespace {

// What Grafana would put in: with a scrape each second, windows of a few seconds are as long as its own at 15 s.
std::string without_variables(std::string expression, const std::string& view) {
    const std::vector<std::pair<std::string, std::string>> values{{"$__rate_interval", "10s"}, {"$view", view}};
    for (const auto& [variable, value] : values) {
        if (expression.find(variable) != std::string::npos) expression = replaced(expression, variable, value);
    }
    return expression;
}

DashboardPanel read_panel(const nlohmann::json& json, const std::string& uid, const std::string& view) {
    DashboardPanel panel{uid + ": " + json.at("title").get<std::string>(), json.at("type"), json, {}};
    for (const auto& target : json.at("targets")) {
        panel.targets.push_back({without_variables(target.at("expr"), view), target.value("legendFormat", "")});
    }
    return panel;
}

}  // namespace

Dashboard read_dashboard(const std::string& text, const std::string& view) {
    Dashboard dashboard;
    dashboard.json = nlohmann::json::parse(text);
    dashboard.uid = dashboard.json.at("uid");
    for (const auto& panel : dashboard.json.at("panels")) {
        if (panel.at("type") != "row") dashboard.panels.push_back(read_panel(panel, dashboard.uid, view));
    }
    return dashboard;
}

std::vector<Dashboard> shipped_dashboards(const std::string& view) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(FRESHET_SOURCE_DIR) + "/config/grafana/dashboards")) {
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::vector<Dashboard> dashboards;
    for (const auto& file : files) dashboards.push_back(read_dashboard(read_text(file), view));
    return dashboards;
}

}  // namespace freshet::testing
