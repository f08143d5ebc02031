#include "charts.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "pictures/look.hpp"
#include "pictures/svg.hpp"

namespace freshet::bench {

namespace {

using namespace freshet::testing;

constexpr double width = 760;
constexpr double height = 380;
constexpr double legend_row = 18;
const Lettering small{.size = 11, .colour = look::weak};

// From values to pixels, along one side of the plane.
struct Axis {
    double low = 0;
    double high = 1;
    bool logarithmic = false;
    double from = 0;  // pixels
    double to = 1;

    double at(double value) const {
        const double share = logarithmic ? (std::log(value) - std::log(low)) / (std::log(high) - std::log(low))
                                         : (value - low) / (high - low);
        return from + (to - from) * share;
    }
    std::vector<double> ticks(const std::string& unit) const {
        if (!logarithmic) return axis_ticks(low, high, unit);
        std::vector<double> values;
        const bool wide = high / low > 500;
        for (double power = std::pow(10, std::floor(std::log10(low))); power <= high * 1.001; power *= 10) {
            for (const double step : {1.0, 2.0, 5.0}) {
                if (wide && step > 1) continue;
                if (power * step >= low * 0.999 && power * step <= high * 1.001) values.push_back(power * step);
            }
        }
        return values;
    }
};

// Around all values of one coordinate: from 0, or on a logarithmic axis from the smallest.
Axis axis_over(const nlohmann::ordered_json& curves, std::size_t coordinate, bool logarithmic) {
    Axis axis{1e300, -1e300, logarithmic, 0, 1};
    for (const auto& curve : curves) {
        for (const auto& point : curve.at("points")) {
            axis.low = std::min(axis.low, point.at(coordinate).get<double>());
            axis.high = std::max(axis.high, point.at(coordinate).get<double>());
        }
    }
    if (logarithmic) {
        axis.low /= 1.3;
        axis.high *= 1.3;
    } else {
        axis.low = std::min(axis.low, 0.0);
        axis.high = axis.high > axis.low ? axis.high * 1.05 : axis.low + 1;
    }
    return axis;
}

void draw_grid(Svg& svg, const Axis& x, const Axis& y, const nlohmann::ordered_json& chart) {
    Lettering right = small;
    right.anchor = Anchor::right;
    Lettering middle = small;
    middle.anchor = Anchor::middle;
    const auto unit = chart.at("y_unit").get<std::string>();
    for (const double tick : y.ticks(unit)) {
        svg.line({x.from, y.at(tick)}, {x.to, y.at(tick)}, {.stroke = look::grid});
        svg.text({x.from - 6, y.at(tick) + 4}, formatted(tick, unit, -1), right);
    }
    for (const double tick : x.ticks("short")) {
        svg.line({x.at(tick), y.from}, {x.at(tick), y.to}, {.stroke = look::grid});
        svg.text({x.at(tick), y.from + 16}, formatted(tick, "short", -1), middle);
    }
    svg.text({x.to, y.from + 32}, chart.at("x_title").get<std::string>(), right);
    svg.text({14, 50}, chart.at("y_title").get<std::string>(), small);
}

void draw_curve(Svg& svg, const Axis& x, const Axis& y, const nlohmann::ordered_json& points,
                const std::string& colour) {
    std::vector<Point> line;
    for (const auto& point : points) line.push_back({x.at(point.at(0)), y.at(point.at(1))});
    svg.polyline(line, {.stroke = colour, .width = 2});
    if (line.size() > 12) return;
    for (const auto& point : line) svg.circle(point, 3, colour);
}

}  // namespace

std::string chart_picture(const nlohmann::ordered_json& chart) {
    const auto& curves = chart.at("curves");
    const double legend = legend_row * static_cast<double>(curves.size());
    Svg svg(width, height + legend, look::panel);
    const auto title = chart.at("title").get<std::string>();
    svg.begin_group(chart.at("name").get<std::string>(), title, "measured by ./dev bench");
    svg.text({14, 26}, title, {.size = 15, .bold = true});
    auto x = axis_over(curves, 0, chart.at("x_logarithmic"));
    auto y = axis_over(curves, 1, chart.at("y_logarithmic"));
    x.from = 80;
    x.to = width - 24;
    y.from = height - 46;
    y.to = 62;
    draw_grid(svg, x, y, chart);
    for (std::size_t i = 0; i < curves.size(); ++i) {
        const auto colour = classic_colour(i);
        draw_curve(svg, x, y, curves[i].at("points"), colour);
        const double baseline = height + legend_row * static_cast<double>(i);
        svg.line({80, baseline - 4}, {93, baseline - 4}, {.stroke = colour, .width = 3});
        svg.text({100, baseline}, curves[i].at("name").get<std::string>(), {.size = 11.5});
    }
    svg.end_group();
    return svg.finished();
}

}  // namespace freshet::bench
