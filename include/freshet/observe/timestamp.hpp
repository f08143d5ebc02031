// Moments as text.
#pragma once

#include <chrono>
#include <string>

namespace freshet::observe {

// UTC with milliseconds: 2024-05-06T07:08:09.123Z
std::string rfc3339(std::chrono::system_clock::time_point moment);

// Local time of day with milliseconds, for a person at a terminal: 07:08:09.123
std::string time_of_day(std::chrono::system_clock::time_point moment);

// Seconds since 1970, with fractions, as Prometheus wants them.
double unix_seconds(std::chrono::system_clock::time_point moment);

}  // namespace freshet::observe
