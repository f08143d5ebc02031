// A TCP proxy on the loopback in front of the cluster's Unix socket, which can cut, stall and resume what passes.
//
// Works in a thread of its own; every call is safe from the test's thread and has taken effect when it returns.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/files.hpp"

namespace freshet::testing {

class TcpGate {
  public:
    // Whether the bytes that trigger a cut still reach the server.
    enum class Trigger { delivered, swallowed };

    explicit TcpGate(std::filesystem::path server_socket);
    ~TcpGate();
    TcpGate(const TcpGate&) = delete;
    TcpGate& operator=(const TcpGate&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    // For the cluster's superuser, without TLS.
    std::string conninfo(const std::string& database) const;

    // Closes every connection, on both sides. New ones are let in.
    void cut();
    // Nothing passes any more, and nothing is closed: what is sent waits. New connections are not answered.
    void stall();
    void resume();
    // Closes a connection as soon as its client sends `bytes` (within one read); then this is over.
    void cut_when_client_sends(std::string bytes, Trigger trigger);
    std::size_t connections();
    // How often a client spoke and then waited: statements that are sent together, without waiting, count once.
    std::size_t round_trips();

  private:
    struct Pair;
    struct Watch;

    void run();
    void in_thread(std::function<void()> action);
    void perform_actions();
    void accept_one();
    void pump(Pair& pair, const Watch& watch);
    void client_to_server(Pair& pair);
    void server_to_client(Pair& pair);
    bool triggered(Pair& pair, const std::string& chunk);

    std::filesystem::path server_socket_;
    std::uint16_t port_ = 0;
    Descriptor listener_;
    Descriptor waker_;

    std::mutex mutex_;  // guards actions_, performed_
    std::condition_variable done_;
    std::vector<std::function<void()>> actions_;
    std::uint64_t asked_ = 0;
    std::uint64_t performed_ = 0;

    // of the thread
    std::list<Pair> pairs_;
    bool stalled_ = false;
    bool ending_ = false;
    std::size_t round_trips_ = 0;
    std::string trigger_bytes_;
    Trigger trigger_ = Trigger::delivered;

    std::thread thread_;
};

}  // namespace freshet::testing
