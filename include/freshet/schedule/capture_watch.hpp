// The watch over capture: finds sources whose changes may go unnoticed, and plain views that are defined anew, breaks
// the views that read them, and puts right what it can; the views are recomputed then. Each finding is a line of the
// log, a metric and a row of freshet.capture_fault.
//
// Not thread-safe; lives on the control session. What it refers to must outlive it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "freshet/capture/integrity.hpp"
#include "freshet/observe/log.hpp"
#include "freshet/observe/metrics.hpp"
#include "freshet/schedule/view_loop.hpp"

namespace freshet::schedule {

class CaptureWatch {
  public:
    using Views = std::vector<std::unique_ptr<ViewLoop>>;

    // `lock_timeout`: of one try to put triggers back.
    CaptureWatch(observe::Logger& log, observe::Metrics& metrics, std::chrono::milliseconds lock_timeout)
        : log_(log), metrics_(metrics), lock_timeout_(lock_timeout) {}

    asio::awaitable<void> check(pg::Connection& connection, const Views& views);
    // What was found before counts as news again: the views are others now.
    void forget() {
        faults_.clear();
        redefined_.clear();
    }

  private:
    using Faults = std::vector<capture::CaptureFault>;

    asio::awaitable<void> take_note(pg::Connection& connection, const Views& views, Faults faults);
    asio::awaitable<std::string> redefinition(pg::Connection& connection, const ViewLoop& loop);
    asio::awaitable<bool> restore(pg::Connection& connection, const Views& views, Faults faults);
    asio::awaitable<bool> restore_source(pg::Connection& connection, const Views& views, capture::CaptureFault fault);
    asio::awaitable<bool> take_up_partitions(pg::Connection& connection, const Views& views, Faults& faults);
    asio::awaitable<void> note_taken_up(pg::Connection& connection, Faults mine, bool missed);
    asio::awaitable<void> record(pg::Connection& connection, Faults faults);
    void report_news(const Faults& faults);

    observe::Logger& log_;
    observe::Metrics& metrics_;
    std::chrono::milliseconds lock_timeout_;
    Faults faults_;
    std::map<int, std::string> redefined_;  // by view: what became of the plain views it reads; empty for nothing
    std::map<int, std::string> obstacles_;  // by source: why it could not be restored at the last try
    std::map<int, int> waits_;              // by source: tries since partitions came or went
};

}  // namespace freshet::schedule
