#include "monitoring/stack.hpp"

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

bool answers(std::uint16_t port, const std::string& path) {
    return http_get(port, path).starts_with("HTTP/1.1 200");
}

void require(bool condition, const std::string& what, const Stack& stack) {
    if (!condition) throw std::runtime_error(what + "\n" + stack.logs());
}

std::string lowercase(std::string text) {
    for (char& letter : text) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return text;
}

bool names_runbook(const Message& message, const std::string& alert) {
    return message.body.find("runbooks.md#" + lowercase(alert) + "\"") != std::string::npos;
}

}  // namespace

Stack::Stack() : daemon_port_(free_port()) {
    create_firm();
    install();
    start_daemon();
    alertmanager_ = std::make_unique<Alertmanager>(inbox);
    prometheus_ = std::make_unique<Prometheus>(daemon_port_, alertmanager_->port());
    require(eventually([this] { return !query("freshet_view_staleness_seconds").empty(); }, patience),
            "Prometheus did not scrape freshetd", *this);
}

void Stack::create_firm() {
    auto session = client();
    session.exec(shipped("config/sample/schema.sql"));
    session.exec(shipped("config/sample/generate.sql"));
    session.exec("SELECT sample.generate(0.02)");
}

// As shipped but for the database, the port, and seconds in place of a minute.
void Stack::install() {
    std::filesystem::copy(std::string(FRESHET_SOURCE_DIR) + "/config/sample/views", file("views"));
    auto text = shipped("config/sample/freshet.json");
    text = replaced(text, R"("conninfo": "")", R"("conninfo": ")" + cluster.conninfo("postgres") + "\"");
    text = replaced(text, "127.0.0.1:9632", address(daemon_port_));
    text = replaced(text, R"("poll_interval": "1s")", R"("poll_interval": "200ms")");
    text = replaced(text, R"("staleness_slo": "60s")", R"("staleness_slo": "3s")");
    write_text(file("freshet.json"), text);
    const auto done = freshetd({"install"});
    require(done.code == 0, "freshetd install failed: " + done.output + done.errors, *this);
}

Finished Stack::freshetd(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--config", file("freshet.json")});
    return run_process(FRESHETD_BINARY, {.arguments = std::move(arguments)});
}

void Stack::start_daemon() {
    daemon_ = std::make_unique<Process>(FRESHETD_BINARY,
                                        ProcessOptions{.arguments = {"--config", file("freshet.json"), "run"}});
    require(eventually([this] { return answers(daemon_port_, "/readyz"); }, patience), "freshetd is not ready", *this);
}

void Stack::kill_daemon() {
    daemon_->send_signal(SIGKILL);
    require(daemon_->wait(patience).has_value(), "freshetd survived SIGKILL", *this);
}

std::string Stack::scrape() const {
    const auto answer = http_get(daemon_port_, "/metrics");
    const auto end = answer.find("\r\n\r\n");
    return end == std::string::npos ? "" : answer.substr(end + 4);
}

std::string Stack::wait_for_message(const std::string& path, const std::string& alert, const std::string& text) const {
    std::string found;
    eventually(
        [&] {
            for (const auto& message : inbox.messages()) {
                if (message.path == path && names_runbook(message, alert) &&
                    message.body.find(text) != std::string::npos) {
                    found = message.body;
                }
            }
            return !found.empty();
        },
        patience);
    return found;
}

bool Stack::has_message(const std::string& path, const std::string& alert) const {
    for (const auto& message : inbox.messages()) {
        if (message.path == path && names_runbook(message, alert)) return true;
    }
    return false;
}

std::string Stack::logs() const {
    std::string text;
    if (daemon_) text += daemon_->errors() + "----\n";
    if (alertmanager_) text += alertmanager_->errors() + "----\n";
    if (prometheus_) text += prometheus_->errors();
    return text;
}

}  // namespace freshet::testing
