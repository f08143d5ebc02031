// Everything the show needs: directory, cluster, sample, configuration, and freshetd as users would start it.
//
// Lives on its executor. The destructor stops the daemon, then PostgreSQL, and removes the directory.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "freshet/demo/child.hpp"
#include "freshet/demo/demo.hpp"
#include "freshet/demo/private_cluster.hpp"
#include "freshet/demo/sample.hpp"
#include "freshet/demo/screen.hpp"
#include "freshet/demo/temporary_directory.hpp"

namespace freshet::demo {

class Stage {
  public:
    Stage(asio::any_io_executor executor, DemoOptions options, Screen* screen);

    // Sets everything up; returns with the daemon started.
    asio::awaitable<void> set();

    struct Finished {
        int code = 0;
        std::string output;
        std::filesystem::path log;  // its standard error
    };
    // Runs `freshetd --config <ours> <arguments>` to its end.
    asio::awaitable<Finished> run_freshetd(std::vector<std::string> arguments);

    // Return only by throwing, when what they watch has ended.
    asio::awaitable<void> watch_server();
    asio::awaitable<void> watch_daemon();

    const PrivateCluster& cluster() const noexcept { return *cluster_; }
    const std::vector<SampleView>& views() const noexcept { return views_; }
    const DemoOptions& options() const noexcept { return options_; }
    // The end of the daemon's log, for the message of a failure.
    std::string daemon_log() const { return tail_of(daemon_log_); }

  private:
    asio::awaitable<void> start_cluster();
    asio::awaitable<void> install();
    void start_daemon();
    void introduce();
    ChildOptions freshetd(std::vector<std::string> arguments) const;

    asio::any_io_executor executor_;
    DemoOptions options_;
    Screen* screen_;
    TemporaryDirectory directory_;
    std::filesystem::path daemon_log_;
    std::vector<SampleView> views_;
    std::string listen_;
    std::filesystem::path configuration_;
    std::unique_ptr<PrivateCluster> cluster_;
    std::unique_ptr<Child> daemon_;
};

}  // namespace freshet::demo
