// Grafana's colours, units and scales, as far as the shipped dashboards use them. What they don't use is a
// std::logic_error, so that no picture shows something else than the dashboard says.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::testing {

namespace look {
inline constexpr const char* canvas = "#111217";
inline constexpr const char* panel = "#181b1f";
inline constexpr const char* border = "#25282d";
inline constexpr const char* grid = "#2a2d33";
inline constexpr const char* text = "#ccccdc";
inline constexpr const char* weak = "#8e8e99";
}  // namespace look

// A name such as "semi-dark-blue" as "#3274d9".
std::string colour_named(std::string_view name);
// Of the palette "palette-classic"; begins again after the last.
std::string classic_colour(std::size_t index);
// Of a share from 0 to 1 in the scheme "Oranges", as a dark theme has it.
std::string oranges(double share);
// Of the highest threshold that the value reaches.
std::string threshold_colour(const nlohmann::json& thresholds, double value);

// "1.5 min", "12 MiB", "99.5%", "3.2 c/s". `decimals` below 0: as many as are worth reading.
std::string formatted(double value, const std::string& unit, int decimals);

// Values at which an axis from 0 or below to `highest` has lines, at most five or six, in steps that read well in the
// unit.
std::vector<double> axis_ticks(double lowest, double highest, const std::string& unit);
// "22:41:30", UTC.
std::string time_of_day(double seconds_since_1970);

}  // namespace freshet::testing
