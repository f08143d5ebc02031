#include "freshet/core/error.hpp"

#include <algorithm>

namespace freshet::core {

namespace {

std::string joined(const std::vector<Fault>& faults) {
    std::string text;
    for (const auto& fault : faults) {
        text += (text.empty() ? "" : "\n") + fault.text();
    }
    return text;
}

bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

}  // namespace

std::string Fault::text() const {
    std::string result = file;
    if (line > 0) {
        result += ":" + std::to_string(line) + ":" + std::to_string(column);
    }
    result += (result.empty() ? "" : ": ") + message;
    if (!hint.empty()) {
        result += "\nhint: " + hint;
    }
    return result;
}

Faults::Faults(std::vector<Fault> faults) : Error(joined(faults)), faults_(std::move(faults)) {}

Position position_of(std::string_view text, std::size_t offset) {
    const auto head = text.substr(0, std::min(offset, text.size()));
    const auto line_start = head.rfind('\n') == std::string_view::npos ? 0 : head.rfind('\n') + 1;
    Position position;
    position.line += static_cast<int>(std::count(head.begin(), head.end(), '\n'));
    position.column += static_cast<int>(std::count_if(head.begin() + static_cast<std::ptrdiff_t>(line_start),
                                                      head.end(), starts_character));
    return position;
}

}  // namespace freshet::core
