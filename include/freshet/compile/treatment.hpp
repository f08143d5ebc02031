// What becomes of each clause of a view's query, for people: maintained from the changes alone, computed again for the
// groups that changed, or evaluated when the view is read. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "freshet/compile/program.hpp"

namespace freshet::compile {

enum class Treatment {
    incremental,  // follows from the changes and the state; no other row is read
    recomputed,   // read from the sources again, for each group that a change touched
    on_read       // computed over the state whenever the view is read
};
// "incremental", "recomputed", "on read"
std::string_view name_of(Treatment treatment);

struct ClauseTreatment {
    std::string clause;  // as SQL, with the names of tables for their aliases
    Treatment treatment = Treatment::incremental;
    std::string how;

    bool operator==(const ClauseTreatment&) const = default;
};

// One for each clause, from the tables up to what stands above the groups; what occurs in several arms or groupings is
// told once.
std::vector<ClauseTreatment> explain(const Program& program);

}  // namespace freshet::compile
