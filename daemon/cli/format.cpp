#include "freshet/cli/format.hpp"

#include <array>
#include <cmath>
#include <ctime>

#include "freshet/core/duration.hpp"

namespace freshet::cli {

namespace {

std::tm local_of(double epoch) {
    const std::time_t whole = std::chrono::system_clock::to_time_t(moment_of(epoch));
    std::tm local{};
    localtime_r(&whole, &local);
    return local;
}

std::tm utc_of(double epoch) {
    const std::time_t whole = std::chrono::system_clock::to_time_t(moment_of(epoch));
    std::tm utc{};
    gmtime_r(&whole, &utc);
    return utc;
}

// `format` as of strftime, never empty.
std::string formatted(const std::tm& moment, const char* format) {
    std::array<char, 64> text{};
    return {text.data(), std::strftime(text.data(), text.size(), format, &moment)};
}

}  // namespace

std::chrono::system_clock::time_point moment_of(double epoch) {
    return std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::duration<double>(epoch)));
}

std::chrono::milliseconds milliseconds_of(double seconds) {
    return std::chrono::milliseconds(std::llround(seconds * 1000));
}

std::string local_moment(std::optional<double> epoch) {
    if (!epoch) return "-";
    return formatted(local_of(*epoch), "%Y-%m-%d %H:%M:%S");
}

std::string both_moments(std::optional<double> epoch) {
    if (!epoch) return "-";
    const auto utc = utc_beside(epoch);
    return formatted(local_of(*epoch), "%Y-%m-%d %H:%M:%S %Z") + (utc.empty() ? "" : " (" + utc + ")");
}

std::string utc_beside(std::optional<double> epoch) {
    if (!epoch) return {};
    const auto local = local_of(*epoch);
    const auto utc = utc_of(*epoch);
    if (local.tm_gmtoff == 0) return {};
    return formatted(utc, local.tm_yday == utc.tm_yday ? "%H:%M:%SZ" : "%m-%d %H:%M:%SZ");
}

std::string with_zone(const std::string& heading) {
    const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    return heading + " (" + formatted(local_of(now), "%Z") + ")";
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
