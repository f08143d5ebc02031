// A child process of the demo: its output goes to files, and it never outlives us.
//
// It leads a process group of its own, so that Ctrl-C reaches us alone and we end it in order. If we are killed, the
// kernel sends it its stop signal at the end of the thread that started it. Lives on its executor.
#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace freshet::demo {

namespace asio = boost::asio;

struct ChildOptions {
    std::filesystem::path program;
    std::vector<std::string> arguments;  // without the program itself
    std::filesystem::path directory;     // to run in
    std::filesystem::path output;        // appended to; may be the same file as `errors`
    std::filesystem::path errors;
    std::string user = {};  // to become; empty: stay who we are
    int stop_signal = SIGTERM;
    std::chrono::milliseconds patience{15'000};  // between the stop signal and SIGKILL
};

class Child {
  public:
    // Throws core::Error if it cannot be started; a program that cannot be executed exits with 127.
    Child(asio::any_io_executor executor, ChildOptions options);
    // Stops it, which can take as long as its patience.
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    // The exit code, or 128 + the signal that ended it.
    asio::awaitable<int> wait();
    bool running();
    void stop();
    const ChildOptions& options() const noexcept { return options_; }

  private:
    bool reap(int flags);
    bool ended_within(std::chrono::milliseconds limit);

    ChildOptions options_;
    pid_t pid_ = -1;
    asio::posix::stream_descriptor handle_;  // a pidfd, readable once the process has ended
    std::optional<int> code_;
};

// The last lines of a file, for the message of a child that failed; empty if there is none.
std::string tail_of(const std::filesystem::path& file);

}  // namespace freshet::demo
