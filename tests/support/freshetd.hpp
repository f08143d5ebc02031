// The real freshetd with a configuration of the test's own: its commands, and the daemon as a child process.
//
// Not thread-safe. The daemon is killed with its owner.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/http_get.hpp"
#include "support/process.hpp"

namespace freshet::testing {

class Freshetd {
  public:
    // `program` is the binary, `configuration` the text of its file.
    Freshetd(std::filesystem::path program, const std::string& configuration);

    void configure(const std::string& configuration);
    // Runs a command to its end, whatever its exit code.
    Finished command(std::vector<std::string> arguments, std::chrono::milliseconds limit = std::chrono::seconds(60));
    // Starts a command and returns at once.
    std::unique_ptr<Process> launch(std::vector<std::string> arguments);
    // command() for one that must succeed: throws std::runtime_error with what it wrote.
    std::string must(std::vector<std::string> arguments);

    // `freshetd run`; returns at once. listening() says when its pages are there.
    void start();
    // SIGKILL, and waits for the end.
    void kill();
    // SIGTERM. The exit code, or nullopt if it still runs after `limit`.
    std::optional<int> terminate(std::chrono::milliseconds limit = std::chrono::seconds(20));
    bool running() { return daemon_ && daemon_->running(); }
    Process& daemon() { return *daemon_; }

    bool listening() { return port() != 0; }
    std::uint16_t port();  // of its pages, read from its log; 0 while it does not listen
    HttpAnswer get(const std::string& path) { return http_get(port(), path); }
    // The value of one series of /metrics, or "".
    std::string metric(const std::string& series) { return testing::metric(get("/metrics").body, series); }

    std::string log() const { return daemon_ ? daemon_->errors() : std::string(); }
    bool logged(const std::string& text) const { return log().find(text) != std::string::npos; }

  private:
    std::filesystem::path program_;
    TemporaryDirectory directory_;
    std::filesystem::path file_;
    std::unique_ptr<Process> daemon_;
};

}  // namespace freshet::testing
