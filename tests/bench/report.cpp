#include "report.hpp"

#include <cstdio>
#include <optional>

#include "numbers.hpp"
#include "targets.hpp"

namespace freshet::bench {

namespace {

std::string with_commas(double value) {
    auto text = formatted("%.0f", value);
    for (auto at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<std::size_t>(at), ",");
    return text;
}

std::string name_of(Unit unit) {
    switch (unit) {
        case Unit::seconds:
            return "seconds";
        case Unit::per_second:
            return "per_second";
        case Unit::bytes:
            return "bytes";
        case Unit::buffers:
            return "buffers";
    }
    return {};
}

// How often ours is better than theirs: above 1 is good for us, whatever the unit. Nothing for ours itself, and where
// one would have to divide by 0.
std::optional<double> advantage(const Comparison& comparison, const Figure& other) {
    const auto ours = comparison.figures.front().samples.median();
    const auto theirs = other.samples.median();
    const bool more_is_better = comparison.unit == Unit::per_second;
    if (&other == &comparison.figures.front() || (more_is_better ? theirs : ours) == 0) {
        return std::nullopt;
    }
    return more_is_better ? ours / theirs : theirs / ours;
}

nlohmann::ordered_json json_of(const Samples& samples) {
    return {
        {"median", samples.median()}, {"low", samples.low()}, {"high", samples.high()}, {"samples", samples.size()}};
}

nlohmann::ordered_json json_of(const Comparison& comparison) {
    auto figures = nlohmann::ordered_json::array();
    for (const auto& figure : comparison.figures) {
        auto one = json_of(figure.samples);
        one["who"] = figure.who;
        if (const auto times = advantage(comparison, figure)) one["advantage"] = *times;
        figures.push_back(std::move(one));
    }
    return {{"what", comparison.what}, {"unit", name_of(comparison.unit)}, {"figures", std::move(figures)}};
}

nlohmann::ordered_json json_of(const Chart& chart) {
    auto curves = nlohmann::ordered_json::array();
    for (const auto& curve : chart.curves) curves.push_back({{"name", curve.name}, {"points", curve.points}});
    return {{"name", chart.name},
            {"title", chart.title},
            {"x_title", chart.x_title},
            {"y_title", chart.y_title},
            {"y_unit", chart.y_unit},
            {"x_logarithmic", chart.x == Scale::logarithmic},
            {"y_logarithmic", chart.y == Scale::logarithmic},
            {"curves", std::move(curves)}};
}

nlohmann::ordered_json json_of(const Section& section) {
    nlohmann::ordered_json document{{"title", section.title}};
    auto& comparisons = document["comparisons"] = nlohmann::ordered_json::array();
    for (const auto& comparison : section.comparisons) comparisons.push_back(json_of(comparison));
    auto& reached = document["reached"] = nlohmann::ordered_json::object();
    for (const auto& [id, samples] : section.reached) {
        reached[id] = json_of(samples);
        reached[id]["reached"] = target(id).reached(samples.median());
    }
    auto& charts = document["charts"] = nlohmann::ordered_json::array();
    for (const auto& chart : section.charts) charts.push_back(json_of(chart));
    document["notes"] = section.notes;
    return document;
}

void print(const Comparison& comparison) {
    const char* what = comparison.what.c_str();
    const auto unit = name_of(comparison.unit);
    for (const auto& figure : comparison.figures) {
        const auto& samples = figure.samples;
        const auto spread =
            samples.size() < 2 ? std::string() : display(samples.low(), unit) + " - " + display(samples.high(), unit);
        const auto times = advantage(comparison, figure);
        const auto ratio = times ? three_digits(*times) + "x" : std::string();
        std::printf("  %-42s %-40s %11s  %-23s %8s\n", what, figure.who.c_str(),
                    display(samples.median(), unit).c_str(), spread.c_str(), ratio.c_str());
        what = "";
    }
}

void print_reached(const std::string& id, const nlohmann::ordered_json& measured) {
    const auto& wanted = target(id);
    std::printf("  %-80s %12s  %-20s %s\n", wanted.what.c_str(), wanted.display(measured["median"]).c_str(),
                wanted.display_limit().c_str(), measured["reached"].get<bool>() ? "reached" : "MISSED");
}

}  // namespace

std::string display(double value, const std::string& unit) {
    if (unit == "seconds") return value < 1 ? three_digits(value * 1000) + " ms" : three_digits(value) + " s";
    if (unit == "per_second") return with_commas(value) + "/s";
    if (unit == "bytes") return value < 10'000 ? formatted("%.0f B", value) : three_digits(value / 1'000'000) + " MB";
    return with_commas(value);
}

void Report::add(const Section& section) {
    std::printf("\n%s\n  %-42s %-40s %11s  %-23s %8s\n", section.title.c_str(), "", "", "median", "lowest - highest",
                "freshet");
    for (const auto& comparison : section.comparisons) print(comparison);
    for (const auto& note : section.notes) std::printf("  %s\n", note.c_str());
    auto document = json_of(section);
    for (const auto& [id, measured] : document["reached"].items()) print_reached(id, measured);
    std::fflush(stdout);
    document["facts"] = facts_;
    document_["sections"][section.name] = std::move(document);
}

void Report::print_targets() const {
    std::printf("\nTo reach\n");
    for (const auto& wanted : targets()) {
        for (const auto& [name, section] : document_["sections"].items()) {
            if (section["reached"].contains(wanted.id)) print_reached(wanted.id, section["reached"][wanted.id]);
        }
    }
}

}  // namespace freshet::bench
