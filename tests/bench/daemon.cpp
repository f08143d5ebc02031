#include "daemon.hpp"

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "freshet/sql/texts.hpp"
#include "support/eventually.hpp"

namespace freshet::bench {

namespace {

constexpr std::chrono::minutes patience{10};
constexpr const char* views_folder = "config/sample/views/";

// The shipped sample without its nightly reconcile: what comes at 02:00 does not belong into a figure.
std::string configuration(const std::string& conninfo, const Tuning& tuning) {
    auto document = nlohmann::ordered_json::parse(sql::text("config/sample/freshet.json"), nullptr, true, true);
    document["database"]["conninfo"] = conninfo;
    document["http"]["listen"] = "";
    if (!tuning.only.empty()) {
        document["views"] = nlohmann::ordered_json{{tuning.only, document["views"][tuning.only]}};
        document.erase("events");  // of tables that this view does not read
    }
    for (auto& view : document["views"]) {
        view["strategy"] = tuning.strategy;
        view["debounce"] = tuning.debounce;
        view["max_delay"] = tuning.max_delay;
        view.erase("reconcile");
    }
    return document.dump(2);
}

void write_configuration(const std::filesystem::path& directory, const std::string& text) {
    testing::write_text(directory / "freshet.json", text);
    std::filesystem::create_directory(directory / "views");
    for (const auto path : sql::text_paths(views_folder)) {
        testing::write_text(directory / "views" / path.substr(std::string_view(views_folder).size()),
                            std::string(sql::text(path)));
    }
}

void require(bool condition, const std::string& what) {
    if (!condition) throw std::runtime_error(what + " took longer than ten minutes");
}

}  // namespace

Daemon::Daemon(std::string conninfo, const Tuning& tuning) : conninfo_(std::move(conninfo)) {
    write_configuration(directory_.path(), configuration(conninfo_, tuning));
}

testing::Finished Daemon::run(std::vector<std::string> arguments, const std::string& action) const {
    arguments.insert(arguments.begin(), {"--config", (directory_.path() / "freshet.json").string()});
    auto done = testing::run_process(FRESHETD_BINARY, {.arguments = std::move(arguments)}, std::chrono::minutes(10));
    if (done.code != 0) throw std::runtime_error(action + " failed:\n" + done.output + done.errors);
    return done;
}

void Daemon::install() {
    run({"install"}, "freshetd install");
}

void Daemon::start() {
    process_ = std::make_unique<testing::Process>(
        FRESHETD_BINARY,
        testing::ProcessOptions{.arguments = {"--config", (directory_.path() / "freshet.json").string(), "run"}});
    testing::Client client(conninfo_);
    const auto leads = [&] {
        if (!process_->running()) throw std::runtime_error("freshetd run ended:\n" + process_->errors());
        return client.scalar(
                   "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
                   "WHERE l.locktype = 'advisory' AND a.application_name LIKE 'freshetd/%' "
                   "AND a.datname = current_database()") != "0";
    };
    require(testing::eventually(leads, patience), "the start of freshetd");
    wait_until_nothing_pending(client);
}

void Daemon::stop() {
    if (!process_) return;
    process_->send_signal(SIGTERM);
    if (!process_->wait(patience)) throw std::runtime_error("freshetd did not stop:\n" + process_->errors());
    process_.reset();
}

double Daemon::memory(const std::string& name) const {
    std::ifstream status("/proc/" + std::to_string(process_->pid()) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name + ":")) return 1024 * std::stod(line.substr(name.size() + 1));  // given in kB
    }
    throw std::runtime_error("no " + name + " is known of freshetd");
}

double Daemon::resident() const {
    return memory("VmRSS");
}

double Daemon::most_resident() const {
    return memory("VmHWM");
}

void Daemon::prove_exact() {
    run({"verify"}, "freshetd verify");
}

void wait_until_nothing_pending(testing::Client& client) {
    require(testing::eventually(
                [&] { return client.scalar("SELECT coalesce(sum(pending_changes), 0) FROM freshet.status") == "0"; },
                patience),
            "folding what was pending");
}

void wait_until_asleep(testing::Client& client) {
    require(testing::eventually([&] { return client.scalar("SELECT last_value & 2 FROM freshet.doorbell") == "2"; },
                                patience),
            "the daemon's falling asleep");
}

void wait_until_gone(testing::Client& client) {
    require(testing::eventually(
                [&] {
                    return client.scalar(
                               "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'freshetd/%' AND "
                               "datname = current_database()") == "0";
                },
                patience),
            "the end of the daemon's sessions");
}

}  // namespace freshet::bench
