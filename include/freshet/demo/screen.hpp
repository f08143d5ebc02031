// What the viewer sees every second. Rendering is pure; the Screen writes it where it belongs.
#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "freshet/demo/action.hpp"
#include "freshet/demo/readings.hpp"

namespace freshet::demo {

struct ViewLine {
    ViewReading reading;
    std::optional<Cost> cost;  // the last one measured
};

struct Frame {
    std::chrono::seconds elapsed{};
    Ledger written;  // in the last second
    Ledger so_far;
    std::vector<ViewLine> views;
};

// The kinds of writes with how many of each, the most frequent first: "41 new entries, 17 approvals".
std::string describe(const Ledger& written, std::size_t most_kinds = action_count);
// A block of lines that replaces the one before.
std::vector<std::string> render_block(const Frame& frame);
// One line, for a log or a pipe.
std::string render_line(const Frame& frame);

enum class ScreenMode {
    block,   // a terminal: the block is redrawn in place
    lines,   // no terminal
    silent,  // somebody else has standard output
};

class Screen {
  public:
    Screen(std::ostream& out, ScreenMode mode) : out_(&out), mode_(mode) {}

    // A line that stays.
    void say(const std::string& text);
    void show(const Frame& frame);

  private:
    std::ostream* out_;
    ScreenMode mode_;
    std::size_t block_height_ = 0;  // of the block on the terminal now
};

}  // namespace freshet::demo
