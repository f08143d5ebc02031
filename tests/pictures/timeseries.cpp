// A panel of type timeseries: lines, areas, stacks, bars or points, and the legend as a table below them.
#include <algorithm>
#include <cmath>
#include <regex>
#include <stdexcept>

#include "pictures/axes.hpp"
#include "pictures/dashboard_picture.hpp"
#include "pictures/look.hpp"

namespace freshet::testing {

namespace {

constexpr double row_height = 18;
constexpr double column_width = 78;
constexpr std::size_t most_rows = 4;
const Lettering small{.size = 11.5, .colour = look::text};
const Lettering heading{.size = 11, .colour = "#6e9fff", .anchor = Anchor::right};

struct Curve {
    std::string legend;
    std::string colour;
    std::string dash;
    double fill = 0;  // opacity
    std::vector<Sample> samples;
    std::vector<Sample> below;  // what it is stacked on; empty: the axis
};

struct Chart {
    std::string style;  // line, bars, points
    std::string unit;
    int decimals = -1;
    double step = 1;
    std::vector<Curve> curves;
};

std::string dashes(const nlohmann::json& style) {
    std::string text;
    for (const auto& length : style.at("dash")) text += (text.empty() ? "" : " ") + std::to_string(length.get<int>());
    return text;
}

void override_by(Curve& curve, const nlohmann::json& property) {
    const auto id = property.at("id").get<std::string>();
    const auto& value = property.at("value");
    if (id == "custom.lineStyle") {
        curve.dash = dashes(value);
    } else if (id == "color") {
        curve.colour = colour_named(value.at("fixedColor").get<std::string>());
    } else if (id == "custom.fillOpacity") {
        curve.fill = value.get<double>() / 100;
    } else {
        throw std::logic_error("no picture of the override " + id);
    }
}

void apply_overrides(Curve& curve, const nlohmann::json& overrides) {
    for (const auto& rule : overrides) {
        const auto& matcher = rule.at("matcher");
        if (matcher.at("id") != "byRegexp") throw std::logic_error("no picture of a matcher but byRegexp");
        const auto pattern = matcher.at("options").get<std::string>();
        const std::regex expression(pattern.substr(1, pattern.size() - 2));
        if (!std::regex_search(curve.legend, expression)) continue;
        for (const auto& property : rule.at("properties")) override_by(curve, property);
    }
}

long moment(const Sample& sample) {
    return std::lround(sample.time);
}

// Puts each curve on top of those before it.
void stack(std::vector<Curve>& curves) {
    std::map<long, double> reached;
    for (auto& curve : curves) {
        for (auto& sample : curve.samples) {
            double& height = reached[moment(sample)];
            curve.below.push_back({sample.time, height});
            height += sample.value;
            sample.value = height;
        }
    }
}

Chart chart_of(const nlohmann::json& panel, const std::vector<Series>& series, int step) {
    const auto& defaults = panel.at("fieldConfig").at("defaults");
    const auto& custom = defaults.at("custom");
    Chart chart{custom.at("drawStyle"), defaults.at("unit"), defaults.value("decimals", -1), double(step), {}};
    for (std::size_t i = 0; i < series.size(); ++i) {
        Curve curve{series[i].legend,
                    classic_colour(i),
                    "",
                    custom.at("fillOpacity").get<double>() / 100,
                    series[i].samples,
                    {}};
        apply_overrides(curve, panel.at("fieldConfig").at("overrides"));
        chart.curves.push_back(std::move(curve));
    }
    if (custom.at("stacking").at("mode") == "normal") stack(chart.curves);
    return chart;
}

// Pieces of a curve without gaps: from one index to the one after the last.
std::vector<std::pair<std::size_t, std::size_t>> pieces(const std::vector<Sample>& samples, double step) {
    std::vector<std::pair<std::size_t, std::size_t>> result;
    std::size_t from = 0;
    for (std::size_t i = 1; i <= samples.size(); ++i) {
        if (i < samples.size() && samples[i].time - samples[i - 1].time < 1.5 * step) continue;
        result.emplace_back(from, i);
        from = i;
    }
    return result;
}

void draw_line(Svg& svg, const Axes& axes, const Curve& curve, double step) {
    for (const auto& [from, to] : pieces(curve.samples, step)) {
        std::vector<Point> line;
        for (auto i = from; i < to; ++i)
            line.push_back({axes.x(curve.samples[i].time), axes.y(curve.samples[i].value)});
        if (curve.fill > 0) {
            auto area = line;
            for (auto i = to; i-- > from;) {
                const double under = curve.below.empty() ? std::max(0.0, axes.lowest) : curve.below[i].value;
                area.push_back({axes.x(curve.samples[i].time), axes.y(under)});
            }
            svg.area(area, {.fill = curve.colour, .opacity = curve.fill});
        }
        svg.polyline(line, {.stroke = curve.colour, .width = curve.dash.empty() ? 1.5 : 1.2, .dash = curve.dash});
    }
}

void draw_bars(Svg& svg, const Axes& axes, const Curve& curve, double step) {
    const double width = std::max(1.0, axes.plane.width * step / double(axes.span.end - axes.span.begin) * 0.85);
    for (std::size_t i = 0; i < curve.samples.size(); ++i) {
        const double top = axes.y(curve.samples[i].value);
        const double bottom = axes.y(curve.below.empty() ? 0 : curve.below[i].value);
        if (bottom - top < 0.05) continue;
        svg.box({axes.x(curve.samples[i].time) - width / 2, top, width, bottom - top},
                {.fill = curve.colour, .opacity = curve.fill});
    }
}

void draw_points(Svg& svg, const Axes& axes, const Curve& curve) {
    for (const auto& sample : curve.samples) svg.circle({axes.x(sample.time), axes.y(sample.value)}, 2, curve.colour);
}

void draw_curve(Svg& svg, const Axes& axes, const Curve& curve, const Chart& chart) {
    if (chart.style == "bars") return draw_bars(svg, axes, curve, chart.step);
    if (chart.style == "points") return draw_points(svg, axes, curve);
    if (chart.style == "line") return draw_line(svg, axes, curve, chart.step);
    throw std::logic_error("no picture of the style " + chart.style);
}

std::string calculated(const std::string& what, const std::vector<Sample>& samples, const Chart& chart) {
    double sum = 0, least = samples.front().value, most = least;
    for (const auto& sample : samples) {
        sum += sample.value;
        least = std::min(least, sample.value);
        most = std::max(most, sample.value);
    }
    const std::map<std::string, double> values{{"lastNotNull", samples.back().value},
                                               {"max", most},
                                               {"min", least},
                                               {"sum", sum},
                                               {"mean", sum / double(samples.size())}};
    return formatted(values.at(what), chart.unit, chart.decimals);
}

std::string heading_of(const std::string& calculation) {
    static const std::map<std::string, std::string> names{
        {"lastNotNull", "Last"}, {"max", "Max"}, {"min", "Min"}, {"sum", "Total"}, {"mean", "Mean"}};
    return names.at(calculation);
}

// Of the series as they were before stacking.
void draw_legend(Svg& svg, const Box& box, const Chart& chart, const std::vector<Series>& series,
                 const std::vector<std::string>& calculations) {
    double right = box.right();
    const double names = box.width - 20 - column_width * double(calculations.size());
    for (auto calculation = calculations.rbegin(); calculation != calculations.rend(); ++calculation) {
        svg.text({right, box.y + 12}, heading_of(*calculation), heading);
        right -= column_width;
    }
    Lettering number = small;
    number.anchor = Anchor::right;
    for (std::size_t i = 0; i < std::min(series.size(), most_rows); ++i) {
        const double y = box.y + row_height * double(i + 1);
        const auto& curve = chart.curves[i];
        svg.line({box.x, y + 8}, {box.x + 13, y + 8}, {.stroke = curve.colour, .width = 3, .dash = curve.dash});
        svg.text({box.x + 20, y + 12}, fitted(curve.legend, names, small), small);
        double column = box.right() - column_width * double(calculations.size() - 1);
        for (const auto& calculation : calculations) {
            svg.text({column, y + 12}, calculated(calculation, series[i].samples, chart), number);
            column += column_width;
        }
    }
}

std::pair<double, double> reach(const nlohmann::json& defaults, const Chart& chart) {
    double least = 0, most = 0;
    bool first = true;
    for (const auto& curve : chart.curves) {
        for (const auto& sample : curve.samples) {
            least = first ? sample.value : std::min(least, sample.value);
            most = first ? sample.value : std::max(most, sample.value);
            first = false;
        }
    }
    if (chart.style == "bars") least = std::min(least, 0.0);
    return {defaults.value("min", least), defaults.value("max", most + (most - least) * 0.05)};
}

}  // namespace

void draw_timeseries(Svg& svg, const Box& inside, const nlohmann::json& panel, const std::vector<Series>& series,
                     Span span, int step) {
    const auto chart = chart_of(panel, series, step);
    const auto calculations = panel.at("options").at("legend").at("calcs").get<std::vector<std::string>>();
    const double legend = row_height * double(1 + std::min(series.size(), most_rows));
    const Box plot{inside.x, inside.y, inside.width, inside.height - legend - 4};
    const auto [lowest, highest] = reach(panel.at("fieldConfig").at("defaults"), chart);
    const auto axes = draw_axes(svg, plot, span, lowest, highest, chart.unit);
    for (const auto& curve : chart.curves) draw_curve(svg, axes, curve, chart);
    draw_legend(svg, {inside.x, inside.bottom() - legend, inside.width, legend}, chart, series, calculations);
}

}  // namespace freshet::testing
