// What capture and folds may cost, in counts that are the same on every machine. integration.counted_costs measures
// them, but for the one that takes a firm of 10 million entries: the benchmark fails if that is not held.
// docs/performance.md shows them.
#pragma once

namespace freshet::testing {

enum class CostRule { exactly, at_most };

struct CostLimit {
    const char* what;
    CostRule rule;
    double value;
};

// Measured by the benchmark's section sizes.
inline constexpr CostLimit largest_firm_buffers{"buffers: 10 million entries to 0.1 million, 1,000 changed",
                                                CostRule::at_most, 1.5};

// All of them. A number that became better fails, too, where it is exact: write the better one here.
inline constexpr CostLimit cost_limits[] = {
    // One view, one changed entry, a session that has folded before. BEGIN, LOCK and COMMIT are not among the
    // statements.
    {"statements of a fold", CostRule::exactly, 8},
    {"round trips of a fold", CostRule::exactly, 3},
    {"statements of a turn with nothing to fold", CostRule::exactly, 5},
    // Log rows of one changed row, whatever number of reports reads it.
    {"rows logged by an insert", CostRule::exactly, 1},
    {"rows logged by an update", CostRule::exactly, 2},
    {"rows logged by a delete", CostRule::exactly, 1},
    {"rows logged by an update of what no report reads", CostRule::exactly, 0},
    {"rows logged by an insert that no report shows", CostRule::exactly, 0},
    {"rows logged by 1,000 rows inserted alike", CostRule::exactly, 1000},
    // Rows written (inserted, updated, deleted) in the tables behind the report, for each group that is folded.
    {"writes a group: other hours, user-week", CostRule::exactly, 1},
    {"writes a group: other hours, project-month", CostRule::exactly, 1},
    {"writes a group: other hours, revenue", CostRule::exactly, 1},
    {"writes a group: new values, user-week", CostRule::exactly, 1},
    {"writes a group: new values, project-month", CostRule::exactly, 1},
    {"writes a group: values gone, user-week", CostRule::exactly, 2},
    {"writes a group: values gone, project-month", CostRule::exactly, 1},
    // Buffers (8 KiB) touched by all statements of the folds of the three reports. The sample ends today, and where its
    // weeks and months begin moves them by a hundredth.
    {"buffers: 1 changed entry of 50,000", CostRule::at_most, 700},
    {"buffers: 1 changed entry of 200,000", CostRule::at_most, 700},
    {"buffers: 250 changed entries of 50,000", CostRule::at_most, 15'100},
    {"buffers: 250 changed entries of 200,000", CostRule::at_most, 15'500},
    {"buffers: 200,000 entries to 50,000, 1 changed", CostRule::at_most, 1.03},
    {"buffers: 200,000 entries to 50,000, 250 changed", CostRule::at_most, 1.05},
    largest_firm_buffers,
    // The daemon, asleep.
    {"statements of an idle daemon other than its poll", CostRule::exactly, 0},
};

}  // namespace freshet::testing
