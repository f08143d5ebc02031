// Proves a view equal to its defining query in one snapshot, and repairs it if asked to.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "freshet/catalog/store.hpp"
#include "freshet/pg/connection.hpp"
#include "freshet/refresh/chain.hpp"

namespace freshet::refresh {

namespace asio = boost::asio;

struct Difference {
    std::string side;  // "missing" from the view, or "unexpected" in it
    std::string row;   // JSON
};

struct Proof {
    bool busy = false;  // another process has the view's turn: nothing was proven
    std::int64_t differences = 0;
    std::vector<Difference> examples;  // at most 20
    std::optional<Outcome> repair;
    double as_of = 0;
};

struct VerifyRequest {
    std::optional<std::string> tenant;
    std::optional<std::string> keep;
    bool repair = false;
    std::string published;  // SQL of the relation to prove; empty for the view's public relation
    // Both run inside the transaction of the proof: one when everything pending is folded and nothing is compared yet,
    // the other when the view was found equal, before all of it is committed together.
    std::function<asio::awaitable<void>()> prepare;
    std::function<asio::awaitable<void>()> conclude;
};

// Folds what is pending, then compares in the same snapshot: what readers see with the query itself, and if that is
// equal the state behind it with its recomputation (such rows of examples name their "table"). Throws pg::Error.
// A view that reads no other, and that no other reads.
asio::awaitable<Proof> verify(pg::Connection& connection, const catalog::StoredView& view, VerifyRequest request);

// Member `target` of a chain: proven at one moment with what it reads, and what reads it is repaired along.
// `request.keep` is the target's own; the members' requests have theirs.
asio::awaitable<Proof> verify(pg::Connection& connection, std::vector<ChainMember> chain, std::size_t target,
                              VerifyRequest request);

}  // namespace freshet::refresh
