#include "pictures/svg.hpp"

#include <cmath>
#include <cstdio>

namespace freshet::testing {

namespace {

constexpr std::string_view sans = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', sans-serif";
constexpr std::string_view mono = "'DejaVu Sans Mono', Menlo, Consolas, monospace";

std::string number(double value) {
    const double rounded = std::round(value * 10) / 10;
    char text[32];
    std::snprintf(text, sizeof(text), rounded == std::round(rounded) ? "%.0f" : "%.1f", rounded);
    return text;
}

std::string attribute(std::string_view name, std::string_view value) {
    return " " + std::string(name) + "=\"" + xml_escaped(value) + "\"";
}

std::string attribute(std::string_view name, double value) {
    return attribute(name, number(value));
}

std::string painted(const Paint& paint) {
    std::string text = attribute("fill", paint.fill.empty() ? "none" : paint.fill);
    if (!paint.fill.empty() && paint.opacity < 1) {
        char opacity[16];
        std::snprintf(opacity, sizeof(opacity), "%.2f", paint.opacity);
        text += attribute("fill-opacity", opacity);
    }
    if (!paint.stroke.empty()) text += attribute("stroke", paint.stroke) + attribute("stroke-width", paint.width);
    if (!paint.dash.empty()) text += attribute("stroke-dasharray", paint.dash);
    if (paint.radius > 0) text += attribute("rx", paint.radius);
    return text;
}

std::string listed(const std::vector<Point>& points) {
    std::string text;
    for (const auto& point : points) text += (text.empty() ? "" : " ") + number(point.x) + "," + number(point.y);
    return text;
}

std::size_t characters(std::string_view text) {
    std::size_t count = 0;
    for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U ? 0 : 1;
    return count;
}

}  // namespace

std::string xml_escaped(std::string_view text) {
    std::string result;
    for (const char letter : text) {
        switch (letter) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            default:
                result += letter;
        }
    }
    return result;
}

double width_of(std::string_view text, const Lettering& lettering) {
    const double each = lettering.fixed_width ? 0.61 : lettering.bold ? 0.54 : 0.53;
    return static_cast<double>(characters(text)) * lettering.size * each;
}

std::string fitted(std::string_view text, double width, const Lettering& lettering) {
    if (width_of(text, lettering) <= width) return std::string(text);
    std::string shorter(text);
    while (!shorter.empty() && width_of(shorter + "…", lettering) > width) shorter.pop_back();
    return shorter + "…";
}

Svg::Svg(double width, double height, std::string_view background) {
    text_ = "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", width) + attribute("height", height) +
            attribute("viewBox", "0 0 " + number(width) + " " + number(height)) + attribute("font-family", sans) +
            ">\n";
    box({0, 0, width, height}, {.fill = std::string(background)});
}

void Svg::box(const Box& box, const Paint& paint) {
    text_ += "<rect" + attribute("x", box.x) + attribute("y", box.y) + attribute("width", box.width) +
             attribute("height", box.height) + painted(paint) + "/>\n";
}

void Svg::circle(Point centre, double radius, std::string_view colour) {
    text_ += "<circle" + attribute("cx", centre.x) + attribute("cy", centre.y) + attribute("r", radius) +
             attribute("fill", colour) + "/>\n";
}

void Svg::line(Point from, Point to, const Paint& paint) {
    text_ += "<line" + attribute("x1", from.x) + attribute("y1", from.y) + attribute("x2", to.x) +
             attribute("y2", to.y) + painted(paint) + "/>\n";
}

void Svg::polyline(const std::vector<Point>& points, const Paint& paint) {
    if (points.size() < 2) return;
    text_ += "<polyline" + attribute("points", listed(points)) + painted(paint) +
             attribute("stroke-linejoin", "round") + "/>\n";
}

void Svg::area(const std::vector<Point>& points, const Paint& paint) {
    if (points.size() < 3) return;
    text_ += "<polygon" + attribute("points", listed(points)) + painted(paint) + "/>\n";
}

void Svg::text(Point baseline, std::string_view text, const Lettering& lettering) {
    text_ += "<text" + attribute("x", baseline.x) + attribute("y", baseline.y) +
             attribute("font-size", lettering.size) + attribute("fill", lettering.colour);
    if (lettering.anchor != Anchor::left) {
        text_ += attribute("text-anchor", lettering.anchor == Anchor::middle ? "middle" : "end");
    }
    if (lettering.bold) text_ += attribute("font-weight", "600");
    if (lettering.fixed_width) text_ += attribute("font-family", mono);
    text_ += ">" + xml_escaped(text) + "</text>\n";
}

void Svg::begin_group(std::string_view id, std::string_view title, std::string_view description) {
    text_ += "<g" + attribute("id", id) + "><title>" + xml_escaped(title) + "</title><desc>" +
             xml_escaped(description) + "</desc>\n";
}

void Svg::end_group() {
    text_ += "</g>\n";
}

}  // namespace freshet::testing
