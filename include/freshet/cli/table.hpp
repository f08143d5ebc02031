// Aligned columns of text. Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "freshet/cli/style.hpp"

namespace freshet::cli {

enum class Align { left, right };

struct Column {
    std::string heading;
    Align align = Align::left;
};

struct Cell {
    Cell(std::string content, Style look = Style::plain) : text(std::move(content)), style(look) {}
    Cell(const char* content) : text(content) {}

    std::string text;  // one line
    Style style = Style::plain;
};

class Table {
  public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    // As many cells as columns; std::logic_error otherwise.
    void add(std::vector<Cell> row);
    bool empty() const { return rows_.empty(); }

    // Headings, then rows, two spaces between columns, none at the end of a line.
    std::string text(Colour colour) const;

  private:
    std::string line(const std::vector<Cell>& cells, const std::vector<std::size_t>& widths, Colour colour) const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

// How many columns a terminal gives the text: its UTF-8 code points.
std::size_t display_width(std::string_view text);

}  // namespace freshet::cli
