// One GET over a plain socket. Shares no code with the daemon's server.
#pragma once

#include <cstdint>
#include <string>

namespace freshet::testing {

struct HttpAnswer {
    int status = 0;  // 0: nobody listens, or the connection broke
    std::string body;
};

HttpAnswer http_get(std::uint16_t port, const std::string& path);

// The value of a line "name value" or "name{labels} value" of Prometheus' text format; `series` is the part before the
// value. Empty if there is no such line.
std::string metric(const std::string& exposition, const std::string& series);

}  // namespace freshet::testing
