#include "freshet/cli/style.hpp"

namespace freshet::cli {

namespace {

std::string_view sequence_of(Style style) {
    switch (style) {
        case Style::plain:
            return "";
        case Style::bold:
            return "\033[1m";
        case Style::faint:
            return "\033[2m";
        case Style::good:
            return "\033[32m";
        case Style::warning:
            return "\033[33m";
        case Style::bad:
            return "\033[31m";
    }
    return "";
}

}  // namespace

std::string paint(std::string_view text, Style style, Colour colour) {
    if (colour == Colour::none || style == Style::plain || text.empty()) return std::string(text);
    return std::string(sequence_of(style)).append(text).append("\033[0m");
}

}  // namespace freshet::cli
