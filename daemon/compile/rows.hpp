// The rows below the grouping: of the current sources, or the signed rows of a batch. Private to compile/.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "freshet/compile/program.hpp"

namespace freshet::compile {

// "(alias.k IS NULL OR alias.k >= $parameter)" on the retention key.
std::string within_horizon(const Level& level, const std::string& alias, int parameter);

// What a relation of an arm reads.
enum class Reads {
    now,      // the source as it is; of a lookup, the row it finds or NULLs
    changes,  // the batch
    lost,     // of a lookup: NULLs, for each match in the batch, with the opposite sign
};

// One signed join of a fold: what each relation of the arm reads.
using Term = std::vector<Reads>;

// The terms by inclusion-exclusion: every choice in which at least one relation whose source changed reads the batch.
std::vector<Term> fold_terms(const Level& level, const query::Arm& arm, const std::set<int>& changed_sources);

// The SELECT of one term; its first column is `sign`.
std::string term_select(const Level& level, const query::Arm& arm, const Term& term);

// SELECT k.., x.. of every arm over the current sources.
std::string rows_sql(const Level& level);

// SELECT id, x.. of every arm over the current sources, for the groups alone whose rows of the state are
// $1 (tid[]); id is the ctid of the group's row.
std::string rows_of_groups(const Level& level);

}  // namespace freshet::compile
