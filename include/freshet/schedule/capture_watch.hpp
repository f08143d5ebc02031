// The watch over capture: finds sources whose changes may go unnoticed, and breaks the views that read them.
//
// Not thread-safe; lives on the control session. What it refers to must outlive it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "freshet/capture/upkeep.hpp"
#include "freshet/observe/log.hpp"
#include "freshet/observe/metrics.hpp"
#include "freshet/schedule/view_loop.hpp"

namespace freshet::schedule {

class CaptureWatch {
  public:
    CaptureWatch(observe::Logger& log, observe::Metrics& metrics) : log_(log), metrics_(metrics) {}

    asio::awaitable<void> check(pg::Connection& connection, const std::vector<std::unique_ptr<ViewLoop>>& views);
    // What was found before counts as news again: the views are others now.
    void forget() { faults_.clear(); }

  private:
    void report_news(const std::vector<capture::CaptureFault>& faults);

    observe::Logger& log_;
    observe::Metrics& metrics_;
    std::vector<capture::CaptureFault> faults_;
};

}  // namespace freshet::schedule
