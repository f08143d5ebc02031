#include "freshet/core/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace freshet::core {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};

constexpr std::array<Unit, 4> units{{{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::int64_t day = 24 * units[0].milliseconds;

[[noreturn]] void refuse(std::string_view text, std::string_view reason) {
    throw std::invalid_argument("\"" + std::string(text) + "\" " + std::string(reason));
}

std::int64_t factor_of(std::string_view unit, std::string_view text) {
    for (const auto& known : units) {
        if (known.name == unit) {
            return known.milliseconds;
        }
    }
    refuse(text, "is not a duration");
}

// "1h" and "1h 5m", but never "1h 0m"
std::string two_units(std::int64_t major, std::string_view major_name, std::int64_t minor,
                      std::string_view minor_name) {
    auto text = std::to_string(major).append(major_name);
    if (minor != 0) {
        text.append(" ").append(std::to_string(minor)).append(minor_name);
    }
    return text;
}

std::string seconds_with_tenths(std::int64_t milliseconds) {
    const auto tenths = milliseconds % 1000 / 100;
    return std::to_string(milliseconds / 1000) + (tenths == 0 ? "" : "." + std::to_string(tenths)) + "s";
}

std::string human(std::int64_t ms) {
    const auto& [hour, minute, second, _] = units;
    if (ms < second.milliseconds) {
        return std::to_string(ms) + "ms";
    }
    if (ms < minute.milliseconds) {
        return seconds_with_tenths(ms);
    }
    if (ms < hour.milliseconds) {
        return two_units(ms / minute.milliseconds, "m", ms % minute.milliseconds / second.milliseconds, "s");
    }
    if (ms < 2 * day) {  // "36h" is how people speak of a staleness limit
        return two_units(ms / hour.milliseconds, "h", ms % hour.milliseconds / minute.milliseconds, "m");
    }
    return two_units(ms / day, "d", ms % day / hour.milliseconds, "h");
}

}  // namespace

std::chrono::milliseconds parse_duration(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::invalid_argument || number < 0 || text.starts_with('-')) {
        refuse(text, "is not a duration");
    }
    const auto factor = factor_of(text.substr(static_cast<std::size_t>(end - text.data())), text);
    if (error == std::errc::result_out_of_range || number > std::numeric_limits<std::int64_t>::max() / factor) {
        refuse(text, "is too long a duration");
    }
    return std::chrono::milliseconds(number * factor);
}

std::string duration_literal(std::chrono::milliseconds value) {
    for (const auto& unit : units) {
        if (value.count() != 0 && value.count() % unit.milliseconds == 0) {
            return std::to_string(value.count() / unit.milliseconds).append(unit.name);
        }
    }
    return "0s";
}

std::string human_duration(std::chrono::milliseconds value) {
    return value.count() < 0 ? "-" + human(-value.count()) : human(value.count());
}

}  // namespace freshet::core
