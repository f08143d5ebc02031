// A PostgreSQL of our own in a directory of its own, reached through a Unix socket there and from nowhere else.
//
// Everyone who may enter the directory is trusted, so the directory must be its owner's alone. Lives on its executor;
// the destructor stops the server, which can take some seconds.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "freshet/core/error.hpp"
#include "freshet/demo/child.hpp"

namespace freshet::demo {

// PostgreSQL cannot be found, made or started, or it ended. Exit code 3.
class ServerFailure : public core::Error {
  public:
    using core::Error::Error;
};

class PrivateCluster {
  public:
    // Makes the cluster in `directory` and waits until it accepts connections. Throws ServerFailure with the server's
    // own words.
    static asio::awaitable<std::unique_ptr<PrivateCluster>> start(asio::any_io_executor executor,
                                                                  std::filesystem::path directory, std::string user);

    std::string conninfo(const std::string& database, const std::string& role) const;
    Child& server() noexcept { return *server_; }
    const std::filesystem::path& log() const noexcept { return log_; }

  private:
    PrivateCluster(asio::any_io_executor executor, std::filesystem::path directory, std::string user);
    asio::awaitable<void> initialise(std::filesystem::path programs);
    void launch(const std::filesystem::path& programs);
    asio::awaitable<void> wait_until_ready();
    asio::awaitable<bool> accepts_sessions();

    asio::any_io_executor executor_;
    std::filesystem::path directory_;
    std::string user_;  // to run the server as; empty: ourselves
    std::filesystem::path log_;
    std::unique_ptr<Child> server_;
};

// Throws ServerFailure if the path of a socket in `directory` is longer than the kernel takes.
void check_socket_length(const std::filesystem::path& directory);

// `value` as the value of a conninfo keyword.
std::string conninfo_value(const std::string& value);

}  // namespace freshet::demo
