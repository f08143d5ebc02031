// Proofs are recorded in freshet.proof, whoever ran them: status and metrics read them there.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "freshet/catalog/store.hpp"
#include "freshet/pg/connection.hpp"
#include "freshet/refresh/verify.hpp"

namespace freshet::refresh {

namespace asio = boost::asio;

struct ProofRun {
    std::optional<std::string> tenant;    // of which alone was proven; empty for all of the view
    Trigger trigger = Trigger::manual;    // or scheduled
    std::chrono::duration<double> took{0};
    std::string error;  // why nothing was proven; empty if something was
};

// Not to be called for a proof that was busy: nothing was tried. Does nothing if the view is gone. Throws pg::Error.
asio::awaitable<void> record_proof(pg::Connection& connection, const catalog::StoredView& view, ProofRun run,
                                   const Proof& proof);

}  // namespace freshet::refresh
