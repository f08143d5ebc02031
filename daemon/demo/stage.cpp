#include "freshet/demo/stage.hpp"

#include <fstream>
#include <sstream>
#include <utility>

#include "freshet/demo/postgres_programs.hpp"
#include "freshet/sql/texts.hpp"
#include "text.hpp"

namespace freshet::demo {

namespace {

std::string content_of(const std::filesystem::path& file) {
    std::ostringstream content;
    content << std::ifstream(file, std::ios::binary).rdbuf();
    return content.str();
}

// The tail of a log ends with what the program said last, which is the reason.
[[noreturn]] void throw_ended(const std::string& program, int code, const std::string& tail) {
    throw core::Error(program + " ended with code " + std::to_string(code) + (tail.empty() ? "" : ":" + tail));
}

}  // namespace

Stage::Stage(asio::any_io_executor executor, DemoOptions options, Screen* screen)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      screen_(screen),
      directory_("freshet-demo-"),
      daemon_log_(directory_.path() / "freshetd.log"),
      views_(sample_views(sql::text("config/sample/freshet.json"))),
      listen_("127.0.0.1:" + std::to_string(free_loopback_port())) {}

asio::awaitable<void> Stage::set() {
    co_await start_cluster();
    screen_->say("generating the sample firm, scale " + fixed(options_.scale, 2));
    co_await create_sample(executor_, cluster_.get(), options_.scale);
    co_await install();
    start_daemon();
    introduce();
}

asio::awaitable<void> Stage::start_cluster() {
    screen_->say("starting a private PostgreSQL in " + directory_.path().string());
    const std::string user = unprivileged_user();
    if (!user.empty()) directory_.give_to(user);
    cluster_ = co_await PrivateCluster::start(executor_, directory_.path(), user);
}

asio::awaitable<void> Stage::install() {
    screen_->say("installing the reports");
    configuration_ =
        write_configuration(directory_.path() / "config", cluster_->conninfo(sample_database, owner_role), listen_);
    std::vector<std::string> arguments{"install"};
    const Finished finished = co_await run_freshetd(std::move(arguments));
    if (finished.code != 0) throw_ended("freshetd install", finished.code, tail_of(finished.log));
}

ChildOptions Stage::freshetd(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--config", configuration_.string()});
    ChildOptions child;
    child.program = std::filesystem::absolute(options_.executable);  // it starts in another directory
    child.arguments = std::move(arguments);
    child.directory = configuration_.parent_path();
    return child;
}

void Stage::start_daemon() {
    ChildOptions child = freshetd({"run"});
    child.output = daemon_log_;
    child.errors = daemon_log_;
    daemon_ = std::make_unique<Child>(executor_, std::move(child));
}

asio::awaitable<Stage::Finished> Stage::run_freshetd(std::vector<std::string> arguments) {
    const std::string name = arguments.front();
    Finished finished;
    finished.log = directory_.path() / (name + ".log");
    ChildOptions options = freshetd(std::move(arguments));
    options.output = directory_.path() / (name + ".out");
    options.errors = finished.log;
    Child child(executor_, std::move(options));
    finished.code = co_await child.wait();
    finished.output = content_of(child.options().output);
    co_return finished;
}

asio::awaitable<void> Stage::watch_server() {
    const int code = co_await cluster_->server().wait();
    throw ServerFailure("the private PostgreSQL ended with code " + std::to_string(code) + ":" +
                        tail_of(cluster_->log()));
}

asio::awaitable<void> Stage::watch_daemon() {
    const int code = co_await daemon_->wait();
    throw_ended("freshetd run", code, daemon_log());
}

void Stage::introduce() {
    const std::string url = "http://" + listen_;
    screen_->say(
        "\nA professional-services office writes, and three reports follow it. Look around meanwhile:\n"
        "  database  psql \"" +
        cluster_->conninfo(sample_database, owner_role) + "\"\n" + "  daemon    " + url + "/status, " + url +
        "/metrics\n" + "  its log   " + daemon_log_.string() + "\n" +
        "Below, every second: what was written, how old each report is, how many changes wait for it, and\n"
        "what its query costs live against reading the report" +
        (options_.run_for ? "" : ". Ctrl-C closes the office and proves the reports exact") + ".\n");
}

}  // namespace freshet::demo
