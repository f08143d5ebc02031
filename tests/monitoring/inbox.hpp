// Where Alertmanager's messages end up in a test: an HTTP server that says yes to everything and keeps it.
//
// Works in a thread of its own; every call is safe from the test's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/files.hpp"

namespace freshet::testing {

struct Message {
    std::string path;  // of the request
    std::string head;  // request line and headers
    std::string body;
};

class Inbox {
  public:
    Inbox();
    ~Inbox();
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    std::string url(const std::string& path) const;
    std::vector<Message> messages() const;
    void clear();

  private:
    void run();
    void receive_one();

    std::uint16_t port_ = 0;
    Descriptor listener_;
    Descriptor waker_;
    mutable std::mutex mutex_;  // guards messages_
    std::vector<Message> messages_;
    std::thread thread_;
};

}  // namespace freshet::testing
