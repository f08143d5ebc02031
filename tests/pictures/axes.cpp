#include "pictures/axes.hpp"

#include <algorithm>
#include <cmath>

#include "pictures/look.hpp"

namespace freshet::testing {

namespace {

constexpr double label_height = 20;
const Lettering label{.size = 11, .colour = look::weak};

// About one label for each 75 pixels, at round times.
std::int64_t time_step(const Box& plane, Span span) {
    const double wanted = static_cast<double>(span.end - span.begin) * 75 / plane.width;
    for (const std::int64_t step : {5, 10, 15, 30, 60, 120, 300, 600, 1800}) {
        if (static_cast<double>(step) >= wanted) return step;
    }
    return 3600;
}

}  // namespace

void draw_time_axis(Svg& svg, const Box& plane, Span span) {
    const auto step = time_step(plane, span);
    const double per_second = plane.width / static_cast<double>(span.end - span.begin);
    Lettering centred = label;
    centred.anchor = Anchor::middle;
    for (auto at = (span.begin / step + 1) * step; at < span.end; at += step) {
        const double x = plane.x + per_second * static_cast<double>(at - span.begin);
        svg.line({x, plane.y}, {x, plane.bottom()}, {.stroke = look::grid});
        if (x - plane.x < 16 || plane.right() - x < 16) continue;
        const auto text = time_of_day(static_cast<double>(at));
        svg.text({x, plane.bottom() + 15}, step % 60 == 0 ? text.substr(0, 5) : text, centred);
    }
}

Axes draw_axes(Svg& svg, const Box& box, Span span, double lowest, double highest, const std::string& unit) {
    const auto ticks = axis_ticks(lowest, highest, unit);
    double room = 0;
    for (const double tick : ticks) room = std::max(room, width_of(formatted(tick, unit, -1), label));
    Axes axes{{box.x + room + 8, box.y, box.width - room - 8, box.height - label_height}, span, lowest, highest};
    const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
    if (ticks.empty() || axes.highest > ticks.back() + step * 0.05)
        axes.highest = std::max(axes.highest, lowest + step);
    if (axes.highest <= axes.lowest) axes.highest = axes.lowest + 1;
    draw_time_axis(svg, axes.plane, span);
    Lettering right = label;
    right.anchor = Anchor::right;
    for (const double tick : ticks) {
        if (axes.y(tick) < axes.plane.y - 1) continue;
        svg.line({axes.plane.x, axes.y(tick)}, {axes.plane.right(), axes.y(tick)}, {.stroke = look::grid});
        svg.text({axes.plane.x - 6, axes.y(tick) + 4}, formatted(tick, unit, -1), right);
    }
    return axes;
}

}  // namespace freshet::testing
