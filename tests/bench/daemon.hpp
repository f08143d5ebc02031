// freshetd as the benchmark runs it: installed from a configuration file of its own, then started and stopped at will.
//
// It is the binary that users run, told apart from the shipped sample only by what a Tuning says. Not thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/client.hpp"
#include "support/files.hpp"
#include "support/process.hpp"

namespace freshet::bench {

struct Tuning {
    std::string debounce = "0ms";
    std::string max_delay = "0ms";
    std::string strategy = "auto";
    std::string only = {};  // the one view there is; empty: all three
};

class Daemon {
  public:
    // Writes the configuration; nothing runs yet.
    Daemon(std::string conninfo, const Tuning& tuning);

    void install();
    // Returns when its session leads and nothing is pending.
    void start();
    void stop();
    // Memory of the running process, in bytes: now, and the most so far.
    double resident() const;
    double most_resident() const;
    // Throws std::runtime_error, with the differing keys, unless every view equals its query.
    void prove_exact();

  private:
    testing::Finished run(std::vector<std::string> arguments, const std::string& action) const;

    double memory(const std::string& name) const;

    std::string conninfo_;
    testing::TemporaryDirectory directory_;
    std::unique_ptr<testing::Process> process_;
};

// Each throws std::runtime_error after ten minutes.
void wait_until_nothing_pending(testing::Client& client);
// The daemon sleeps and wants to be woken by NOTIFY.
void wait_until_asleep(testing::Client& client);
// After the daemon has stopped: until the server has ended its sessions.
void wait_until_gone(testing::Client& client);

}  // namespace freshet::bench
