#include "pictures/page_picture.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "pictures/axes.hpp"
#include "pictures/look.hpp"

namespace freshet::testing {

namespace {

constexpr double picture_width = 1256;
constexpr double picture_height = 494;
constexpr std::int64_t before = 30;  // seconds shown around the story
constexpr const char* pending_colour = "#fade2a";
constexpr const char* firing_colour = "#f2495c";

std::vector<std::string> wrapped(const std::string& text, double room, const Lettering& lettering) {
    std::vector<std::string> lines;
    std::istringstream words(text);
    std::string line;
    for (std::string word; words >> word;) {
        const auto longer = line.empty() ? word : line + " " + word;
        if (line.empty() || width_of(longer, lettering) <= room) {
            line = longer;
            continue;
        }
        lines.push_back(line);
        line = word;
    }
    if (!line.empty()) lines.push_back(line);
    return lines;
}

// Below the text.
double paragraph(Svg& svg, Point at, double room, const std::string& text, const Lettering& lettering) {
    for (const auto& line : wrapped(text, room, lettering)) {
        svg.text(at, fitted(line, room, lettering), lettering);
        at.y += lettering.size * 1.4;
    }
    return at.y;
}

Span times_of(const nlohmann::json& alerts, const std::string& state) {
    Span span;
    for (const auto& series : series_in(alerts)) {
        if (series.labels.value("alertstate", "") != state) continue;
        span.begin = static_cast<std::int64_t>(series.samples.front().time);
        span.end = static_cast<std::int64_t>(series.samples.back().time) + 1;
    }
    if (span.end == 0) throw std::runtime_error("the alert was never " + state);
    return span;
}

void draw_band(Svg& svg, const Axes& axes, Span times, const std::string& colour) {
    const double left = axes.x(double(times.begin)), right = axes.x(double(times.end));
    svg.box({left, axes.plane.y, right - left, axes.plane.height}, {.fill = colour, .opacity = 0.13});
}

void draw_curve(Svg& svg, const Axes& axes, const nlohmann::json& answer, const Paint& paint) {
    std::vector<Point> line;
    for (const auto& series : series_in(answer)) {
        for (const auto& sample : series.samples) {
            if (sample.time < double(axes.span.begin) || sample.time > double(axes.span.end)) continue;
            line.push_back({axes.x(sample.time), axes.y(sample.value)});
        }
    }
    svg.polyline(line, paint);
}

// A number in a circle on the time axis, explained below the chart.
void draw_mark(Svg& svg, const Axes& axes, double time, int number, const std::string& colour) {
    const double x = axes.x(time);
    svg.line({x, axes.plane.y + 12}, {x, axes.plane.bottom()}, {.stroke = colour, .width = 1, .dash = "3 3"});
    svg.circle({x, axes.plane.y + 2}, 9, colour);
    svg.text({x, axes.plane.y + 6}, std::to_string(number),
             {.size = 11.5, .colour = look::canvas, .anchor = Anchor::middle, .bold = true});
}

struct Moment {
    double time;
    std::string colour;
    std::string what;
};

std::vector<Moment> moments_of(const nlohmann::json& recorded) {
    const auto& marks = recorded.at("marks");
    const auto pending = times_of(recorded.at("alerts"), "pending");
    const auto firing = times_of(recorded.at("alerts"), "firing");
    return {
        {marks.at("locked"), look::text, "someone's transaction locks the state of the report; the next refresh waits"},
        {double(pending.begin), pending_colour, "older than its objective: FreshetViewStale is pending"},
        {double(firing.begin), firing_colour, "still older when \"for\" is over: firing, and the phone rings"},
        {marks.at("released"), look::text, "the lock is released; the refresh goes through"},
        {double(firing.end), "#73bf69", "fresh again: the page resolves by itself"}};
}

void draw_moments(Svg& svg, Point at, const std::vector<Moment>& moments) {
    int number = 1;
    for (const auto& moment : moments) {
        svg.circle({at.x + 9, at.y - 4}, 9, moment.colour);
        svg.text({at.x + 9, at.y}, std::to_string(number++),
                 {.size = 11.5, .colour = look::canvas, .anchor = Anchor::middle, .bold = true});
        svg.text({at.x + 28, at.y}, time_of_day(moment.time), {.size = 12, .colour = look::weak, .fixed_width = true});
        svg.text({at.x + 100, at.y}, moment.what, {.size = 13});
        at.y += 25;
    }
}

void draw_story(Svg& svg, const Box& box, const nlohmann::json& recorded) {
    const auto moments = moments_of(recorded);
    const Span span{static_cast<std::int64_t>(moments.front().time) - before,
                    static_cast<std::int64_t>(moments.back().time) + before};
    double highest = 0;
    for (const auto& series : series_in(recorded.at("staleness"))) {
        for (const auto& sample : series.samples) highest = std::max(highest, sample.value);
    }
    svg.box(box, {.fill = look::panel, .stroke = look::border, .radius = 2});
    svg.text({box.x + 14, box.y + 26}, "Staleness of mv_revenue_by_project_month, and what the alert made of it",
             {.size = 14, .bold = true});
    const Box plot{box.x + 14, box.y + 52, box.width - 28, box.height - 205};
    const auto axes = draw_axes(svg, plot, span, 0, highest * 1.12, "s");
    draw_band(svg, axes, times_of(recorded.at("alerts"), "pending"), pending_colour);
    draw_band(svg, axes, times_of(recorded.at("alerts"), "firing"), firing_colour);
    draw_curve(svg, axes, recorded.at("objective"), {.stroke = firing_colour, .width = 1.2, .dash = "6 4"});
    draw_curve(svg, axes, recorded.at("staleness"), {.stroke = "#73bf69", .width = 2});
    const double objective = series_in(recorded.at("objective")).at(0).samples.back().value;
    svg.text({axes.plane.x + 6, axes.y(objective) - 6}, "objective, " + formatted(objective, "s", -1),
             {.size = 11.5, .colour = firing_colour});
    int number = 1;
    for (const auto& moment : moments) draw_mark(svg, axes, moment.time, number++, moment.colour);
    draw_moments(svg, {box.x + 18, box.bottom() - 116}, moments);
}

struct Notice {
    std::string what;  // beside the name of the pager
    std::string when;
    std::string colour;
};

// The head of a message on the phone. Returns where its text begins.
Point draw_notice(Svg& svg, const Box& card, const Notice& notice) {
    svg.box(card, {.fill = "#22252b", .radius = 14});
    const double left = card.x + 14;
    svg.circle({left + 6, card.y + 20}, 6, notice.colour);
    svg.text({left + 20, card.y + 24}, notice.what, {.size = 11, .colour = look::weak, .bold = true});
    svg.text({card.right() - 14, card.y + 24}, notice.when,
             {.size = 11, .colour = look::weak, .anchor = Anchor::right});
    return {left, card.y + 48};
}

// The fields of the messages that the pager shows.
void draw_phone(Svg& svg, const Box& box, const nlohmann::json& recorded) {
    const auto& marks = recorded.at("marks");
    const auto& payload = recorded.at("message").at("payload");
    const auto& details = payload.at("custom_details");
    const Lettering headline{.size = 13, .colour = "#ffffff", .bold = true};
    svg.box(box, {.fill = "#050608", .stroke = "#4a4d55", .width = 3, .radius = 30});
    svg.box({box.x + box.width / 2 - 32, box.y + 12, 64, 6}, {.fill = "#2a2d33", .radius = 3});
    svg.text({box.x + box.width / 2, box.y + 72}, time_of_day(marks.at("resolved")).substr(0, 5),
             {.size = 44, .colour = "#ffffff", .anchor = Anchor::middle});
    svg.text({box.x + box.width / 2, box.y + 92}, "UTC", {.size = 11, .colour = look::weak, .anchor = Anchor::middle});
    const double left = box.x + 14, width = box.width - 28, room = width - 28;
    auto at = draw_notice(svg, {left, box.y + 106, width, 92},
                          {"PAGER · RESOLVED", time_of_day(marks.at("resolved")), "#73bf69"});
    paragraph(svg, at, room, recorded.at("resolved").at("payload").at("summary"), headline);
    at = draw_notice(svg, {left, box.y + 208, width, 236}, {"PAGER", time_of_day(marks.at("paged")), firing_colour});
    at.y = paragraph(svg, at, room, payload.at("summary"), headline) + 8;
    at.y = paragraph(svg, at, room, details.at("what"), {.size = 12}) + 12;
    const std::string runbook = details.at("runbook");
    svg.text(at, "runbook", {.size = 11, .colour = look::weak});
    svg.text({at.x, at.y + 18}, runbook.substr(runbook.rfind('/') + 1), {.size = 12.5, .colour = "#6e9fff"});
}

}  // namespace

std::string page_picture(const nlohmann::json& recorded) {
    Svg svg(picture_width, picture_height, look::canvas);
    svg.begin_group("page", "From a lock to a page, and back", recorded.at("message").dump(1));
    draw_story(svg, {16, 16, 918, picture_height - 32}, recorded);
    draw_phone(svg, {962, 16, 278, picture_height - 32}, recorded);
    svg.end_group();
    return svg.finished();
}

}  // namespace freshet::testing
