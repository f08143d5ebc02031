// Proves each view equal to its query now and then (the view's `verify`), repairs what is not, and tells the metrics of
// every proof in freshet.proof, whoever ran it.
//
// One proof at a time, on two sessions of its own that are there only meanwhile: no refresh waits for a worker because
// of it, and none of the view waits for its turn, unless digests cannot prove it (refresh/prove_beside.hpp). Not
// thread-safe; lives on its executor. What it refers to must outlive it, and it must be joined before it goes.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "freshet/async/event.hpp"
#include "freshet/async/task_group.hpp"
#include "freshet/catalog/store.hpp"
#include "freshet/observe/log.hpp"
#include "freshet/observe/metrics.hpp"
#include "freshet/refresh/verify.hpp"
#include "freshet/schedule/view_loop.hpp"
#include "freshet/settings/settings.hpp"

namespace freshet::schedule {

class Prover {
  public:
    using Views = std::vector<std::unique_ptr<ViewLoop>>;

    Prover(asio::any_io_executor executor, const settings::Settings& settings, observe::Logger& log,
           observe::Metrics& metrics);

    // On the control session, every few seconds: counts the proofs that ended since, and finds what is due.
    asio::awaitable<void> look(pg::Connection& control, const Views& views);
    // Another process leads: nothing is due here any more.
    void stand_by();

    // Has the view proven soon. False if it is never to be proven.
    bool suspect(const catalog::StoredView& view);
    // What became of suspected views since the last call.
    struct Settled {
        int view_id = 0;
        observe::VerifyOutcome outcome = observe::VerifyOutcome::exact;
        std::chrono::milliseconds took{0};
    };
    std::vector<Settled> take_settled();

    // A proof under way is cancelled, and due again when there is a daemon: nobody waits for it. Whether there was one.
    bool stop();
    asio::awaitable<void> join();

  private:
    asio::awaitable<void> count(pg::Connection& control, const Views& views);
    asio::awaitable<void> find_due(pg::Connection& control, const Views& views);
    asio::awaitable<void> run();
    asio::awaitable<void> prove_due();
    asio::awaitable<void> prove(pg::Connection& connection, int view_id);
    void settle(int view_id, observe::VerifyOutcome outcome, std::chrono::duration<double> took);
    void report(const catalog::StoredView& view, const refresh::Proof& proof, const std::string& error);
    const settings::ViewSettings* settings_of(const sql::QualifiedName& name) const;

    asio::any_io_executor executor_;
    const settings::Settings& settings_;
    observe::Logger& log_;
    observe::Metrics& metrics_;
    std::string counted_until_;  // a pg_snapshot; empty: nothing was counted yet
    std::deque<int> due_;        // view ids: the suspected ones, then the longest unproven first
    std::set<int> suspected_;    // until they are proven
    std::vector<Settled> settled_;
    bool proving_ = false;
    bool stopping_ = false;
    async::Event changed_;
    async::TaskGroup tasks_;
};

}  // namespace freshet::schedule
