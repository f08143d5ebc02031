// HTTP on 127.0.0.1, as little as these tests need: blocking, one request for each connection.
#pragma once

#include <cstdint>
#include <string>

#include "support/files.hpp"

namespace freshet::testing {

// Bound to a free port, which is put into `port`.
Descriptor listen_on_loopback(std::uint16_t& port);
// Free a moment ago: for programs that must be told their port.
std::uint16_t free_port();
// Reads until the other side closes or is silent for 5 seconds.
std::string read_all(const Descriptor& from);
void write_all(const Descriptor& to, const std::string& text);
// The whole answer, head and body; empty if nobody answers.
std::string http_get(std::uint16_t port, const std::string& path);

}  // namespace freshet::testing
