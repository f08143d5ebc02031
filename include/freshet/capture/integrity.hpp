// The integrity of capture: why changes of a source may go unnoticed, and putting right what can be. What is to be
// right is recorded with the source (freshet.capture_image), so that a look costs one statement on the catalogs, in
// whichever snapshot it is made.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "freshet/pg/connection.hpp"

namespace freshet::capture {

namespace asio = boost::asio;

struct CaptureFault {
    int source_id = 0;
    std::string source;
    std::string reason;  // of fault_reasons()
    std::string object;  // the trigger, column or partition; empty for the table itself

    bool operator==(const CaptureFault&) const = default;
    // Nothing was missed yet: a partition that is empty and has no triggers.
    bool harmless() const { return reason == "partition_new"; }
    // A partition came or went, which may be put right without a recomputation.
    bool of_partition() const {
        return harmless() || reason == "partition_attached" || reason == "partition_detached";
    }
    // Whether restore() can put it right. The rest waits for a person.
    bool restorable() const;
    // "changes of entry are not captured: trigger_missing (freshet_insert on entry)"
    std::string text() const;
};

// Of all sources. None in a schema that an older version installed.
asio::awaitable<std::vector<CaptureFault>> capture_faults(pg::Connection& connection);
// The same for the daemon's watch, which also keeps the later looks of refreshes cheap (freshet.capture_witness).
asio::awaitable<std::vector<CaptureFault>> watch_capture(pg::Connection& connection);
// Asks for those of these sources, as the transaction's snapshot sees it; without the harmless ones.
pg::Statement capture_faults_of(const std::vector<int>& sources);
std::vector<CaptureFault> read_faults(const pg::Result& rows);

struct Restored {
    bool done = false;     // else `obstacle` says why not
    bool missed = false;   // the views over the source are marked broken, and to be recomputed from now on; else the log
                           // has what was missed, if anything was
    std::string obstacle;
};

// Puts back the triggers of a source, in a transaction of its own. Waits for no lock longer than `lock_timeout`. Throws
// what another try cannot cure, such as a lost connection.
asio::awaitable<Restored> restore(pg::Connection& connection, int source_id, std::chrono::milliseconds lock_timeout);

}  // namespace freshet::capture
