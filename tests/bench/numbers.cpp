#include "numbers.hpp"

#include <array>
#include <cstdio>

namespace freshet::bench {

std::string formatted(const char* format, double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

std::string three_digits(double value) {
    if (value >= 100) return formatted("%.0f", value);
    return formatted(value >= 10 ? "%.1f" : "%.2f", value);
}

}  // namespace freshet::bench
