// A directory that goes away with its owner, and a file descriptor that is closed.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

namespace freshet::testing {

class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() { reset(); }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        reset();
        number_ = std::exchange(other.number_, -1);
        return *this;
    }

    int get() const noexcept { return number_; }
    explicit operator bool() const noexcept { return number_ >= 0; }
    void reset() noexcept;

  private:
    int number_ = -1;
};

// Made in $TMPDIR or /tmp, with a short name: the path of a Unix socket must fit into 107 bytes.
class TemporaryDirectory {
  public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    // Leaves it in place when the owner goes.
    void keep() noexcept { kept_ = true; }

  private:
    std::filesystem::path path_;
    bool kept_ = false;
};

std::string read_text(const std::filesystem::path& file);
void write_text(const std::filesystem::path& file, const std::string& text);

// Throws std::system_error for errno.
[[noreturn]] void throw_errno(const std::string& action);

}  // namespace freshet::testing
