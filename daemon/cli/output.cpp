#include "freshet/cli/output.hpp"

#include <unistd.h>

#include <cstdlib>
#include <ostream>

namespace freshet::cli {

namespace {

Screen screen_of(int descriptor) {
    return isatty(descriptor) == 1 ? Screen::terminal : Screen::stream;
}

bool wants_colour() {
    const char* refusal = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    const bool dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
    return (refusal == nullptr || *refusal == '\0') && !dumb;
}

}  // namespace

Surroundings look_around() {
    Surroundings found{screen_of(STDOUT_FILENO), screen_of(STDERR_FILENO), Colour::none};
    if (found.out == Screen::terminal && wants_colour()) found.colour = Colour::ansi;
    return found;
}

void Output::answer(std::string_view text) const {
    *out_ << text << std::flush;
}

void Output::remark(std::string_view text) const {
    *err_ << text << std::flush;
}

Progress Output::progress() const {
    return {*err_, surroundings_.err == Screen::terminal ? ProgressStyle::bar : ProgressStyle::lines};
}

}  // namespace freshet::cli
