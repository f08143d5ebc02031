#include "support/cluster.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

#include "support/client.hpp"
#include "support/eventually.hpp"

namespace freshet::testing {

namespace {

constexpr std::chrono::seconds patience{60};

bool keep_wanted() {
    const char* value = std::getenv("FRESHET_KEEP");
    return value != nullptr && std::string_view(value) == "1";
}

std::string unprivileged_user() {
    if (::geteuid() != 0) return {};
    return ::getpwnam("postgres") != nullptr ? "postgres" : "nobody";
}

void give_to(const std::filesystem::path& directory, const std::string& user) {
    const passwd* const entry = ::getpwnam(user.c_str());
    if (entry == nullptr || ::chown(directory.c_str(), entry->pw_uid, entry->pw_gid) != 0) {
        throw_errno("cannot give " + directory.string() + " to " + user);
    }
}

// "15" of /usr/lib/postgresql/15/bin as a number, 0 if it is none
int version_of(const std::filesystem::path& bin) {
    return std::atoi(bin.parent_path().filename().c_str());
}

// Shared by shared_cluster() and the environment that stops it.
std::unique_ptr<PrivateCluster>& shared_slot() {
    static std::unique_ptr<PrivateCluster> cluster;
    return cluster;
}

// Prepared transactions outlive sessions and would keep the database from being dropped.
void roll_back_prepared(const std::string& conninfo) {
    Client client(conninfo);
    const Rows rows = client.query(
        "SELECT pg_catalog.format('ROLLBACK PREPARED %L', gid) FROM pg_catalog.pg_prepared_xacts"
        " WHERE database = pg_catalog.current_database()");
    for (const Row& row : rows) client.exec(row[0].value());
}

bool accepts_sessions(const std::string& conninfo) {
    try {
        const Client client(conninfo);
        return true;
    } catch (const ClientError&) {
        return false;
    }
}

}  // namespace

std::filesystem::path PrivateCluster::bin_directory() {
    std::vector<std::filesystem::path> found;
    const std::filesystem::path root = "/usr/lib/postgresql";
    if (std::filesystem::exists(root)) {
        for (const auto& entry : std::filesystem::directory_iterator(root)) found.push_back(entry.path() / "bin");
    }
    std::erase_if(found, [](const auto& bin) { return !std::filesystem::exists(bin / "initdb"); });
    if (!found.empty()) {
        return *std::max_element(found.begin(), found.end(), [](const auto& left, const auto& right) {
            return version_of(left) < version_of(right);
        });
    }
    std::string bin = run_process("/usr/bin/pg_config", {.arguments = {"--bindir"}}).output;
    bin.erase(bin.find_last_not_of('\n') + 1);
    if (!std::filesystem::exists(std::filesystem::path(bin) / "initdb")) {
        throw std::runtime_error("cannot find PostgreSQL's initdb; install the postgresql package");
    }
    return bin;
}

PrivateCluster::PrivateCluster(std::vector<std::string> settings)
    : settings_(std::move(settings)), user_(unprivileged_user()) {
    initialise();
    start();
}

PrivateCluster::PrivateCluster(const PrivateCluster& primary, Copy copy, std::vector<std::string> settings)
    : settings_(std::move(settings)), user_(unprivileged_user()) {
    copy_from(primary, copy);
    if (copy == Copy::standby) start();
}

PrivateCluster::~PrivateCluster() {
    try {
        stop();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
    }
    if (!keep_wanted()) return;
    directory_.keep();
    std::cerr << "kept: " << (user_.empty() ? "" : "runuser -u " + user_ + " -- ")
              << (bin_directory() / "postgres").string() << " -D " << (directory_.path() / "data").string() << " -k "
              << directory_.path().string() << " -c listen_addresses= -c max_prepared_transactions=20\n";
}

void PrivateCluster::initialise() {
    if (!user_.empty()) give_to(directory_.path(), user_);
    const Finished done =
        run_process(bin_directory() / "initdb",
                    {.arguments = {"-D", (directory_.path() / "data").string(), "-U", "postgres", "--auth=trust",
                                   "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"},
                     .environment = {},
                     .directory = directory_.path(),
                     .user = user_});
    if (done.code != 0) throw std::runtime_error("initdb failed:\n" + done.output + done.errors);
}

void PrivateCluster::copy_from(const PrivateCluster& primary, Copy copy) {
    if (!user_.empty()) give_to(directory_.path(), user_);
    std::vector<std::string> arguments = {"-D", data().string(),  "-h", primary.socket_directory().string(),
                                          "-U", "postgres",       "-X", "stream",
                                          "-c", "fast",           "--no-sync"};
    if (copy == Copy::standby) arguments.emplace_back("-R");
    const Finished done = run_process(
        bin_directory() / "pg_basebackup",
        {.arguments = arguments, .environment = {}, .directory = directory_.path(), .user = user_});
    if (done.code != 0) throw std::runtime_error("pg_basebackup failed:\n" + done.output + done.errors);
}

ProcessOptions PrivateCluster::server_options() const {
    std::vector<std::string> settings = {"listen_addresses=",
                                         "unix_socket_directories=" + directory_.path().string(),
                                         "fsync=off",
                                         "full_page_writes=off",
                                         "max_prepared_transactions=20",
                                         "max_connections=100",
                                         "shared_buffers=64MB",
                                         "jit=off"};
    settings.insert(settings.end(), settings_.begin(), settings_.end());
    ProcessOptions options{.arguments = {"-D", (directory_.path() / "data").string()},
                           .environment = {},
                           .directory = directory_.path(),
                           .user = user_,
                           .death_signal = SIGQUIT};
    for (const std::string& setting : settings) {
        options.arguments.emplace_back("-c");
        options.arguments.push_back(setting);
    }
    return options;
}

void PrivateCluster::start() {
    if (server_ && server_->running()) return;
    server_ = std::make_unique<Process>(bin_directory() / "postgres", server_options());
    wait_until_ready();
}

void PrivateCluster::wait_until_ready() const {
    const bool ready =
        eventually([this] { return accepts_sessions(conninfo("postgres")) || !server_->running(); }, patience);
    if (!ready || !server_->running()) throw std::runtime_error("PostgreSQL did not start:\n" + log());
}

void PrivateCluster::stop() {
    if (!server_ || !server_->running()) return;
    server_->send_signal(SIGINT);
    if (!server_->wait(patience)) throw std::runtime_error("PostgreSQL did not stop:\n" + log());
}

void PrivateCluster::restart() {
    stop();
    start();
}

void PrivateCluster::crash() {
    server_->send_signal(SIGQUIT);
    if (!server_->wait(patience)) throw std::runtime_error("PostgreSQL did not crash:\n" + log());
}

void PrivateCluster::kill_backend(pid_t pid) {
    // A session from before tells when the crash has reached everyone: new ones are let in only after that.
    Client witness(conninfo("postgres"));
    if (::kill(pid, SIGKILL) != 0) throw_errno("cannot kill backend " + std::to_string(pid));
    eventually(
        [&witness] {
            try {
                witness.exec("SELECT");
                return false;
            } catch (const ClientError&) {
                return true;
            }
        },
        patience);
    wait_until_ready();
}

std::string PrivateCluster::conninfo(const std::string& database) const {
    return "host=" + directory_.path().string() + " dbname=" + database + " user=postgres";
}

std::filesystem::path PrivateCluster::socket() const {
    return directory_.path() / ".s.PGSQL.5432";
}

std::string PrivateCluster::log() const {
    return server_ ? server_->errors() : std::string();
}

PrivateCluster& shared_cluster() {
    std::unique_ptr<PrivateCluster>& cluster = shared_slot();
    if (!cluster) cluster = std::make_unique<PrivateCluster>();
    return *cluster;
}

void stop_shared_cluster() {
    shared_slot().reset();
}

Database::Database(PrivateCluster& cluster) : cluster_(cluster) {
    static int number = 0;
    name_ = "test_" + std::to_string(++number);
    Client(cluster_.conninfo("postgres")).exec("CREATE DATABASE " + name_ + " TEMPLATE template0");
}

Database::~Database() {
    if (keep_wanted()) {
        std::cerr << "kept: " << conninfo() << '\n';
        return;
    }
    try {
        Client client(cluster_.conninfo("postgres"));
        roll_back_prepared(cluster_.conninfo(name_));
        client.exec("DROP DATABASE " + name_ + " WITH (FORCE)");
    } catch (const ClientError& error) {
        std::cerr << "cannot drop " << name_ << ": " << error.what();
    }
}

}  // namespace freshet::testing
