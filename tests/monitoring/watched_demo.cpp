#include "monitoring/watched_demo.hpp"

#include <stdexcept>

#include "monitoring/loopback.hpp"
#include "support/eventually.hpp"

namespace freshet::testing {

namespace {

constexpr std::chrono::seconds patience{45};

}  // namespace

WatchedDemo::WatchedDemo(std::chrono::seconds time, std::uint16_t alertmanager_port)
    : demo_(std::make_unique<Process>(
          FRESHETD_BINARY,
          // A demo that is told to end removes its database; one that is killed cannot.
          ProcessOptions{.arguments = {"demo", "--scale", "0.05", "--for", std::to_string(time.count()) + "s"},
                         .death_signal = SIGTERM})) {
    if (!eventually([this] { return demo_->output().find("/metrics") != std::string::npos; }, patience)) {
        throw std::runtime_error("the demo does not begin:\n" + demo_->output() + demo_->errors());
    }
    conninfo_ = printed_between("psql \"", "\"");
    daemon_port_ = static_cast<std::uint16_t>(std::stoi(printed_between("http://127.0.0.1:", "/status")));
    prometheus_ = std::make_unique<Prometheus>(daemon_port_, alertmanager_port);
}

std::string WatchedDemo::printed_between(const std::string& before, const std::string& after) const {
    const auto text = demo_->output();
    const auto begin = text.find(before);
    if (begin == std::string::npos) throw std::runtime_error("the demo did not print " + before + ":\n" + text);
    const auto from = begin + before.size();
    return text.substr(from, text.find(after, from) - from);
}

std::string WatchedDemo::scrape() const {
    const auto answer = http_get(daemon_port_, "/metrics");
    const auto end = answer.find("\r\n\r\n");
    return end == std::string::npos ? "" : answer.substr(end + 4);
}

void WatchedDemo::verify() const {
    const auto directory = printed_between("its log   ", "/freshetd.log");
    const auto done =
        run_process(FRESHETD_BINARY, {.arguments = {"--config", directory + "/config/freshet.json", "verify"}});
    if (done.code != 0) throw std::runtime_error("freshetd verify: " + done.output + done.errors);
}

void WatchedDemo::import_much() const {
    client().exec(
        "INSERT INTO projects_time_entries(project_id, user_id, date, hours, hourly_rate, approved) "
        "SELECT p.id, 1 + n % 5, current_date - n % 300, 1, 100, true "
        "FROM (SELECT min(id) AS id FROM projects_projects) p, generate_series(1, 20000) n");
}

}  // namespace freshet::testing
