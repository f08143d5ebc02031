// One view's turn: what it does in the REPEATABLE READ transaction in which its state and position move together. The
// transaction is its ChainTurn's. Private to refresh/.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "freshet/catalog/store.hpp"
#include "freshet/compile/emit.hpp"
#include "freshet/pg/connection.hpp"
#include "freshet/refresh/outcome.hpp"

namespace freshet::refresh {

namespace asio = boost::asio;

// The committed changes between the position and the turn's snapshot.
struct Survey {
    std::int64_t changes = 0;
    std::set<int> changed_sources;
    bool truncated = false;
    bool unclear = false;  // a statement whose rows PostgreSQL told wrongly
    std::map<std::string, std::int64_t> events;
    std::optional<double> oldest;  // seconds since the epoch
};

class Turn {
  public:
    // Both referents must outlive the turn.
    Turn(pg::Connection& connection, const catalog::StoredView& view) : connection_(connection), view_(view) {}

    // Locks the view's position; fails at once if another process has it. taken() is told what it gave.
    pg::Statement take(const Request& request) const;
    void taken(const pg::Result& row);
    // Surveys the batch, which is what was committed and what the views below wrote in this transaction, and asks
    // whether all changes were captured. looked() is told what the statements gave. Once.
    std::vector<pg::Statement> look() const;
    void looked(const std::vector<pg::Result>& results);
    // look() has the planner go through indexes; from here on it may read tables from end to end, as for whole views.
    asio::awaitable<void> plan_for_many();

    const catalog::StoredView& view() const { return view_; }
    const Survey& survey() const { return survey_; }
    bool horizon_moved() const { return wanted_horizon_ != horizon_; }
    // The horizon went back in time: groups are missing that only a recomputation brings back.
    bool horizon_widened() const;
    double as_of() const { return as_of_; }
    // Of the position that was found: it counts moves.
    std::int64_t generation() const { return generation_; }
    // Changes of a source were missed at some time, so that only a recomputation makes it equal to its query again.
    bool broken() const { return broken_; }
    // What is wrong, in the turn's own snapshot, with the capture of a source or with a plain view between it and the
    // query: so it is known before anything is folded from its log.
    const std::optional<std::string>& capture_fault() const { return capture_fault_; }
    asio::awaitable<void> mark_ready();
    asio::awaitable<void> mark_broken();

    // Each adds to `outcome`. fold() returns false if the query fails on a row of the batch: the turn must then be
    // given back and the view recomputed.
    asio::awaitable<bool> fold(Outcome& outcome, std::int64_t few_changes);
    asio::awaitable<void> recompute(std::optional<std::string> tenant, Outcome& outcome);
    // Rows by which the tables of a level differ from their recomputation; writes nothing.
    asio::awaitable<std::vector<pg::Result>> compare_level(compile::Recompute level, pg::Params values);
    asio::awaitable<void> refresh_materialized(Locking locking, Outcome& outcome);
    asio::awaitable<void> apply_retention(Outcome& outcome);

    // Parameters of a scope for compile::recompute and compile::compare.
    pg::Params scope_params(const std::optional<std::string>& tenant) const;

    // To this transaction's snapshot.
    pg::Statement move_position() const;
    // Moves the position, writes the log row. `log_id` is the running row, or nullopt for a coalesced one.
    std::vector<pg::Statement> finish(Outcome& outcome, const Request& request,
                                      const std::optional<std::string>& log_id) const;

  private:
    asio::awaitable<void> fold_batch(Outcome& outcome, bool many);
    // Of a view whose rows are kept whole.
    asio::awaitable<void> replace_dirty(Outcome& outcome);
    asio::awaitable<void> replace_all(std::optional<std::string> tenant, Outcome& outcome);
    asio::awaitable<void> fold_level(const compile::Fold& fold, Outcome& outcome, bool many);
    asio::awaitable<void> renew(const compile::Fold& fold, std::optional<std::string> dirty);
    void count_batch(const pg::Result& rows);
    pg::Statement write_log(const Outcome& outcome, Trigger trigger, const std::optional<std::string>& log_id) const;

    pg::Connection& connection_;
    const catalog::StoredView& view_;
    std::string snapshot_;
    std::int64_t generation_ = 0;
    std::optional<std::string> horizon_;
    std::optional<std::string> wanted_horizon_;
    double as_of_ = 0;
    bool broken_ = false;
    std::optional<std::string> capture_fault_;
    Survey survey_;
};

// Fixed SQL of this module, by file name.
std::string query_text(std::string_view name);

// Folds or recomputes inside a taken turn, as the request and the batch demand. False as fold().
asio::awaitable<bool> bring_up_to_date(Turn& turn, const catalog::StoredView& view, Request request, Outcome& outcome);

}  // namespace freshet::refresh
