#include "freshet/demo/screen.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

#include "text.hpp"

namespace freshet::demo {

namespace {

constexpr std::size_t name_width = 32;
constexpr std::size_t number_width = 11;
constexpr std::size_t kinds_in_a_line = 8;

using Kind = std::pair<std::uint64_t, std::string_view>;

std::vector<Kind> kinds_of(const Ledger& written) {
    std::vector<Kind> kinds;
    for (std::size_t index = 0; index < action_count; ++index) {
        const std::uint64_t times = written.by_action[index].transactions;
        if (times > 0) kinds.emplace_back(times, actions()[index].label);
    }
    std::ranges::stable_sort(kinds, std::ranges::greater{}, &Kind::first);
    return kinds;
}

std::string staleness_of(const ViewReading& reading) {
    return reading.staleness_seconds ? fixed(*reading.staleness_seconds, 1) + " s" : "unknown";
}

// How many times dearer the live query is; "-" when there is nothing to compare with.
std::string ratio_of(const Cost& cost) {
    return cost.read.milliseconds > 0 ? fixed(cost.live.milliseconds / cost.read.milliseconds, 0) + "x" : "-";
}

std::string header() {
    std::string text = left("report", name_width);
    for (const char* title : {"stale", "pending", "groups", "live", "read", "live/read"}) {
        text += right(title, number_width);
    }
    return text;
}

std::string row_of(const ViewLine& view) {
    const auto pending = static_cast<std::uint64_t>(std::max<std::int64_t>(view.reading.pending_changes, 0));
    std::string text = left(view.reading.name, name_width) + right(staleness_of(view.reading), number_width) +
                       right(grouped(pending), number_width);
    if (view.cost) {
        for (const std::string& cell :
             {grouped(static_cast<std::uint64_t>(view.cost->read.rows)), short_time(view.cost->live.milliseconds),
              short_time(view.cost->read.milliseconds), ratio_of(*view.cost)}) {
            text += right(cell, number_width);
        }
    }
    if (view.reading.state != "ready") text += "  " + view.reading.state;
    if (view.reading.consecutive_failures > 0) text += "  failing: " + view.reading.last_error;
    return text;
}

std::string totals_of(const Frame& frame) {
    const Tally now = frame.written.total();
    const Tally total = frame.so_far.total();
    return right(std::to_string(frame.elapsed.count()), 4) + " s  " + grouped(now.transactions) +
           " transactions in the last second, " + grouped(total.transactions) + " so far (" + grouped(total.rows) +
           " rows)";
}

}  // namespace

std::string describe(const Ledger& written, std::size_t most_kinds) {
    std::string text;
    std::vector<Kind> kinds = kinds_of(written);
    const bool cut = kinds.size() > most_kinds;
    if (cut) kinds.resize(most_kinds);
    for (const auto& [times, label] : kinds) {
        text += (text.empty() ? "" : ", ") + std::to_string(times) + " " + std::string(label);
    }
    if (text.empty()) return "nothing";
    return cut ? text + ", ..." : text;
}

std::vector<std::string> render_block(const Frame& frame) {
    std::vector<std::string> lines = {totals_of(frame), "        " + describe(frame.written, kinds_in_a_line),
                                      header()};
    for (const ViewLine& view : frame.views) lines.push_back(row_of(view));
    return lines;
}

std::string render_line(const Frame& frame) {
    std::string text = std::to_string(frame.elapsed.count()) + " s: wrote " + describe(frame.written);
    for (const ViewLine& view : frame.views) {
        text += "; " + view.reading.name + " stale " + staleness_of(view.reading) + ", pending " +
                std::to_string(view.reading.pending_changes);
        if (view.cost) {
            text += ", live " + short_time(view.cost->live.milliseconds) + ", read " +
                    short_time(view.cost->read.milliseconds);
        }
        if (view.reading.consecutive_failures > 0) text += ", failing: " + view.reading.last_error;
    }
    return text;
}

void Screen::say(const std::string& text) {
    if (mode_ == ScreenMode::silent) return;
    *out_ << text << std::endl;
    block_height_ = 0;  // what is above stays
}

void Screen::show(const Frame& frame) {
    if (mode_ == ScreenMode::silent) return;
    if (mode_ == ScreenMode::lines) return say(render_line(frame));
    if (block_height_ > 0) *out_ << "\x1b[" << block_height_ << "A\x1b[J";
    const std::vector<std::string> lines = render_block(frame);
    for (const std::string& line : lines) *out_ << line << '\n';
    out_->flush();
    block_height_ = lines.size();
}

}  // namespace freshet::demo
