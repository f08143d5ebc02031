// Everything between a commit and a phone: PostgreSQL with a small sample firm, freshetd, Prometheus and Alertmanager
// with the shipped configuration, and an inbox in the place of the pager, the chat and the dead man's switch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "monitoring/alertmanager.hpp"
#include "monitoring/inbox.hpp"
#include "monitoring/prometheus.hpp"
#include "support/client.hpp"
#include "support/cluster.hpp"
#include "support/process.hpp"

namespace freshet::testing {

class Stack {
  public:
    // All of it works and every view is fresh when this returns. Throws std::runtime_error.
    Stack();

    void start_daemon();
    void kill_daemon();
    // A command on the daemon's configuration, to its end.
    Finished freshetd(std::vector<std::string> arguments) const;
    std::string scrape() const;  // of freshetd, as Prometheus sees it
    // What Prometheus answers to an instant query, empty for no series.
    std::string query(const std::string& expression) const { return prometheus_->query(expression); }
    // Alertmanager's alerts of that name that another alert silences.
    std::string inhibited(const std::string& alert) const { return alertmanager_->inhibited(alert); }
    // The first message to the path that names the runbook of the alert and contains `text`; empty if none came in
    // time.
    std::string wait_for_message(const std::string& path, const std::string& alert, const std::string& text) const;
    bool has_message(const std::string& path, const std::string& alert) const;
    // What everybody wrote, for a failed test.
    std::string logs() const;

    PrivateCluster cluster;
    Inbox inbox;

    Client client() const { return Client(cluster.conninfo("postgres")); }

  private:
    void create_firm();
    void install();
    std::string file(const std::string& name) const { return (directory_.path() / name).string(); }

    TemporaryDirectory directory_;
    std::uint16_t daemon_port_;
    std::unique_ptr<Process> daemon_;
    std::unique_ptr<Alertmanager> alertmanager_;
    std::unique_ptr<Prometheus> prometheus_;
};

}  // namespace freshet::testing
