// A child process of a test: its output is kept, every wait has a limit, and it never outlives the test.
//
// Not thread-safe. Even if the test itself is killed, the kernel sends the child its death signal: it does so at the
// end of the thread that started it, so start processes from the main thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/files.hpp"

namespace freshet::testing {

struct ProcessOptions {
    std::vector<std::string> arguments = {};              // without the program itself
    std::map<std::string, std::string> environment = {};  // added to the test's own
    std::filesystem::path directory = {};                 // to start in; empty: the test's own
    std::string user = {};                                // to become; empty: stay who we are
    int death_signal = SIGKILL;                           // when the test ends first
};

class Process {
  public:
    // Throws std::system_error if it cannot be started; a program that cannot be executed exits with 127.
    Process(std::filesystem::path program, ProcessOptions options);
    // Kills it if it still runs.
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t pid() const noexcept { return pid_; }
    bool running();
    void send_signal(int number);
    // The exit code, or 128 + the signal that ended it; nullopt if it still runs after `limit`.
    std::optional<int> wait(std::chrono::milliseconds limit);

    // What it has written so far.
    std::string output() const;  // standard output
    std::string errors() const;  // standard error

  private:
    void start(const std::filesystem::path& program, const ProcessOptions& options);
    bool reap(int flags);

    TemporaryDirectory files_;
    pid_t pid_ = -1;
    Descriptor handle_;  // a pidfd, readable once the process has ended
    std::optional<int> code_;
};

struct Finished {
    int code = 0;
    std::string output;
    std::string errors;
};

// Runs a program to its end. Throws std::runtime_error, with what it wrote, if that takes longer than `limit`.
Finished run_process(std::filesystem::path program, ProcessOptions options,
                     std::chrono::milliseconds limit = std::chrono::seconds(60));

}  // namespace freshet::testing
