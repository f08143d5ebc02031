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
std::string values_table(const Level& level, std::size_t input);

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

// Folding one batch into one level. Run `merge`, then for every table in `emptied` its DELETE, then `renew` and
// `extremes` where they are not empty.
struct Fold {
    // $1: the position (pg_snapshot); $2: the retention horizon, only with a retention key.
    // One row: groups (bigint, rows written to the state), emptied_state (tid[]), dirty_state (tid[], for `renew`),
    // touched_state (tid[], for `extremes`), then emptied_<input> (tid[]) for every values table.
    std::string merge;
    struct Emptied {
        std::string result_column;
        std::string delete_sql;  // $1: tid[]
    };
    std::vector<Emptied> emptied;
    // Computes what cannot be folded from the sources, for the groups concerned alone: recomputed aggregates, and sums
    // that a NaN or an infinity went through. $1: tid[] of dirty state rows; best planned for their number.
    std::string renew;
    std::string extremes;  // $1: tid[] of touched state rows
};
// One for each level that reads a changed source, in order.
std::vector<Fold> fold(const Program& program, const std::set<int>& changed_sources);

// What the rows of a table are.
enum class Holds { groups, values };

// Recomputing a scope from the sources and writing only differences, per table of the view.
struct Scope {
    bool tenant = false;  // only rows whose tenant key equals $1
};
struct Recompute {
    // Statements per table, in order; each takes the parameters of the scope: [tenant][, horizon].
    std::string create_fresh;    // CREATE TEMP TABLE ... ON COMMIT DROP, no parameters
    std::string fill_fresh;      // computes the scope
    std::string delete_stale;    // groups that should not exist
    std::string upsert_changed;  // groups that differ or are missing
    std::string compare;         // rows as compile::compare gives them, of the table itself; at most 20
    std::string drop_fresh;      // no parameters
    Holds holds = Holds::groups;
};
std::vector<Recompute> recompute(const Program& program, const Scope& scope);

// Deletes the groups before the horizon: one statement per table, $1 the new horizon.
struct Cut {
    std::string sql;
    Holds holds = Holds::groups;
};
std::vector<Cut> delete_before_horizon(const Program& program);

// How a column of two relations that should be equal is compared. Floating-point sums depend on the order of addition:
// what differs by less than one part in 10^9 (of real: 10^4) counts as equal.
enum class Comparison { exact, as_text, as_double, as_real };

// Compares `published` (a relation or sub-select) with the defining query, both ways. Rows: side ('missing' or
// 'unexpected'), difference (jsonb of the row), total (bigint, all differences); at most `limit` rows.
// Parameters as for recompute. `comparisons`: by column, of those that are not compared exactly.
std::string compare(const Program& program, const std::string& published, const std::string& defining_query,
                    const Scope& scope, const std::map<std::string, Comparison>& comparisons, int limit);

}  // namespace freshet::compile
