#include "freshet/demo/private_cluster.hpp"

#include <sys/un.h>

#include <utility>

#include "freshet/async/sleep.hpp"
#include "freshet/demo/postgres_programs.hpp"
#include "freshet/pg/connection.hpp"

namespace freshet::demo {

namespace {

constexpr std::chrono::seconds start_limit{60};

std::vector<std::string> server_arguments(const std::filesystem::path& directory) {
    std::vector<std::string> arguments = {"-D", (directory / "data").string()};
    for (const std::string& setting :
         {std::string("listen_addresses="), "unix_socket_directories=" + directory.string(), std::string("port=5432"),
          std::string("max_connections=50"), std::string("shared_buffers=128MB"), std::string("timezone=UTC")}) {
        arguments.emplace_back("-c");
        arguments.push_back(setting);
    }
    return arguments;
}

}  // namespace

void check_socket_length(const std::filesystem::path& directory) {
    const std::string socket = (directory / ".s.PGSQL.5432").string();
    if (socket.size() < sizeof(sockaddr_un::sun_path)) return;
    throw ServerFailure("cannot listen on " + socket + ": the path of a socket is limited to " +
                            std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " bytes",
                        "set TMPDIR to a shorter path");
}

std::string conninfo_value(const std::string& value) {
    std::string quoted;
    for (const char character : value) {
        if (character == '\'' || character == '\\') quoted += '\\';
        quoted += character;
    }
    const bool plain = quoted == value && !value.empty() && value.find_first_of(" \t\n") == std::string::npos;
    return plain ? value : "'" + quoted + "'";
}

PrivateCluster::PrivateCluster(asio::any_io_executor executor, std::filesystem::path directory, std::string user)
    : executor_(std::move(executor)),
      directory_(std::move(directory)),
      user_(std::move(user)),
      log_(directory_ / "postgres.log") {}

asio::awaitable<std::unique_ptr<PrivateCluster>> PrivateCluster::start(asio::any_io_executor executor,
                                                                       std::filesystem::path directory,
                                                                       std::string user) {
    check_socket_length(directory);
    const std::filesystem::path programs = find_postgres_programs();
    std::unique_ptr<PrivateCluster> cluster(
        new PrivateCluster(std::move(executor), std::move(directory), std::move(user)));
    co_await cluster->initialise(programs);
    cluster->launch(programs);
    co_await cluster->wait_until_ready();
    co_return cluster;
}

asio::awaitable<void> PrivateCluster::initialise(std::filesystem::path programs) {
    Child initdb(executor_, {.program = programs / "initdb",
                             .arguments = {"-D", (directory_ / "data").string(), "-U", "postgres", "--auth=trust",
                                           "--no-sync", "--encoding=UTF8", "--locale=C", "--no-instructions"},
                             .directory = directory_,
                             .output = log_,
                             .errors = log_,
                             .user = user_});
    const int code = co_await initdb.wait();
    if (code != 0) {
        throw ServerFailure(
            "cannot make a private PostgreSQL in " + directory_.string() + ": initdb failed:" + tail_of(log_),
            user_.empty() ? "" : "user " + user_ + " must be able to enter TMPDIR");
    }
}

void PrivateCluster::launch(const std::filesystem::path& programs) {
    server_ = std::make_unique<Child>(executor_, ChildOptions{.program = programs / "postgres",
                                                              .arguments = server_arguments(directory_),
                                                              .directory = directory_,
                                                              .output = log_,
                                                              .errors = log_,
                                                              .user = user_,
                                                              .stop_signal = SIGINT});  // a fast shutdown
}

asio::awaitable<void> PrivateCluster::wait_until_ready() {
    constexpr std::chrono::milliseconds pause{50};
    const auto deadline = std::chrono::steady_clock::now() + start_limit;
    while (server_->running() && std::chrono::steady_clock::now() < deadline) {
        if (co_await accepts_sessions()) co_return;
        co_await async::sleep_for(pause);
    }
    throw ServerFailure("cannot start a private PostgreSQL in " + directory_.string() + ":" + tail_of(log_));
}

asio::awaitable<bool> PrivateCluster::accepts_sessions() {
    pg::ConnectOptions options;
    options.conninfo = conninfo("postgres", "postgres");
    options.application_name = "freshetd/demo/start";
    try {
        co_await pg::Connection::open(executor_, options);
    } catch (const pg::Error&) {
        co_return false;
    }
    co_return true;
}

std::string PrivateCluster::conninfo(const std::string& database, const std::string& role) const {
    return "host=" + conninfo_value(directory_.string()) + " port=5432 dbname=" + database + " user=" + role;
}

}  // namespace freshet::demo
