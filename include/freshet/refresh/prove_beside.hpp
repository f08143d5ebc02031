// Proves a view equal to its defining query while its folds go on: the view's turn is held for one fold, not for as
// long as the query takes (docs/correctness.md, 9).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "freshet/pg/connection.hpp"
#include "freshet/refresh/verify.hpp"

namespace freshet::refresh {

namespace asio = boost::asio;

struct Beside {
    // Equal, or busy. Nothing if this way leads to no answer: verify() has one, whether there is a difference or not.
    std::optional<Proof> proof;
    std::string why_not;  // without a proof
};

// Member `target` of a chain, of which all are folded on the way. `turn` and `sources` are two sessions with one
// server, without a transaction, and without one afterwards. Writes nothing beyond the fold and repairs nothing: of the
// request, the tenant counts. Throws pg::Error if a statement takes too long; other failures are for verify() to find.
asio::awaitable<Beside> prove_beside(pg::Connection& turn, pg::Connection& sources, std::vector<ChainMember> chain,
                                     std::size_t target, VerifyRequest request);

}  // namespace freshet::refresh
