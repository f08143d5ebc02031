#include "freshet/cli/progress.hpp"

#include <algorithm>
#include <ostream>

namespace freshet::cli {

namespace {

constexpr std::int64_t cells = 20;
constexpr std::string_view erase_line = "\r\033[K";

}  // namespace

std::string progress_bar(std::string_view step, std::int64_t done, std::int64_t total) {
    const double share =
        total <= 0 ? 1.0 : std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0);
    const auto filled = static_cast<std::size_t>(share * static_cast<double>(cells));
    const std::string percent = std::to_string(static_cast<int>(share * 100));
    return "[" + std::string(filled, '#') + std::string(cells - filled, '.') + "] " +
           std::string(3 - std::min<std::size_t>(3, percent.size()), ' ') + percent + "%  " + std::string(step);
}

Progress::~Progress() {
    if (drawn_) *out_ << erase_line << std::flush;
}

void Progress::show(std::string_view step, std::int64_t done, std::int64_t total) {
    if (style_ == ProgressStyle::bar) {
        *out_ << erase_line << progress_bar(step, done, total) << std::flush;
        drawn_ = true;
    } else if (step != last_step_) {
        *out_ << step << '\n' << std::flush;
    }
    last_step_ = step;
}

}  // namespace freshet::cli
