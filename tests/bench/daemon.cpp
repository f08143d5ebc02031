#include "daemon.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "freshet/sql/texts.hpp"
#include "support/eventually.hpp"

namespace freshet::bench {

namespace {

constexpr std::chrono::minutes patience{2};
constexpr const char* views_folder = "config/sample/views/";

// The shipped sample without its nightly reconcile: what comes at 02:00 does not belong into a figure.
std::string configuration(const std::string& conninfo, const Tuning& tuning) {
    auto document = nlohmann::ordered_json::parse(sql::text("config/sample/freshet.json"), nullptr, true, true);
    document["database"]["conninfo"] = conninfo;
    document["http"]["listen"] = "";
    for (auto& view : document["views"]) {
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
    if (!condition) throw std::runtime_error(what + " took longer than two minutes");
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
                   "WHERE l.locktype = 'advisory' AND a.application_name LIKE 'freshetd/%'") != "0";
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

void Daemon::prove_exact() {
    run({"verify"}, "freshetd verify");
}

void wait_until_visible(testing::Client& client, const std::string& xid) {
    const auto start = std::chrono::steady_clock::now();
    while (client.scalar("SELECT bool_and(pg_visible_in_snapshot($1::xid8, snapshot)) FROM freshet.position", {xid}) !=
           "t") {
        const auto waited = std::chrono::steady_clock::now() - start;
        require(waited < patience, "folding a change");
        // Who asks takes time from who works: a hundredth of the wait is precise enough.
        std::this_thread::sleep_for(std::clamp<std::chrono::nanoseconds>(waited / 100, std::chrono::microseconds(500),
                                                                         std::chrono::milliseconds(50)));
    }
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

}  // namespace freshet::bench
