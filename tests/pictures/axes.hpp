// The plane of a chart: time to the right, values upwards.
#pragma once

#include <string>
#include <vector>

#include "pictures/recording.hpp"
#include "pictures/svg.hpp"

namespace freshet::testing {

struct Axes {
    Box plane;
    Span span;
    double lowest = 0;
    double highest = 1;

    double x(double time) const noexcept {
        return plane.x +
               plane.width * (time - static_cast<double>(span.begin)) / static_cast<double>(span.end - span.begin);
    }
    double y(double value) const noexcept {
        return plane.bottom() - plane.height * (value - lowest) / (highest - lowest);
    }
};

// The axes of a chart inside a box, with room for labels, drawn with lines at round values. `highest` is what the
// curves reach; the axis ends at it or above.
Axes draw_axes(Svg& svg, const Box& box, Span span, double lowest, double highest, const std::string& unit);
// Times of day below a plane.
void draw_time_axis(Svg& svg, const Box& plane, Span span);

}  // namespace freshet::testing
