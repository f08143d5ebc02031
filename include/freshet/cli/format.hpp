// Numbers, moments and durations for people. Pure, but for the local time zone.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freshet::cli {

// From PostgreSQL's extract(epoch FROM ...).
std::chrono::system_clock::time_point moment_of(double epoch);
std::chrono::milliseconds milliseconds_of(double seconds);

// Local date and time to the second: 2024-05-06 07:08:09; "-" for nothing.
std::string local_moment(std::optional<double> epoch);

// The same with the zone, and in UTC: 2024-05-06 09:08:09 CEST (07:08:09Z). Where local time is UTC, once.
std::string both_moments(std::optional<double> epoch);
// Only in UTC, to stand beside local_moment: 07:08:09Z; with the date if that is another one: 05-05 23:08:09Z. Empty for
// nothing, and where local time is UTC.
std::string utc_beside(std::optional<double> epoch);
// A column's heading with the local zone: "started (CEST)".
std::string with_zone(const std::string& heading);

// "1.5s"; "-" for nothing.
std::string seconds_text(std::optional<double> seconds);

// 1,234,567
std::string grouped(std::int64_t number);

// "1 row", "2,000 rows"
std::string counted(std::int64_t number, std::string_view singular, std::string_view plural);

// The first line of a text, with "..." if that is not all of it.
std::string first_line(std::string_view text);

}  // namespace freshet::cli
