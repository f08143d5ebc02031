// Refreshing views that read each other, as one: one snapshot, every view folded after what it reads, all positions
// moved in one transaction. So readers of several views of a chain see one moment (docs/decisions/0007).
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "freshet/catalog/store.hpp"
#include "freshet/pg/connection.hpp"
#include "freshet/refresh/outcome.hpp"

namespace freshet::refresh {

namespace asio = boost::asio;

struct ChainMember {
    catalog::StoredView view;
    Request request;
};

// A view that could not be refreshed. It and what reads it stay as they were; the rest of the chain went on without.
struct ChainFailure {
    std::size_t member = 0;
    std::exception_ptr error;  // a core::Error
};

struct ChainOutcome {
    std::vector<std::optional<Outcome>> outcomes;  // by member; none of those that were left out
    std::vector<ChainFailure> failures;            // as they came
};

// `members` are a chain or a part of one, in dependency order (catalog::chain_of). At most one of them is asked for
// something else than an event-driven fold. Throws what is nobody's fault: a lost connection, a COMMIT in doubt.
asio::awaitable<ChainOutcome> refresh_chain(pg::Connection& connection, std::vector<ChainMember> members);

// The members that go along when one is refreshed: they fold what is pending, as after an event.
Request request_to_follow(std::optional<std::string> keep);

// The retention of a view, if it has one.
using KeepOf = std::function<std::optional<std::string>(const sql::QualifiedName&)>;

// `chain` (catalog::chain_of) with the view `target` asked for `request` and all others for what is pending.
std::vector<ChainMember> chain_members(std::vector<catalog::StoredView> chain, int target, Request request,
                                       const KeepOf& keep_of);

// What became of one member. Throws why it was not refreshed: its own failure, or that of a view it reads.
const Outcome& outcome_of(const ChainOutcome& done, const std::vector<ChainMember>& members, std::size_t member);

// The member `failed` and all that read it, by id: what a chain goes on without.
std::set<int> left_out_with(const std::vector<ChainMember>& members, int failed);

// Where view `id` is among the members. Throws std::logic_error if it is none of them.
std::size_t member_of(const std::vector<ChainMember>& members, int id);

}  // namespace freshet::refresh
