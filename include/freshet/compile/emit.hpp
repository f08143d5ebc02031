// SQL text from a Program. Pure; every name is qualified, every value a parameter.
//
// Delta of an inner join R1 x ... x Rm with post-states R and deltas d, by inclusion-exclusion over the changed
// relations: d(R1 x ... x Rm) = sum over non-empty subsets S of (-1)^(|S|+1) * prod(i in S) dRi * prod(j not in S) Rj.
// It follows from expanding prod(R) - prod(R - d); cf. Gupta, Mumick: Maintenance of Materialized Views (1995), who
// use pre-states. Self-joins need nothing special: each occurrence is a relation of its own. A lookup is affine in the
// relation looked up, L(A, B) = A x null(B) + (A join B) - (A join B) x null(B), so that its part dB makes two terms:
// the row that is found, and with the opposite sign the NULLs that stood where it is found now.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "freshet/compile/program.hpp"

namespace freshet::compile {

std::string state_table(const Level& level);
std::string values_table(const Level& level, std::size_t input);  // of the groups that are spilled

// CREATE TABLE and unique indexes of the state and the values tables, in order. `indexes` are the user's, each a list
// of "column [ASC|DESC] [NULLS FIRST|LAST]" over output columns. Throws core::Error for a column that cannot be
// indexed.
std::vector<std::string> create_state(const Program& program, const std::vector<std::vector<std::string>>& indexes);
std::vector<std::string> drop_state(const Program& program);

// Where the state keeps a column of the public relation as it is: a key, or refreshed_at. nullopt for what is computed.
struct StateColumn {
    std::string table;  // qualified
    std::string column;
};
std::optional<StateColumn> state_column(const Program& program, const std::string& name);

// The columns of the public relation that identify its rows; empty if no set of them does.
std::vector<std::string> identity_columns(const Program& program);

// The SELECT of the public relation over the state.
std::string public_select(const Program& program);

// How many signed joins a fold needs when these sources changed.
std::size_t fold_terms(const Program& program, const std::set<int>& changed_sources);

// Folding one batch into one level: `merge`; `delete_emptied`; `spill` and then `settle_spilled`; `renew`, first for
// the dirty rows of `merge`, then for those of `settle_spilled`. Each but the first only if there are rows for it.
struct Fold {
    // $1: the position (pg_snapshot); $2: the retention horizon, only with a retention key.
    // One row: groups (bigint, rows written to the state), emptied_state (tid[]), dirty_state (tid[], for `renew`),
    // overflowing_state (tid[], for `spill`).
    std::string merge;
    // The same for thousands of changes. A row that came and went within the batch is not taken out of it first, where
    // that only costs time; so it can fail where `merge` would not, with a row that the query cannot evaluate.
    std::string merge_many;
    std::string delete_emptied;  // $1: tid[]; affects the rows of the state
    // Moves the values of large groups out of their rows of the state. $1: tid[]. One row, whose columns are the
    // parameters of `settle_spilled`. Both are empty if the level keeps no values.
    std::string spill;
    std::string settle_spilled;  // one row: dirty_state (tid[], for `renew`)
    // Computes what cannot be folded from the sources, for the groups concerned alone: recomputed aggregates, and sums
    // that a NaN or an infinity went through. $1: tid[] of dirty state rows; best planned for their number. Empty if
    // there is nothing of the kind.
    std::string renew;
};
// One for each level that reads a changed source, in order.
std::vector<Fold> fold(const Program& program, const std::set<int>& changed_sources);

// Recomputing a scope from the sources and writing only differences.
struct Scope {
    bool tenant = false;  // only rows whose tenant key equals $1
};
// Of one table. Statements in order; each takes the parameters of the scope: [tenant][, horizon].
struct RecomputedTable {
    std::string create_fresh;    // CREATE TEMP TABLE ... ON COMMIT DROP, no parameters
    std::string fill_fresh;      // computes the scope
    std::string delete_stale;    // what should not exist
    std::string upsert_changed;  // what differs or is missing
    std::string compare;         // rows as compile::compare gives them, of the table itself; at most 20
    // What fill_fresh computed and what the table holds, each as a digest (see Digests). The first takes the two seeds
    // alone, the second the parameters of the scope before them.
    std::string digest_fresh;
    std::string digest_stored;
};
// Of one level. The first table is the state; the others, with the values of spilled groups, are filled from its fresh
// rows, too.
struct Recompute {
    std::vector<RecomputedTable> tables;
    std::string drop_fresh;  // of all tables, no parameters
};
std::vector<Recompute> recompute(const Program& program, const Scope& scope);

// DELETE of the groups before the horizon, one statement for each level; $1 the new horizon. Affects the groups.
std::vector<std::string> delete_before_horizon(const Program& program);

// How a column of two relations that should be equal is compared. Floating-point sums depend on the order of addition:
// what differs by less than one part in 10^9 (of real: 10^4) counts as equal.
enum class Comparison { exact, as_text, as_double, as_real };

// Compares `published` (a relation or sub-select) with the defining query, both ways. Rows: side ('missing' or
// 'unexpected'), difference (jsonb of the row), total (bigint, all differences); at most `limit` rows.
// Parameters as for recompute. `comparisons`: by column, of those that are not compared exactly.
std::string compare(const Program& program, const std::string& published, const std::string& defining_query,
                    const Scope& scope, const std::map<std::string, Comparison>& comparisons, int limit);

// The two relations that compare() compares, each as the digest of a multiset of rows, for sessions that do not see
// both. One row: how many there are, and the sums of two seeded 64-bit hashes of each row's text. Parameters as for
// recompute, then the two seeds. Equal digests: equal for compare(), whatever the comparison of a column. Different
// ones: nothing is said, for equal values may read differently. The sums are over the integers, so that they are a
// multiset hash (Clarke, Devadas, van Dijk, Gassend, Suh: Incremental Multiset Hash Functions, ASIACRYPT 2003,
// MSet-Add-Hash), but not one against an adversary: the hash is PostgreSQL's own.
struct Digests {
    std::string published;
    std::string expected;
};
Digests digests(const Program& program, const std::string& published, const std::string& defining_query,
                const Scope& scope, const std::map<std::string, Comparison>& comparisons);

}  // namespace freshet::compile
