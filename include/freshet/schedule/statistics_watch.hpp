// Compares what PostgreSQL's statistics count of each source with what capture logged, and has the views over a source
// proven when they disagree (schedule/suspicion.hpp). Finds what no catalog shows: changes made under
// session_replication_role = replica, or applied by logical replication.
//
// Not thread-safe; lives on the control session. What it refers to must outlive it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "freshet/observe/log.hpp"
#include "freshet/observe/metrics.hpp"
#include "freshet/schedule/prover.hpp"
#include "freshet/schedule/suspicion.hpp"

namespace freshet::schedule {

class StatisticsWatch {
  public:
    using Views = Prover::Views;

    StatisticsWatch(observe::Logger& log, observe::Metrics& metrics, const core::Clock& clock, Prover& prover)
        : log_(log), metrics_(metrics), clock_(clock), prover_(prover) {}

    // Every few seconds, before Prover::look().
    asio::awaitable<void> look(pg::Connection& connection, const Views& views);
    // Another process may have looked meanwhile.
    void forget() { sources_.clear(); }

  private:
    struct Source {
        explicit Source(Suspicion one) : suspicion(std::move(one)) {}
        Suspicion suspicion;
        std::string name;
        std::set<int> proving;  // views that are still to be proven
        Suspicion::Proof found = Suspicion::Proof::exact;
        std::chrono::milliseconds took{0};
    };

    asio::awaitable<void> close_faults(pg::Connection& connection);
    asio::awaitable<void> take_proofs(pg::Connection& connection);
    asio::awaitable<void> settle(pg::Connection& connection, int id, Source& source);
    asio::awaitable<void> remember(pg::Connection& connection, int id, const Suspicion& suspicion);
    void suspect(int id, Source& source, const Views& views);

    observe::Logger& log_;
    observe::Metrics& metrics_;
    const core::Clock& clock_;
    Prover& prover_;
    std::map<int, Source> sources_;
};

}  // namespace freshet::schedule
