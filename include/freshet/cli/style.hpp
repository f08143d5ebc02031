// Colour for terminals. Pure.
#pragma once

#include <string>
#include <string_view>

namespace freshet::cli {

enum class Style { plain, bold, faint, good, warning, bad };
enum class Colour { none, ansi };

std::string paint(std::string_view text, Style style, Colour colour);

}  // namespace freshet::cli
