#include "report.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace freshet::bench {

namespace {

std::string formatted(const char* format, double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

std::string three_digits(double value) {
    if (value >= 100) return formatted("%.0f", value);
    return formatted(value >= 10 ? "%.1f" : "%.2f", value);
}

std::string display(double value, Unit unit) {
    switch (unit) {
        case Unit::seconds:
            return value < 1 ? three_digits(value * 1000) + " ms" : three_digits(value) + " s";
        case Unit::commits_per_second:
        case Unit::changes_per_second:
            return formatted("%.0f", value) + "/s";
        case Unit::bytes:
            return value < 10'000 ? formatted("%.0f B", value) : three_digits(value / 1'000'000) + " MB";
    }
    return {};
}

std::string name_of(Unit unit) {
    switch (unit) {
        case Unit::seconds:
            return "seconds";
        case Unit::commits_per_second:
            return "commits_per_second";
        case Unit::changes_per_second:
            return "changes_per_second";
        case Unit::bytes:
            return "bytes";
    }
    return {};
}

// How often ours is better than theirs: above 1 is good for us, whatever the unit.
double advantage(const Comparison& comparison, const Figure& other) {
    const auto ours = comparison.figures.front().samples.median();
    const auto theirs = other.samples.median();
    const bool more_is_better =
        comparison.unit == Unit::commits_per_second || comparison.unit == Unit::changes_per_second;
    return more_is_better ? ours / theirs : theirs / ours;
}

void print(const Comparison& comparison) {
    const char* what = comparison.what.c_str();
    for (const auto& figure : comparison.figures) {
        const auto& samples = figure.samples;
        const auto spread = samples.size() < 2 ? std::string()
                                               : display(samples.low(), comparison.unit) + " - " +
                                                     display(samples.high(), comparison.unit);
        const auto ratio =
            &figure == &comparison.figures.front() ? std::string() : three_digits(advantage(comparison, figure)) + "x";
        std::printf("  %-38s %-34s %11s  %-23s %8s\n", what, figure.who.c_str(),
                    display(samples.median(), comparison.unit).c_str(), spread.c_str(), ratio.c_str());
        what = "";
    }
}

nlohmann::ordered_json json_of(const Comparison& comparison) {
    auto figures = nlohmann::ordered_json::array();
    for (const auto& figure : comparison.figures) {
        nlohmann::ordered_json one = {{"who", figure.who},
                                      {"median", figure.samples.median()},
                                      {"low", figure.samples.low()},
                                      {"high", figure.samples.high()},
                                      {"samples", figure.samples.size()}};
        if (&figure != &comparison.figures.front()) one["advantage"] = advantage(comparison, figure);
        figures.push_back(std::move(one));
    }
    return {{"what", comparison.what}, {"unit", name_of(comparison.unit)}, {"figures", std::move(figures)}};
}

}  // namespace

void Report::add(Section section) {
    std::printf("\n%s\n  %-38s %-34s %11s  %-23s %8s\n", section.title.c_str(), "", "", "median", "lowest - highest",
                "freshet");
    for (const auto& comparison : section.comparisons) print(comparison);
    std::fflush(stdout);
    sections_.push_back(std::move(section));
}

nlohmann::ordered_json Report::json() const {
    nlohmann::ordered_json document;
    for (const auto& [name, value] : facts_) document[name] = value;
    auto& sections = document["sections"] = nlohmann::ordered_json::array();
    for (const auto& section : sections_) {
        auto comparisons = nlohmann::ordered_json::array();
        for (const auto& comparison : section.comparisons) comparisons.push_back(json_of(comparison));
        sections.push_back({{"title", section.title}, {"comparisons", std::move(comparisons)}});
    }
    return document;
}

}  // namespace freshet::bench
