// Where a command's answer goes, and for whom: people or programs.
//
// Refers to streams that outlive it. Not thread-safe.
#pragma once

#include <iosfwd>
#include <string_view>

#include "freshet/cli/progress.hpp"
#include "freshet/cli/style.hpp"

namespace freshet::cli {

enum class Format { human, json };
enum class Screen { stream, terminal };

// What the process's standard streams are.
struct Surroundings {
    Screen out = Screen::stream;
    Screen err = Screen::stream;
    Colour colour = Colour::none;  // of standard output: a terminal, and NO_COLOR is not set (https://no-color.org)
};
Surroundings look_around();

class Output {
  public:
    Output(Format format, Surroundings surroundings, std::ostream& out, std::ostream& err)
        : format_(format), surroundings_(surroundings), out_(&out), err_(&err) {}

    Format format() const { return format_; }
    bool json() const { return format_ == Format::json; }
    Colour colour() const { return surroundings_.colour; }
    Screen screen() const { return surroundings_.out; }

    // The answer, on standard output, at once.
    void answer(std::string_view text) const;
    // Only for people.
    void say(std::string_view text) const {
        if (!json()) answer(text);
    }
    // What is not part of the answer, on standard error.
    void remark(std::string_view text) const;

    Progress progress() const;

  private:
    Format format_;
    Surroundings surroundings_;
    std::ostream* out_;
    std::ostream* err_;
};

}  // namespace freshet::cli
