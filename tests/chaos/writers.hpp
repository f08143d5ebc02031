// People who write into the sample firm without rest, each in a thread and a session of their own, by random numbers
// that follow from a seed. What they do is in writers.cpp.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace freshet::testing {

class Writers {
  public:
    Writers(std::string conninfo, std::uint64_t seed) : conninfo_(std::move(conninfo)), seed_(seed) {}
    ~Writers() { stop(); }
    Writers(const Writers&) = delete;
    Writers& operator=(const Writers&) = delete;

    // `restless` people, and one whose transactions stay open for seconds.
    void start(int restless);
    // Each ends after the transaction under way.
    void stop();

    // How often each kind of thing was done, over all of them; "failed" counts transactions that lost a race.
    std::map<std::string, int> done() const;
    // What no race explains; empty if all went well.
    std::vector<std::string> complaints() const;

  private:
    void restless(std::uint64_t seed);
    void slow(std::uint64_t seed);
    void count(const std::string& what);
    void complain(const std::string& what);

    std::string conninfo_;
    std::uint64_t seed_;
    std::atomic<bool> ending_ = false;
    mutable std::mutex mutex_;  // guards done_, complaints_
    std::map<std::string, int> done_;
    std::vector<std::string> complaints_;
    std::vector<std::jthread> threads_;
};

}  // namespace freshet::testing
