#include "monitoring/alertmanager.hpp"

#include <stdexcept>

#include "monitoring/loopback.hpp"
#include "monitoring/prometheus.hpp"
#include "monitoring/shipped.hpp"
#include "support/eventually.hpp"

namespace freshet::testing {

namespace {

constexpr std::chrono::seconds patience{45};

std::string address(std::uint16_t port) {
    return "127.0.0.1:" + std::to_string(port);
}

}  // namespace

Alertmanager::Alertmanager(const Inbox& inbox) : port_(free_port()) {
    configure(inbox);
    process_ = std::make_unique<Process>(
        debian_program("prometheus-alertmanager"),
        ProcessOptions{.arguments = {"--config.file=" + file("alertmanager.yml"), "--storage.path=" + file("alerts"),
                                     "--web.listen-address=" + address(port_), "--cluster.listen-address="},
                       .directory = directory_.path()});
    const bool ready = eventually([this] { return http_get(port_, "/-/ready").starts_with("HTTP/1.1 200"); }, patience);
    if (!ready) throw std::runtime_error("Alertmanager is not ready:\n" + errors());
}

void Alertmanager::configure(const Inbox& inbox) const {
    auto text = shipped("config/alertmanager/alertmanager.yml");
    text = rewritten(text, "group_wait: \\w+", "group_wait: 1s");
    text = rewritten(text, "group_interval: \\w+", "group_interval: 1s");
    text = rewritten(text, "repeat_interval: 1m", "repeat_interval: 1s");
    text = replaced(text, "/etc/prometheus/secrets", directory_.path().string());
    text = rewritten(text, "https://deadman[^\n]*", inbox.url("/watchdog"));
    write_text(file("alertmanager.yml"), "global:\n  pagerduty_url: " + inbox.url("/page") + "\n" + text);
    write_text(file("pagerduty_routing_key"), "key of the pager");
    write_text(file("slack_webhook_url"), inbox.url("/chat"));
    write_text(file("deadman_token"), "token of the watchdog");
}

std::string Alertmanager::inhibited(const std::string& alert) const {
    return run_process(debian_program("amtool"),
                       {.arguments = {"alert", "query", "--inhibited", "--output=json",
                                      "--alertmanager.url=http://" + address(port_), "alertname=" + alert}})
        .output;
}

}  // namespace freshet::testing
