// How far a long command is: a bar that redraws itself on a terminal, else a line for each new step.
//
// Writes to a stream it does not own. Not thread-safe.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace freshet::cli {

enum class ProgressStyle { bar, lines };

// "[########............]  40%  step", without control characters.
std::string progress_bar(std::string_view step, std::int64_t done, std::int64_t total);

class Progress {
  public:
    Progress(std::ostream& out, ProgressStyle style) : out_(&out), style_(style) {}
    // Erases a bar, so that what follows starts on a clean line.
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void show(std::string_view step, std::int64_t done, std::int64_t total);

  private:
    std::ostream* out_;
    ProgressStyle style_;
    std::string last_step_;
    bool drawn_ = false;
};

}  // namespace freshet::cli
