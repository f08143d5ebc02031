// The shipped Grafana dashboards, as Grafana reads them: panels, and the expressions that they ask Prometheus.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace freshet::testing {

struct Target {
    std::string expression;  // with Grafana's variables replaced
    std::string legend;
};

struct DashboardPanel {
    std::string name;  // "freshet-view: Staleness and objective", for messages
    std::string type;
    nlohmann::json json;
    std::vector<Target> targets;
};

struct Dashboard {
    std::string uid;
    nlohmann::json json;
    std::vector<DashboardPanel> panels;  // without rows
};

// All of config/grafana/dashboards, by name. `view` is what a reader has chosen.
std::vector<Dashboard> shipped_dashboards(const std::string& view);
// One of them, from its text.
Dashboard read_dashboard(const std::string& text, const std::string& view);

}  // namespace freshet::testing
