// What every command does first: read the configuration, open one connection, see that freshet is installed.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>

#include "freshet/catalog/store.hpp"
#include "freshet/cli/options.hpp"
#include "freshet/pg/connection.hpp"
#include "freshet/settings/settings.hpp"

namespace freshet::cli {

namespace asio = boost::asio;

struct Configuration {
    std::filesystem::path file;
    settings::Settings settings;
};

// Throws core::Faults.
Configuration load_configuration(const Options& options);

// `command` becomes part of the application_name.
asio::awaitable<std::unique_ptr<pg::Connection>> connect(const settings::Settings& settings, std::string command);

// Throws core::Error if freshet is not installed in this database.
asio::awaitable<catalog::Installation> require_installation(pg::Connection& connection);

// Throws core::Error, too, if it was installed in another cluster, of which this is a copy: its positions mean nothing.
asio::awaitable<void> require_same_cluster(pg::Connection& connection);

// connect() and require_same_cluster().
asio::awaitable<std::unique_ptr<pg::Connection>> connect_installed(const settings::Settings& settings,
                                                                   std::string command);

}  // namespace freshet::cli
