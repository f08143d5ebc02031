// Debian's Prometheus with the shipped configuration and rules, only faster: it scrapes every second, and minutes of
// `for` are seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "support/files.hpp"
#include "support/process.hpp"

namespace freshet::testing {

// /usr/bin/<name>; std::runtime_error with a hint if it is not installed.
std::filesystem::path debian_program(const std::string& name);

class Prometheus {
  public:
    // Ready when this returns; scrapes freshetd at one port and sends alerts to the other. Throws std::runtime_error.
    Prometheus(std::uint16_t daemon_port, std::uint16_t alertmanager_port);

    // The answer to an instant query as promtool writes it, empty for no series.
    std::string query(const std::string& expression) const;
    // The "result" of a range query over the time until now: series with "metric" and "values". std::runtime_error with
    // Prometheus's own words if the expression is wrong.
    nlohmann::json range(const std::string& expression, std::chrono::seconds time, std::chrono::seconds step) const;
    // The same between two moments, seconds since 1970.
    nlohmann::json between(const std::string& expression, std::int64_t begin, std::int64_t end,
                           std::chrono::seconds step) const;
    std::string errors() const { return process_->errors(); }

  private:
    TemporaryDirectory directory_;
    std::uint16_t port_;
    std::unique_ptr<Process> process_;
};

}  // namespace freshet::testing
