#include "freshet/refresh/proof_record.hpp"

#include "turn.hpp"

namespace freshet::refresh {

namespace {

std::string outcome_of(const ProofRun& run, const Proof& proof) {
    if (!run.error.empty()) return "failed";
    return proof.differences == 0 ? "exact" : "drift";
}

}  // namespace

asio::awaitable<void> record_proof(pg::Connection& connection, const catalog::StoredView& view, ProofRun run,
                                   const Proof& proof) {
    std::optional<std::string> as_of;
    std::optional<std::string> error;
    if (run.error.empty()) {
        as_of = std::to_string(proof.as_of);
    } else {
        error = run.error;
    }
    co_await connection.prepared(
        query_text("record_proof"),
        pg::params(std::to_string(view.id), run.tenant, as_of, outcome_of(run, proof),
                   std::to_string(proof.differences), std::string(proof.repair ? "true" : "false"),
                   std::string(name_of(run.trigger)), std::to_string(run.took.count()), error));
}

}  // namespace freshet::refresh
