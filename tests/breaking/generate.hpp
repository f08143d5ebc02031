// A case from a seed. The same seed gives the same case on every machine, as long as the generator stays as it is.
#pragma once

#include "case.hpp"
#include "random.hpp"

namespace freshet::breaking {

// What a case is to be rich in; a kind of fault needs its kind of case.
enum class Flavour {
    everything,    // what the seed says
    joins,         // two or three tables under every view
    extremes,      // min, max and distinct counts
    truncates,     // TRUNCATE often
    retention,     // views that forget old groups
    nulls,         // NULL keys and inputs
    long_writers,  // transactions that stay open over many refreshes
    spellings,     // values that are equal and not the same
    trims,         // logs are rotated and trimmed all the time
    above,         // HAVING, and what stands above the groups
    totals,        // aggregates without GROUP BY
    recomputed,    // aggregates that are recomputed
    lookups,       // outer joins by a key
    partitions,    // partitioned tables, and MERGE into them
    chains,        // views that read views
    attached,      // partitions that come and go
    by_key,        // strategy partial
};

// By its name, such as "chains". Throws std::invalid_argument.
Flavour flavour_named(const std::string& name);

Case generate(std::uint64_t seed, Flavour flavour = Flavour::everything);

// Its parts, each from the same stream of chance.
std::vector<Table> generate_tables(Random& random, Flavour flavour);
// Adds plain views to the case.
View generate_view(Random& random, Flavour flavour, Case& one, std::size_t number);
std::vector<Step> generate_steps(Random& random, Flavour flavour, const Case& one);

// One row's values for the columns, and an expression to assign to a column.
std::vector<Value> random_row(Random& random, const Case& one, std::size_t table,
                              const std::vector<std::size_t>& columns);

}  // namespace freshet::breaking
