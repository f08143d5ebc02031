// A dashboard as a picture: Grafana's layout, titles, units, colours and thresholds, over recorded answers. Drawn by
// this program, not by Grafana.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "monitoring/dashboards.hpp"
#include "pictures/recording.hpp"
#include "pictures/svg.hpp"

namespace freshet::testing {

// SVG text. Throws std::logic_error for what the dashboard asks and this program cannot draw.
std::string dashboard_picture(const Dashboard& dashboard, const std::string& view, const nlohmann::json& recorded);
// The description of a panel's group in the picture: its queries, one a line. Tests compare them.
std::string panel_description(const nlohmann::json& panel);

// Each draws the inside of a panel of one type.
void draw_timeseries(Svg& svg, const Box& inside, const nlohmann::json& panel, const std::vector<Series>& series,
                     Span span, int step);
void draw_stat(Svg& svg, const Box& inside, const nlohmann::json& panel, const std::vector<Series>& series);
void draw_bargauge(Svg& svg, const Box& inside, const nlohmann::json& panel, const std::vector<Series>& series);
void draw_states(Svg& svg, const Box& inside, const nlohmann::json& panel, const std::vector<Series>& series, Span span,
                 int step);
void draw_heatmap(Svg& svg, const Box& inside, const nlohmann::json& panel, const std::vector<Series>& series,
                  Span span, int step);

}  // namespace freshet::testing
