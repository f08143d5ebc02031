#include "monitoring/prometheus.hpp"

#include <stdexcept>

#include "monitoring/loopback.hpp"
#include "monitoring/shipped.hpp"
#include "support/eventually.hpp"

namespace freshet::testing {

namespace {

constexpr std::chrono::seconds patience{45};

std::string address(std::uint16_t port) {
    return "127.0.0.1:" + std::to_string(port);
}

}  // namespace

std::filesystem::path debian_program(const std::string& name) {
    std::filesystem::path path = "/usr/bin/" + name;
    if (!std::filesystem::exists(path)) throw std::runtime_error(name + " is not installed; hint: ./dev deps");
    return path;
}

Prometheus::Prometheus(std::uint16_t daemon_port, std::uint16_t alertmanager_port) : port_(free_port()) {
    const auto file = [this](const std::string& name) { return (directory_.path() / name).string(); };
    auto text = shipped("config/prometheus/prometheus.yml");
    text = rewritten(text, "_interval: 15s", "_interval: 1s");
    text = replaced(text, "127.0.0.1:9632", address(daemon_port));
    text = replaced(text, "127.0.0.1:9093", address(alertmanager_port));
    write_text(file("prometheus.yml"), text);
    for (const std::string name : {"freshet.rules.yml", "freshet.alerts.yml"}) {
        write_text(file(name), hurried_rules(shipped("config/prometheus/" + name)));
    }
    process_ = std::make_unique<Process>(
        debian_program("prometheus"),
        ProcessOptions{.arguments = {"--config.file=" + file("prometheus.yml"), "--storage.tsdb.path=" + file("series"),
                                     "--web.listen-address=" + address(port_), "--rules.alert.resend-delay=1s"},
                       .directory = directory_.path()});
    const bool ready = eventually([this] { return http_get(port_, "/-/ready").starts_with("HTTP/1.1 200"); }, patience);
    if (!ready) throw std::runtime_error("Prometheus is not ready:\n" + errors());
}

std::string Prometheus::query(const std::string& expression) const {
    auto text = run_process(debian_program("promtool"),
                            {.arguments = {"query", "instant", "http://" + address(port_), expression}})
                    .output;
    text.erase(text.find_last_not_of('\n') + 1);  // no series is an empty line
    return text;
}

nlohmann::json Prometheus::range(const std::string& expression, std::chrono::seconds time,
                                 std::chrono::seconds step) const {
    using std::chrono::duration_cast, std::chrono::seconds;
    const auto now = duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    return between(expression, now - time.count(), now, step);
}

nlohmann::json Prometheus::between(const std::string& expression, std::int64_t begin, std::int64_t end,
                                   std::chrono::seconds step) const {
    const auto done =
        run_process(debian_program("promtool"),
                    {.arguments = {"query", "range", "--format=json", "--start=" + std::to_string(begin),
                                   "--end=" + std::to_string(end), "--step=" + std::to_string(step.count()) + "s",
                                   "http://" + address(port_), expression}});
    if (done.code != 0) throw std::runtime_error(done.errors);
    return nlohmann::json::parse(done.output);
}

}  // namespace freshet::testing
