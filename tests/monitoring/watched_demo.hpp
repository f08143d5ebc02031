// `freshetd demo`, its live workload and its daemon, scraped by a Prometheus: what the dashboards are looked at with.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "monitoring/prometheus.hpp"
#include "support/client.hpp"
#include "support/process.hpp"

namespace freshet::testing {

class WatchedDemo {
  public:
    // The office writes for `time` at most; alerts go to Alertmanager at that port, if one is there. Ready when this
    // returns; throws std::runtime_error.
    WatchedDemo(std::chrono::seconds time, std::uint16_t alertmanager_port);

    std::string scrape() const;
    const Prometheus& prometheus() const { return *prometheus_; }
    // A session of the owner of the reports.
    Client client() const { return Client(conninfo_); }
    // `freshetd verify` of every report. Throws std::runtime_error if one is not equal to its query.
    void verify() const;
    // So much work approved in one statement that recomputing is cheaper than folding it.
    void import_much() const;
    std::string logs() const { return demo_->output() + demo_->errors() + prometheus_->errors(); }

  private:
    std::string printed_between(const std::string& before, const std::string& after) const;

    std::unique_ptr<Process> demo_;
    std::string conninfo_;
    std::uint16_t daemon_port_ = 0;
    std::unique_ptr<Prometheus> prometheus_;
};

}  // namespace freshet::testing
