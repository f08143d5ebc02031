// Panels of type state-timeline and heatmap: what was so when, in colours.
#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "pictures/axes.hpp"
#include "pictures/dashboard_picture.hpp"
#include "pictures/look.hpp"

namespace freshet::testing {

namespace {

constexpr double label_height = 20;
const Lettering weak{.size = 11, .colour = look::weak};

struct State {
    std::string text;
    std::string colour;
};

std::map<long, State> states_of(const nlohmann::json& mappings) {
    std::map<long, State> states;
    for (const auto& mapping : mappings) {
        for (const auto& [value, look] : mapping.at("options").items()) {
            states[std::stol(value)] = {look.at("text"), colour_named(look.at("color").get<std::string>())};
        }
    }
    return states;
}

// One box for each time in which the state stayed the same.
void draw_row(Svg& svg, const Axes& axes, double top, double height, const std::vector<Sample>& samples,
              const std::map<long, State>& states, int step) {
    for (std::size_t from = 0, i = 1; i <= samples.size(); ++i) {
        if (i < samples.size() && std::lround(samples[i].value) == std::lround(samples[from].value)) continue;
        const double end = i < samples.size() ? samples[i].time : samples[i - 1].time + step;
        const double left = axes.x(samples[from].time);
        svg.box({left, top, std::min(axes.x(end), axes.plane.right()) - left, height},
                {.fill = states.at(std::lround(samples[from].value)).colour, .opacity = 0.7});
        from = i;
    }
}

void draw_states_legend(Svg& svg, Point at, const std::vector<Series>& series, const std::map<long, State>& states) {
    std::map<long, State> seen;
    for (const auto& one : series) {
        for (const auto& sample : one.samples) seen[std::lround(sample.value)] = states.at(std::lround(sample.value));
    }
    const Lettering name{.size = 11.5};
    for (const auto& [value, state] : seen) {
        svg.box({at.x, at.y - 9, 13, 10}, {.fill = state.colour, .opacity = 0.8, .radius = 2});
        svg.text({at.x + 19, at.y}, state.text, name);
        at.x += 36 + width_of(state.text, name);
    }
}

using Buckets = std::map<double, std::map<long, double>>;  // upper bound, moment, how many

// What fell into each bucket alone: Prometheus counts everything below its bound.
Buckets buckets_of(const std::vector<Series>& series) {
    Buckets cumulative;
    for (const auto& one : series) {
        auto& bucket = cumulative[std::stod(one.labels.at("le").get<std::string>())];
        for (const auto& sample : one.samples) bucket[std::lround(sample.time)] = sample.value;
    }
    Buckets alone;
    const std::map<long, double>* below = nullptr;
    for (const auto& [bound, counts] : cumulative) {
        for (const auto& [time, count] : counts) {
            const bool has = below != nullptr && below->count(time) > 0;
            alone[bound][time] = std::max(0.0, count - (has ? below->at(time) : 0));
        }
        below = &counts;
    }
    return alone;
}

double most_in(const Buckets& buckets) {
    double most = 0;
    for (const auto& [bound, counts] : buckets) {
        for (const auto& [time, count] : counts) most = std::max(most, count);
    }
    return most;
}

std::string bound_text(double bound) {
    return std::isfinite(bound) ? formatted(bound, "s", -1) : "+Inf";
}

struct Cells {
    Axes axes;
    double row = 0;
    int step = 1;
    double exponent = 1;
    double most = 1;
};

void draw_bucket(Svg& svg, const Cells& cells, double bottom, const std::map<long, double>& counts) {
    const double width = cells.axes.plane.width * cells.step / double(cells.axes.span.end - cells.axes.span.begin);
    for (const auto& [time, count] : counts) {
        const double right = cells.axes.x(double(time));
        if (count < 1e-9 || right - width < cells.axes.plane.x - 0.5) continue;
        svg.box({right - width + 0.5, bottom - cells.row + 0.5, width - 1, cells.row - 1},
                {.fill = oranges(std::pow(count / cells.most, cells.exponent))});
    }
}

void draw_colour_scale(Svg& svg, const Box& box, double most, double exponent) {
    constexpr int pieces = 60;
    for (int i = 0; i < pieces; ++i) {
        svg.box({box.x + box.width * i / pieces, box.y, box.width / pieces + 0.3, 8},
                {.fill = oranges(std::pow(double(i) / pieces, exponent))});
    }
    svg.text({box.x, box.y + 21}, "0", weak);
    auto right = weak;
    right.anchor = Anchor::right;
    svg.text({box.right(), box.y + 21}, formatted(most, "short", 0), right);
}

}  // namespace

void draw_states(Svg& svg, const Box& inside, const nlohmann::json& panel, const std::vector<Series>& series, Span span,
                 int step) {
    const auto states = states_of(panel.at("fieldConfig").at("defaults").at("mappings"));
    const Lettering name{.size = 11.5, .anchor = Anchor::right};
    double room = 0;
    for (const auto& one : series) room = std::max(room, width_of(one.legend, name));
    room = std::min(room, inside.width * 0.4);
    const Box plane{inside.x + room + 10, inside.y, inside.width - room - 10, inside.height - label_height - 24};
    draw_time_axis(svg, plane, span);
    const double row = plane.height / double(series.size());
    for (std::size_t i = 0; i < series.size(); ++i) {
        const double top = plane.y + row * double(i);
        svg.text({plane.x - 8, top + row / 2 + 4}, fitted(series[i].legend, room, name), name);
        draw_row(svg, {plane, span}, top + row * 0.05, row * 0.9, series[i].samples, states, step);
    }
    draw_states_legend(svg, {inside.x, inside.bottom() - 4}, series, states);
}

void draw_heatmap(Svg& svg, const Box& inside, const nlohmann::json& panel, const std::vector<Series>& series,
                  Span span, int step) {
    const auto buckets = buckets_of(series);
    const Box plane{inside.x + 58, inside.y, inside.width - 58, inside.height - label_height - 28};
    draw_time_axis(svg, plane, span);
    const auto& colour = panel.at("options").at("color");
    if (colour.at("scheme") != "Oranges") throw std::logic_error("no picture of another scheme than Oranges");
    const double row = plane.height / double(buckets.size());
    const Cells cells{{plane, span}, row, step, colour.at("exponent"), most_in(buckets)};
    double bottom = plane.bottom();
    auto right = weak;
    right.anchor = Anchor::right;
    std::size_t index = 0;
    for (const auto& [bound, counts] : buckets) {
        draw_bucket(svg, cells, bottom, counts);
        if (index++ % 2 == 1) svg.text({plane.x - 6, bottom - row + 4}, bound_text(bound), right);
        bottom -= row;
    }
    draw_colour_scale(svg, {inside.x + 58, inside.bottom() - 22, 180, 22}, cells.most, cells.exponent);
}

}  // namespace freshet::testing
