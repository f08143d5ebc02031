// Debian's Alertmanager with the shipped configuration, only faster, and with an inbox in the place of the pager, the
// chat and the dead man's switch.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "monitoring/inbox.hpp"
#include "support/files.hpp"
#include "support/process.hpp"

namespace freshet::testing {

class Alertmanager {
  public:
    // Ready when this returns; throws std::runtime_error. Pages arrive at the inbox under /page, messages for the chat
    // under /chat, the watchdog's under /watchdog. The inbox must outlive it.
    explicit Alertmanager(const Inbox& inbox);

    std::uint16_t port() const noexcept { return port_; }
    // Its alerts of that name that another alert silences.
    std::string inhibited(const std::string& alert) const;
    std::string errors() const { return process_->errors(); }

  private:
    std::string file(const std::string& name) const { return (directory_.path() / name).string(); }
    void configure(const Inbox& inbox) const;

    TemporaryDirectory directory_;
    std::uint16_t port_;
    std::unique_ptr<Process> process_;
};

}  // namespace freshet::testing
