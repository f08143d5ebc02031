#include "text.hpp"

#include <iomanip>
#include <sstream>

namespace freshet::demo {

std::string fixed(double value, int digits) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(digits) << value;
    return text.str();
}

std::string grouped(std::uint64_t value) {
    constexpr std::size_t group = 3;
    std::string text = std::to_string(value);
    for (std::size_t at = text.size(); at > group;) text.insert(at -= group, ",");
    return text;
}

std::string short_time(double milliseconds) {
    constexpr double second = 1000;
    constexpr double many = 100;
    if (milliseconds >= second) return fixed(milliseconds / second, 1) + " s";
    if (milliseconds >= many) return fixed(milliseconds, 0) + " ms";
    return fixed(milliseconds, milliseconds >= 1 ? 1 : 2) + " ms";
}

std::string left(std::string_view text, std::size_t width) {
    std::string padded(text);
    if (padded.size() < width) padded.append(width - padded.size(), ' ');
    return padded;
}

std::string right(std::string_view text, std::size_t width) {
    std::string padded(text);
    if (padded.size() < width) padded.insert(0, width - padded.size(), ' ');
    return padded;
}

}  // namespace freshet::demo
