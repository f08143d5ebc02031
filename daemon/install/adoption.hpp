// Taking an existing materialized view over under its name: what is to be checked before, what of its indexes the state
// table can have, and what is remembered so that it can be given back. Private to install/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "freshet/catalog/columns.hpp"
#include "freshet/catalog/store.hpp"
#include "freshet/install/plan.hpp"
#include "handover.hpp"
#include "legacy.hpp"
#include "steps.hpp"

namespace freshet::install {

// What is remembered of an adopted materialized view; its other facts are those of the view in its place.
struct Adoption {
    Relation relation;  // definition, options, tablespace, access method, indexes
};
// nullopt if the view was not adopted.
asio::awaitable<std::optional<Adoption>> load_adoption(pg::Connection& connection, sql::QualifiedName name);
asio::awaitable<void> record_adoption(pg::Connection& connection, const Relation& relation);

// The indexes of a materialized view as indexes of the state behind a view. `present` are the statements that create
// the state: what they index already is left out.
struct TranslatedIndexes {
    std::vector<std::string> statements;
    std::vector<std::string> notes;  // one for each that cannot be kept as it was
};
TranslatedIndexes translate_indexes(const compile::Program& program, const std::vector<Index>& indexes,
                                    const std::vector<std::string>& present);

// How a query's columns differ from those that views on top of `present` rely on; empty if they do not.
std::vector<core::Fault> column_faults(const std::vector<catalog::Column>& present,
                                       const std::vector<catalog::Column>& query);

// The SELECT of the public relation, with a cast where a column would have another type than the query gives it.
// Call when the state exists.
asio::awaitable<std::string> fitting_select(pg::Connection& connection, const ViewPlan& plan);

// Proves that `select` over the new state equals the query. Throws core::Error if it does not. Returns by how many rows
// the materialized view of the same name differed; nullopt if that one was never populated.
asio::awaitable<std::optional<std::int64_t>> prove_adopted(pg::Connection& connection, catalog::StoredView view,
                                                           std::string select, std::optional<std::string> keep);

// Lets the owner that the public relation keeps read the state: a view reads with its owner's rights, whoever asks.
std::vector<std::string> let_owner_read(const compile::Program& program, const Relation& old);

// The statements of the swap, for the materialized view as it is now.
std::vector<std::string> takeover_statements(const ViewPlan& plan, const Legacy& legacy, const std::string& select);

// One transaction in which the view takes the place of the materialized view. `more` completes it.
asio::awaitable<void> take_over(pg::Connection& connection, const ViewPlan& plan, std::string select,
                                std::vector<std::string> more, LockPolicy policy);

}  // namespace freshet::install
