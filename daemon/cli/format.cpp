#include "freshet/cli/format.hpp"

#include <array>
#include <cmath>
#include <ctime>

#include "freshet/core/duration.hpp"

namespace freshet::cli {

std::chrono::system_clock::time_point moment_of(double epoch) {
    return std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::duration<double>(epoch)));
}

std::chrono::milliseconds milliseconds_of(double seconds) {
    return std::chrono::milliseconds(std::llround(seconds * 1000));
}

std::string local_moment(std::optional<double> epoch) {
    if (!epoch) return "-";
    const std::time_t whole = std::chrono::system_clock::to_time_t(moment_of(*epoch));
    std::tm local{};
    localtime_r(&whole, &local);
    std::array<char, 32> text{};
    const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local);
    return std::string(text.data(), length);
}

std::string seconds_text(std::optional<double> seconds) {
    return seconds ? core::human_duration(milliseconds_of(*seconds)) : "-";
}

std::string grouped(std::int64_t number) {
    std::string text = std::to_string(number);
    const std::size_t first = number < 0 ? 1 : 0;
    for (std::size_t at = text.size(); at > first + 3;) {
        at -= 3;
        text.insert(at, ",");
    }
    return text;
}

std::string counted(std::int64_t number, std::string_view singular, std::string_view plural) {
    return grouped(number) + " " + std::string(number == 1 ? singular : plural);
}

std::string first_line(std::string_view text) {
    const auto end = text.find('\n');
    return end == std::string_view::npos ? std::string(text) : std::string(text.substr(0, end)) + " ...";
}

}  // namespace freshet::cli
