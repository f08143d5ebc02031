#include "freshet/cli/session.hpp"

#include <boost/asio/this_coro.hpp>

#include "freshet/catalog/store.hpp"
#include "freshet/settings/load.hpp"
#include "freshet/settings/locate.hpp"

namespace freshet::cli {

namespace {

pg::ConnectOptions connect_options(const settings::Settings& settings, const std::string& command) {
    pg::ConnectOptions options;
    options.conninfo = settings.database.conninfo;
    options.application_name = "freshetd/" + command;
    options.default_timeout = settings.daemon.statement_timeout;
    return options;
}

}  // namespace

Configuration load_configuration(const Options& options) {
    Configuration configuration;
    configuration.file = settings::find_config(options.config);
    configuration.settings = settings::load(configuration.file);
    return configuration;
}

asio::awaitable<std::unique_ptr<pg::Connection>> connect(const settings::Settings& settings, std::string command) {
    auto options = connect_options(settings, command);
    const auto executor = co_await asio::this_coro::executor;
    co_return co_await pg::Connection::open(executor, std::move(options));
}

asio::awaitable<catalog::Installation> require_installation(pg::Connection& connection) {
    const auto installation = co_await catalog::load_installation(connection);
    if (!installation) {
        throw core::Error("freshet is not installed in this database", "run freshetd install");
    }
    if (const auto conflict = catalog::version_conflict(*installation)) {
        throw core::Error(*conflict);
    }
    co_return *installation;
}

asio::awaitable<void> require_same_cluster(pg::Connection& connection) {
    const auto installation = co_await require_installation(connection);
    const std::string remedy = "; freshetd run or freshetd refresh brings its views up to date";
    if (!installation.same_cluster()) {
        throw core::Error("freshet was installed in cluster " + installation.system_identifier +
                              ", but this is cluster " + installation.present_system_identifier,
                          "this database is a copy" + remedy);
    }
    if (!installation.why_void().empty()) {
        throw core::Error(installation.copied ? "the schema freshet was restored from a dump"
                                              : "the views' positions lie ahead of the server's transactions",
                          "the views may be wrong" + remedy);
    }
}

asio::awaitable<std::unique_ptr<pg::Connection>> connect_installed(const settings::Settings& settings,
                                                                   std::string command) {
    auto connection = co_await connect(settings, std::move(command));
    co_await require_same_cluster(*connection);
    co_return connection;
}

}  // namespace freshet::cli
