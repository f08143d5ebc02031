// The show itself: the office writes while we watch; then it closes, the reports catch up, and they are proved.
//
// Lives on its executor; await end() before it goes out of scope.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "freshet/async/event.hpp"
#include "freshet/async/task_group.hpp"
#include "freshet/demo/office.hpp"
#include "freshet/demo/report.hpp"
#include "freshet/demo/screen.hpp"
#include "freshet/demo/stage.hpp"

namespace freshet::demo {

class Show {
  public:
    Show(asio::any_io_executor executor, Stage* stage, Screen* screen);

    // Plays until the stage's run_for is over or close() is called, and returns what was found.
    asio::awaitable<Report> run();
    void close() { closing_.notify(); }
    // Stops whatever still runs, when run() was cancelled or failed.
    asio::awaitable<void> end();

  private:
    asio::awaitable<void> play();
    asio::awaitable<void> watch();
    asio::awaitable<void> measure();
    asio::awaitable<void> measure_once(pg::Connection* connection, SampleView view);
    asio::awaitable<void> catch_up(pg::Connection* connection);
    asio::awaitable<void> prove_all(pg::Connection* connection);
    asio::awaitable<void> run_verify();
    Frame frame_of(std::vector<ViewReading> readings, const Ledger& written) const;
    void note(const std::vector<ViewReading>& readings);
    void fail(std::exception_ptr error);
    pg::ConnectOptions session(const std::string& purpose) const;

    asio::any_io_executor executor_;
    Stage* stage_;
    Screen* screen_;
    async::Event closing_;
    std::exception_ptr failure_;
    std::chrono::steady_clock::time_point opened_{};
    Report report_;
    std::map<std::string, Cost> costs_;
    Office office_;
    async::TaskGroup watchers_;
};

}  // namespace freshet::demo
