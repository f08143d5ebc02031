// Numbers for people. Private to demo.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace freshet::demo {

// With so many digits behind the point.
std::string fixed(double value, int digits);
// 12345 is "12,345".
std::string grouped(std::uint64_t value);
// Enough digits for two or three significant ones: "0.42 ms", "7.3 ms", "180 ms", "1.7 s".
std::string short_time(double milliseconds);
std::string left(std::string_view text, std::size_t width);
std::string right(std::string_view text, std::size_t width);

}  // namespace freshet::demo
