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

// "1.5s"; "-" for nothing.
std::string seconds_text(std::optional<double> seconds);

// 1,234,567
std::string grouped(std::int64_t number);

// "1 row", "2,000 rows"
std::string counted(std::int64_t number, std::string_view singular, std::string_view plural);

// The first line of a text, with "..." if that is not all of it.
std::string first_line(std::string_view text);

}  // namespace freshet::cli
