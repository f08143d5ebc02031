// The world's errors: what a user or the environment caused and can repair. A mistake of ours is a std::logic_error.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace freshet::core {

// A failed unit of work. what() names the action, the object and the reason: lower case, no full stop. hint() is the
// remedy, or empty.
class Error : public std::runtime_error {
  public:
    explicit Error(const std::string& message, std::string hint = {})
        : std::runtime_error(message), hint_(std::move(hint)) {}

    const std::string& hint() const noexcept { return hint_; }

  private:
    std::string hint_;
};

// One fault in a text a user wrote. Lines and columns count from 1; 0 means unknown. Columns count characters (UTF-8).
struct Fault {
    std::string file;
    int line = 0;
    int column = 0;
    std::string message;
    std::string hint;

    // `file:line:column: message`, then `hint: ...` on a line of its own if there is one
    std::string text() const;

    bool operator==(const Fault&) const = default;
};

// Every fault found in one go. Bad usage or configuration: exit code 2.
class Faults : public Error {
  public:
    explicit Faults(std::vector<Fault> faults);

    const std::vector<Fault>& faults() const noexcept { return faults_; }

  private:
    std::vector<Fault> faults_;
};

// The line and column of a byte offset in `text`.
struct Position {
    int line = 1;
    int column = 1;

    bool operator==(const Position&) const = default;
};
Position position_of(std::string_view text, std::size_t offset);

}  // namespace freshet::core
