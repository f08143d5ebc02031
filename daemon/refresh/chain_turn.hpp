// The turns of all views of a chain, in one REPEATABLE READ transaction: they are folded in dependency order, and all
// positions move to the one snapshot. A view that reads no other is a chain of one. Private to refresh/.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "freshet/refresh/chain.hpp"
#include "turn.hpp"

namespace freshet::refresh {

// Holds what the view reads as the snapshot sees it: TRUNCATE, and an ALTER TABLE that writes the table anew, are not
// MVCC-safe.
std::string lock_sources(const catalog::StoredView& view);

class ChainTurn {
  public:
    // `connection` and what `members` refer to must outlive it. In dependency order, which is also the order in which
    // the turns are taken.
    ChainTurn(pg::Connection& connection, const std::vector<ChainMember>& members);

    // Begins and takes all turns. False if another process has one of them: everything is given back then.
    asio::awaitable<bool> take();
    // Rolls everything back; does nothing without a transaction or a connection.
    asio::awaitable<void> give_back();

    // Brings members up to date, in order, each once. False if the batch of one, at(), cannot be folded: give
    // everything back, that view must be recomputed. What one throws is the failure of at(), too.
    asio::awaitable<bool> advance_to(std::size_t end);
    // The member that is or was worked on last.
    std::size_t at() const { return at_; }

    Turn& turn(std::size_t member) { return steps_[member]->turn; }
    Outcome& outcome(std::size_t member) { return steps_[member]->outcome; }
    // For work on a member beside advance_to(): its position is to move.
    void mark_changed(std::size_t member) { steps_[member]->changed = true; }

    // Moves all positions, logs the members that changed, and commits; false if none has. The outcomes say which.
    asio::awaitable<bool> finish(std::optional<std::size_t> logged, std::optional<std::string> log_id);

  private:
    struct Step {
        Step(pg::Connection& connection, const ChainMember& of) : member(of), turn(connection, of.view) {}
        const ChainMember& member;
        Turn turn;
        Outcome outcome;
        bool changed = false;
    };

    asio::awaitable<bool> advance(Step& step);
    std::optional<double> oldest_below(const Step& step) const;

    pg::Connection& connection_;
    std::optional<pg::Transaction> transaction_;
    std::vector<std::unique_ptr<Step>> steps_;
    std::size_t next_ = 0;
    std::size_t at_ = 0;
};

}  // namespace freshet::refresh
