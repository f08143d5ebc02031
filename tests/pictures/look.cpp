#include "pictures/look.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <map>
#include <stdexcept>

namespace freshet::testing {

namespace {

struct Scale {
    double factor;
    const char* suffix;
};

std::string fixed(double value, int decimals) {
    char text[64];
    std::snprintf(text, sizeof(text), "%.*f", decimals, value);
    return text;
}

// Three figures that count, without zeros at the end.
std::string brief(double value, int decimals) {
    if (decimals >= 0) return fixed(value, decimals);
    const double size = std::fabs(value);
    std::string text = fixed(value, size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : 2);
    if (text.find('.') != std::string::npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') text.pop_back();
    }
    return text == "-0" ? "0" : text;
}

// By the largest scale that the value reaches, else by the smallest.
std::string scaled(double value, const std::vector<Scale>& scales, int decimals) {
    const double size = std::fabs(value);
    for (const auto& scale : scales) {
        if (size >= scale.factor) return brief(value / scale.factor, decimals) + scale.suffix;
    }
    if (size == 0) return "0" + std::string(scales.back().suffix);
    return brief(value / scales.back().factor, decimals) + scales.back().suffix;
}

std::string iso_time(double milliseconds) {
    const auto seconds = static_cast<std::time_t>(milliseconds / 1000);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
    return text.data();
}

std::string duration(double value, int decimals) {
    if (value == 0) return "0 s";
    if (value == 60 && decimals < 0) return "1 min";
    if (value == 3600 && decimals < 0) return "1 hour";
    return scaled(value,
                  {{86400, " days"}, {3600, " hours"}, {60, " mins"}, {1, " s"}, {0.001, " ms"}, {0.000001, " µs"}},
                  decimals);
}

std::string hexadecimal(const std::array<double, 3>& parts) {
    char text[16];
    std::snprintf(text, sizeof(text), "#%02x%02x%02x", static_cast<unsigned>(std::lround(parts[0])),
                  static_cast<unsigned>(std::lround(parts[1])), static_cast<unsigned>(std::lround(parts[2])));
    return text;
}

}  // namespace

std::string colour_named(std::string_view name) {
    static const std::map<std::string, std::string, std::less<>> colours{
        {"green", "#73bf69"}, {"yellow", "#fade2a"},         {"orange", "#ff9830"}, {"red", "#f2495c"},
        {"blue", "#5794f2"},  {"semi-dark-blue", "#3274d9"}, {"purple", "#b877d9"}, {"super-light-blue", "#c0d8ff"},
        {"text", look::text}};
    const auto found = colours.find(name);
    if (found == colours.end()) throw std::logic_error("no colour is called " + std::string(name));
    return found->second;
}

std::string classic_colour(std::size_t index) {
    static constexpr std::array<const char*, 10> palette{"#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c",
                                                         "#5794f2", "#b877d9", "#37872d", "#fade2a", "#c4162a"};
    return palette.at(index % palette.size());
}

std::string oranges(double share) {
    static constexpr std::array<std::array<double, 3>, 5> stops{
        {{127, 39, 4}, {217, 72, 1}, {253, 141, 60}, {253, 208, 162}, {255, 245, 235}}};
    const double at = std::clamp(share, 0.0, 1.0) * static_cast<double>(stops.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(at), stops.size() - 2);
    const double part = at - static_cast<double>(below);
    std::array<double, 3> mixed{};
    for (std::size_t i = 0; i < mixed.size(); ++i) {
        mixed.at(i) = stops.at(below).at(i) + part * (stops.at(below + 1).at(i) - stops.at(below).at(i));
    }
    return hexadecimal(mixed);
}

std::string threshold_colour(const nlohmann::json& thresholds, double value) {
    std::string colour = "text";
    for (const auto& step : thresholds.at("steps")) {
        if (step.at("value").is_null() || value >= step.at("value").get<double>()) colour = step.at("color");
    }
    return colour_named(colour);
}

std::string formatted(double value, const std::string& unit, int decimals) {
    static const std::vector<Scale> counts{{1e9, " Bil"}, {1e6, " Mil"}, {1e3, " K"}, {1, ""}};
    if (unit == "short") return scaled(value, counts, decimals);
    if (unit == "ops") return scaled(value, {{1e3, "K ops/s"}, {1, " ops/s"}}, decimals);
    if (unit == "cps") return scaled(value, {{1e3, "K c/s"}, {1, " c/s"}}, decimals);
    if (unit == "percentunit") return brief(value * 100, decimals) + "%";
    if (unit == "bytes")
        return scaled(value, {{1073741824, " GiB"}, {1048576, " MiB"}, {1024, " KiB"}, {1, " B"}}, decimals);
    if (unit == "s") return duration(value, decimals);
    if (unit == "dateTimeAsIso") return iso_time(value);
    throw std::logic_error("no unit is called " + unit);
}

std::vector<double> axis_ticks(double lowest, double highest, const std::string& unit) {
    const double range = highest > lowest ? highest - lowest : 1;
    const double wanted = range / 4;
    std::vector<double> steps{1, 2, 2.5, 5, 10};
    double power = std::pow(10, std::floor(std::log10(wanted)));
    if (unit == "bytes") {
        steps = {1, 2, 4, 5, 10, 20, 50, 100, 200, 500, 1024};
        power = std::pow(1024, std::floor(std::log2(wanted) / 10));
    } else if (unit == "s" && wanted >= 10) {
        steps = {10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600};
        power = 1;
    }
    double step = steps.back() * power;
    for (auto candidate = steps.rbegin(); candidate != steps.rend(); ++candidate) {
        if (*candidate * power >= wanted * 0.8) step = *candidate * power;
    }
    std::vector<double> ticks;
    const double slack = step * 1e-9;
    for (double at = std::ceil(lowest / step - 1e-9) * step; at <= lowest + range + slack; at += step) {
        ticks.push_back(at);
    }
    return ticks;
}

std::string time_of_day(double seconds_since_1970) {
    return iso_time(seconds_since_1970 * 1000).substr(11);
}

}  // namespace freshet::testing
