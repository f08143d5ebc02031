#include "freshet/cli/table.hpp"

#include <algorithm>
#include <stdexcept>

namespace freshet::cli {

std::size_t display_width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;  // not a continuation byte
    }));
}

void Table::add(std::vector<Cell> row) {
    if (row.size() != columns_.size()) throw std::logic_error("a table row has another number of cells than columns");
    rows_.push_back(std::move(row));
}

std::string Table::text(Colour colour) const {
    std::vector<Cell> headings;
    std::vector<std::size_t> widths;
    for (const auto& column : columns_) {
        headings.emplace_back(column.heading, Style::bold);
        widths.push_back(display_width(column.heading));
    }
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i].text));
    }
    std::string text = line(headings, widths, colour);
    for (const auto& row : rows_) text += line(row, widths, colour);
    return text;
}

std::string Table::line(const std::vector<Cell>& cells, const std::vector<std::size_t>& widths, Colour colour) const {
    std::string text;
    std::size_t owed = 0;  // blanks that only a later cell makes necessary
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::size_t gap = widths[i] - display_width(cells[i].text);
        const bool right = columns_[i].align == Align::right;
        text.append(owed + (right ? gap : 0), ' ').append(paint(cells[i].text, cells[i].style, colour));
        owed = 2 + (right ? 0 : gap);
    }
    // An empty last cell leaves the blanks written for it.
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
}

}  // namespace freshet::cli
