// Durations as people write and read them: "200ms", "2s", "5m", "36h".
//
// Not SQL intervals: months and years belong to PostgreSQL. Pure functions.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace freshet::core {

// A whole number and one unit of ms, s, m, h, without spaces or sign. Throws std::invalid_argument with the reason, such
// as `"5 min" is not a duration`.
std::chrono::milliseconds parse_duration(std::string_view text);

// The text in the largest unit that parse_duration reads back as the same value: 90 s is "90s", 120 s is "2m".
std::string duration_literal(std::chrono::milliseconds value);

// Two units at most, for people: "85ms", "1.5s", "3m 20s", "36h", "4d 2h". Rounded down; a negative value has a sign.
std::string human_duration(std::chrono::milliseconds value);

}  // namespace freshet::core
