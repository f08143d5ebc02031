#include "freshet/observe/timestamp.hpp"

#include <spdlog/fmt/fmt.h>

#include <ctime>

namespace freshet::observe {

namespace {

using std::chrono::floor;
using std::chrono::milliseconds;

std::string clock_text(std::chrono::hh_mm_ss<milliseconds> time) {
    return fmt::format("{:02}:{:02}:{:02}.{:03}", time.hours().count(), time.minutes().count(), time.seconds().count(),
                       time.subseconds().count());
}

}  // namespace

std::string rfc3339(std::chrono::system_clock::time_point moment) {
    const auto day = floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{floor<milliseconds>(moment - day)};
    return fmt::format("{:04}-{:02}-{:02}T{}Z", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()), clock_text(time));
}

std::string time_of_day(std::chrono::system_clock::time_point moment) {
    const auto seconds = floor<std::chrono::seconds>(moment);
    const std::time_t whole = std::chrono::system_clock::to_time_t(seconds);
    std::tm local{};
    localtime_r(&whole, &local);
    return fmt::format("{:02}:{:02}:{:02}.{:03}", local.tm_hour, local.tm_min, local.tm_sec,
                       floor<milliseconds>(moment - seconds).count());
}

double unix_seconds(std::chrono::system_clock::time_point moment) {
    return std::chrono::duration<double>(moment.time_since_epoch()).count();
}

}  // namespace freshet::observe
