#include "pictures/dashboard_picture.hpp"

#include <algorithm>
#include <stdexcept>

#include "pictures/look.hpp"

namespace freshet::testing {

namespace {

// Grafana's grid: 24 columns, rows of 30 pixels, 8 between panels.
constexpr double gap = 8;
constexpr double column = 43;
constexpr double row = 30;
constexpr double margin = 16;
constexpr double header = 58;

Box place_of(const nlohmann::json& position) {
    const double x = position.at("x"), y = position.at("y"), w = position.at("w"), h = position.at("h");
    return {margin + x * (column + gap), header + y * (row + gap), w * (column + gap) - gap, h * (row + gap) - gap};
}

void draw_inside(Svg& svg, const Box& inside, const nlohmann::json& panel, const std::vector<Series>& series, Span span,
                 int step) {
    const auto type = panel.at("type").get<std::string>();
    if (series.empty()) throw std::runtime_error(panel.at("title").get<std::string>() + " has nothing to show");
    if (type == "timeseries") return draw_timeseries(svg, inside, panel, series, span, step);
    if (type == "stat") return draw_stat(svg, inside, panel, series);
    if (type == "bargauge") return draw_bargauge(svg, inside, panel, series);
    if (type == "state-timeline") return draw_states(svg, inside, panel, series, span, step);
    if (type == "heatmap") return draw_heatmap(svg, inside, panel, series, span, step);
    throw std::logic_error("no picture of a panel of type " + type);
}

void draw_panel(Svg& svg, const nlohmann::json& panel, const nlohmann::json& recorded, Span span) {
    const auto place = place_of(panel.at("gridPos"));
    const auto title = panel.at("title").get<std::string>();
    svg.begin_group("panel-" + std::to_string(panel.at("id").get<int>()), title, panel_description(panel));
    svg.box(place, {.fill = look::panel, .stroke = look::border, .radius = 2});
    const Lettering lettering{.size = 14, .bold = true};
    svg.text({place.x + 10, place.y + 22}, fitted(title, place.width - 20, lettering), lettering);
    const PanelAnswers answers{recorded.at("targets").get<std::vector<nlohmann::json>>(), recorded.at("step")};
    const Box inside{place.x + 10, place.y + 40, place.width - 20, place.height - 50};
    draw_inside(svg, inside, panel, series_of(panel, answers), span, answers.step);
    svg.end_group();
}

void draw_row(Svg& svg, const nlohmann::json& panel) {
    const auto place = place_of(panel.at("gridPos"));
    const auto title = panel.at("title").get<std::string>();
    svg.begin_group("panel-" + std::to_string(panel.at("id").get<int>()), title, "");
    svg.polyline({{place.x + 3, place.y + 13}, {place.x + 8, place.y + 18}, {place.x + 13, place.y + 13}},
                 {.stroke = look::text, .width = 1.6});
    svg.text({place.x + 22, place.y + 21}, title, {.size = 15, .bold = true});
    svg.end_group();
}

void draw_header(Svg& svg, const Dashboard& dashboard, const std::string& view, Span span, double width) {
    svg.text({margin, 36}, dashboard.json.at("title").get<std::string>(),
             {.size = 19, .colour = "#ffffff", .bold = true});
    for (const auto& variable : dashboard.json.at("templating").at("list")) {
        if (variable.at("name") != "view") continue;
        svg.box({230, 17, 300, 28}, {.fill = look::panel, .stroke = "#3a3d44", .radius = 2});
        svg.text({241, 36}, "view", {.size = 12.5, .colour = look::weak});
        svg.text({276, 36}, view, {.size = 12.5});
    }
    const auto times = time_of_day(double(span.begin)) + " to " + time_of_day(double(span.end)) + " UTC";
    svg.text({width - margin, 36}, times, {.size = 12.5, .colour = look::weak, .anchor = Anchor::right});
}

}  // namespace

std::string panel_description(const nlohmann::json& panel) {
    std::string text;
    for (const auto& target : panel.at("targets")) {
        text += (text.empty() ? "" : "\n") + target.at("expr").get<std::string>();
    }
    return text;
}

std::string dashboard_picture(const Dashboard& dashboard, const std::string& view, const nlohmann::json& recorded) {
    const Span span{recorded.at("span").at("begin"), recorded.at("span").at("end")};
    const auto& panels = dashboard.json.at("panels");
    double bottom = 0;
    for (const auto& panel : panels) bottom = std::max(bottom, place_of(panel.at("gridPos")).bottom());
    const double width = 2 * margin + 24 * (column + gap) - gap;
    Svg svg(width, bottom + margin, look::canvas);
    draw_header(svg, dashboard, view, span, width);
    for (const auto& panel : panels) {
        if (panel.at("type") == "row") {
            draw_row(svg, panel);
        } else {
            const auto id = std::to_string(panel.at("id").get<int>());
            draw_panel(svg, panel, recorded.at("dashboards").at(dashboard.uid).at(id), span);
        }
    }
    return svg.finished();
}

}  // namespace freshet::testing
