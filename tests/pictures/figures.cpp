// Panels of type stat and bargauge: the last value of each series, as a number or as a bar.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "pictures/dashboard_picture.hpp"
#include "pictures/look.hpp"

namespace freshet::testing {

namespace {

struct Shown {
    std::string text;
    std::string colour;
};

Shown shown(const nlohmann::json& defaults, double value) {
    for (const auto& mapping : defaults.at("mappings")) {
        const auto& options = mapping.at("options");
        const auto found = options.find(std::to_string(std::lround(value)));
        if (found != options.end()) return {found->at("text"), colour_named(found->at("color").get<std::string>())};
    }
    return {formatted(value, defaults.at("unit"), defaults.value("decimals", -1)),
            threshold_colour(defaults.at("thresholds"), value)};
}

// The curve behind a number, without axes.
void draw_sparkline(Svg& svg, const Box& box, const std::vector<Sample>& samples, const std::string& colour) {
    double most = 0;
    for (const auto& sample : samples) most = std::max(most, sample.value);
    if (most <= 0) return;
    const double begin = samples.front().time, length = samples.back().time - begin;
    std::vector<Point> line;
    for (const auto& sample : samples) {
        line.push_back(
            {box.x + box.width * (sample.time - begin) / length, box.bottom() - box.height * sample.value / most});
    }
    auto area = line;
    area.push_back({box.right(), box.bottom()});
    area.push_back({box.x, box.bottom()});
    svg.area(area, {.fill = colour, .opacity = 0.2});
    svg.polyline(line, {.stroke = colour, .width = 1.2});
}

}  // namespace

void draw_stat(Svg& svg, const Box& inside, const nlohmann::json& panel, const std::vector<Series>& series) {
    const auto& options = panel.at("options");
    const auto& samples = series.at(0).samples;
    auto value = shown(panel.at("fieldConfig").at("defaults"), samples.back().value);
    if (options.at("textMode") == "name") value.text = series.at(0).legend;
    if (options.at("graphMode") == "area") {
        draw_sparkline(svg, {inside.x, inside.bottom() - 40, inside.width, 40}, samples, value.colour);
    }
    Lettering lettering{.size = 38, .colour = value.colour, .anchor = Anchor::middle, .bold = true};
    lettering.size = std::min(lettering.size, lettering.size * inside.width / width_of(value.text, lettering));
    const double middle = inside.y + inside.height * (options.at("graphMode") == "area" ? 0.38 : 0.5);
    svg.text({inside.x + inside.width / 2, middle + lettering.size * 0.33}, value.text, lettering);
}

void draw_bargauge(Svg& svg, const Box& inside, const nlohmann::json& panel, const std::vector<Series>& series) {
    const auto& defaults = panel.at("fieldConfig").at("defaults");
    const double most = defaults.value("max", 1.0);
    const double row = inside.height / double(series.size());
    const Lettering name{.size = 12.5};
    for (std::size_t i = 0; i < series.size(); ++i) {
        const double value = series[i].samples.back().value;
        const auto look = shown(defaults, value);
        const Box bar{inside.x, inside.y + row * double(i) + 22, inside.width - 74, row - 32};
        svg.text({bar.x, bar.y - 7}, fitted(series[i].legend, inside.width, name), name);
        svg.box(bar, {.fill = "#22252b", .radius = 2});
        const double share = std::clamp(value / most, 0.0, 1.0);
        svg.box({bar.x, bar.y, std::max(3.0, bar.width * share), bar.height},
                {.fill = look.colour, .opacity = 0.85, .radius = 2});
        svg.text({inside.right(), bar.y + bar.height / 2 + 7}, look.text,
                 {.size = 19, .colour = look.colour, .anchor = Anchor::right, .bold = true});
    }
}

}  // namespace freshet::testing
