#include <algorithm>
#include <numeric>

#include "freshet/compile/emit.hpp"
#include "multiset.hpp"
#include "rows.hpp"
#include "state_columns.hpp"
#include "text.hpp"

namespace freshet::compile {

namespace {

// The source's log rows that are visible now and not in the position, without those that cancel each other: of a row
// that changed a hundred times, what it was and what it is. A join of two batches, or of a batch with a table, would
// multiply the hundred. Equal is what reads the same: 1.0 is not 1.00, and a type need not have an equality.
//
// What the planner should think of it is part of the text, for it can know nothing: nobody analyzes the logs, or
// somebody did when they held other rows. The upper bound is implied (what this snapshot sees was written below its
// xmax, or by this transaction: the fold of a view that this one reads), but makes the condition a range, which the
// planner takes to be narrow: so a big log of rows already folded does not make it read a source from end to end. The
// second arm is never run, but counts as
// three rows: with one row on either side, a join of two batches would be a nested loop, quadratic in what changed.
enum class Cancelling { yes, no };

std::string batch_cte(const Source& source, Cancelling cancelling) {
    const auto id = std::to_string(source.id);
    std::string columns;
    std::string nulls = "NULL";
    for (const auto& column : source.columns) {
        append(columns, ", ", sql::quote(column));
        nulls += ", NULL";
    }
    const auto image = "ROW(" + columns + ")::text";
    const auto signed_row = "freshet_sign" + (columns.empty() ? "" : ", " + columns);
    const auto from_log = "\n      FROM freshet.log_" + id +
                          "\n      WHERE freshet_xid >= pg_snapshot_xmin($1::pg_snapshot)"
                          " AND freshet_xid <= greatest(pg_snapshot_xmax(pg_current_snapshot()), "
                          "pg_current_xact_id_if_assigned())"
                          " AND NOT pg_visible_in_snapshot(freshet_xid, $1::pg_snapshot)";
    if (cancelling == Cancelling::no) {
        return "d" + id + " AS (\n      SELECT " + signed_row + from_log + ")";
    }
    return "d" + id + " AS MATERIALIZED (\n    SELECT " + signed_row + " FROM (\n      SELECT " + signed_row +
           ",\n        sum(freshet_sign) OVER (PARTITION BY " + image +
           ") AS freshet_net,\n        row_number() OVER (PARTITION BY " + image + ", freshet_sign) AS freshet_number" +
           from_log + ") AS l" +
           "\n    WHERE freshet_number <= freshet_sign * freshet_net"
           "\n    UNION ALL SELECT " +
           nulls + " FROM generate_series(1, 3) WHERE (SELECT false))";
}

// Each term has the rows of one batch once, so what cancels does so in the sums. A lookup is told apart by what a key
// had before and has now, of which a batch must not hold more than one each.
bool cancels_in_sums(const Level& level, const std::set<int>& changed_sources) {
    return std::all_of(level.arms.begin(), level.arms.end(), [&](const auto& arm) {
        std::size_t changed = 0;
        bool lookup = false;
        for (const auto& relation : arm.relations) {
            if (changed_sources.contains(level.source_of(relation.table).id)) {
                ++changed;
                lookup = lookup || relation.is_lookup();
            }
        }
        return changed <= 1 && !lookup;
    });
}

std::string delta_cte(const Level& level, const std::set<int>& changed) {
    std::vector<std::string> terms;
    for (const auto& arm : level.arms) {
        for (const auto& term : fold_terms(level, arm, changed)) {
            terms.push_back(term_select(level, arm, term));
        }
    }
    const auto all = join(terms, "\n  UNION ALL\n    ");
    if (level.retention_key < 0) {
        return "delta AS MATERIALIZED (\n    " + all + ")";
    }
    return "delta AS MATERIALIZED (\n  SELECT * FROM (\n    " + all + ") AS r\n  WHERE " +
           within_horizon(level, "r", 2) + ")";
}

std::string grouped_cte(const Level& level) {
    auto text = "grouped AS MATERIALIZED (\n    SELECT " + key_list(level);
    for (const auto& counter : counters(level)) {
        text += ",\n      " + counter.delta + " AS " + counter.name;
    }
    return text + "\n    FROM delta GROUP BY " + key_list(level) + ")";
}

std::string change_name(std::size_t input) {
    return "v" + std::to_string(input) + "_change";
}

// For one input: by how much the multiplicity of each value changed, and that as a multiset for each group.
std::string change_cte(const Level& level, std::size_t input) {
    const auto keys = key_list(level);
    const auto x = "x" + std::to_string(input);
    std::string columns;
    for (const auto& column : values_columns(level, input)) {
        columns += ",\n      " + column.aggregate + " AS " + column.column.name;
    }
    return change_name(input) + " AS (\n    SELECT " + keys + columns + "\n    FROM (SELECT " + keys + ", " + x +
           " AS v, sum(sign)::integer AS m FROM delta WHERE " + x + " IS NOT NULL\n      GROUP BY " + keys + ", " + x +
           " HAVING sum(sign) <> 0) AS w\n    GROUP BY " + keys + ")";
}

// What is known of the groups, one row for each and what it comes from: the counters, or the multiset of an input.
std::string contributions(const Level& level) {
    const auto inputs = inputs_with_values(level);
    const auto row = [&](const std::string& from, std::optional<std::size_t> values) {
        auto text = "SELECT " + key_list(level);
        for (const auto& counter : counters(level)) {
            text += ", " + (values ? counter.zero() + " AS " : "") + counter.name;
        }
        for (const auto input : inputs) {
            for (const auto& column : values_columns(level, input)) {
                text += ", " + (values == input ? "" : column.null() + " AS ") + column.column.name;
            }
        }
        return text + " FROM " + from;
    };
    std::vector<std::string> rows{row("grouped", std::nullopt)};
    for (const auto input : inputs) {
        rows.push_back(row(change_name(input), input));
    }
    return join(rows, "\n        UNION ALL ");
}

// One row for each group that is to be written. max() of the one value that is not NULL is that value.
std::string merged_cte(const Level& level) {
    std::vector<std::string> columns;
    std::vector<std::string> changed;
    for (const auto& counter : counters(level)) {
        columns.push_back("sum(" + counter.name + ")::" + counter.type + " AS " + counter.name);
        changed.push_back(counter.not_zero("sum(" + counter.name + ")"));
    }
    for (const auto input : inputs_with_values(level)) {
        for (const auto& column : values_columns(level, input)) {
            const auto& name = column.column.name;
            const auto value = "max(" + name + ")";
            columns.push_back((column.column.nullable ? value : "coalesce(" + value + ", " + column.nothing() + ")") +
                              " AS " + name);
        }
        changed.push_back("count(m" + std::to_string(input) + ") > 0");
    }
    return "merged AS (\n    SELECT " + key_list(level) + ", " + join(columns, ", ") + "\n    FROM (\n        " +
           contributions(level) + ") AS u\n    GROUP BY " + key_list(level) +
           (level.recomputed.empty() ? "\n    HAVING " + join(changed, " OR ") : "") + ")";
}

// Whether something in a row of the state has to be computed anew from the sources.
std::string dirty(const Level& level) {
    std::vector<std::string> tests;
    for (const auto& counter : counters(level)) {
        if (counter.can_be_infinite()) {
            tests.push_back(counter.infinite("t." + counter.name));
        }
    }
    return !level.recomputed.empty() ? "true" : tests.empty() ? "false" : "(" + join(tests, " OR ") + ")";
}

// The multiset of a group's row and that of the batch, added up. Where the batch has none nothing is read but what the
// row itself holds; a spilled group takes its own along for spill(). The rows come ordered by the grouping, which costs
// less than to order them for each array.
std::string merged_values(const Level& level, std::size_t input) {
    const auto index = std::to_string(input);
    std::string names;
    std::string kept;
    std::string taken;
    std::string merged;
    for (const auto& column : values_columns(level, input)) {
        const auto& name = column.column.name;
        append(names, ", ", name);
        append(kept, ", ", "t." + name);
        append(taken, ", ", (column.in_spilled ? "t." : "excluded.") + name);
        append(merged, ", ", column.of_ordered);
    }
    const auto entries = [&](const std::string& alias) {
        return "SELECT unnest(" + alias + ".v" + index + ") AS v, unnest(" + alias + ".m" + index + ") AS m";
    };
    return "(" + names + ") = (\n      SELECT " + kept + " WHERE t.spill IS NULL AND excluded.m" + index +
           " IS NULL\n      UNION ALL SELECT " + taken + " WHERE t.spill IS NOT NULL\n      UNION ALL SELECT " +
           merged + "\n      FROM (SELECT v, sum(m)::integer AS m FROM (" + entries("t") + "\n        UNION ALL " +
           entries("excluded") +
           ") AS u GROUP BY v HAVING sum(m) <> 0 ORDER BY v) AS w\n      HAVING t.spill IS NULL AND excluded.m" +
           index + " IS NOT NULL)";
}

std::string upsert_cte(const Level& level) {
    std::vector<std::string> names;
    std::vector<std::string> inserted;
    std::vector<std::string> updates;
    for (const auto& counter : counters(level)) {
        names.push_back(counter.name);
        inserted.push_back(counter.inserted());
        updates.push_back(counter.name + " = " + counter.updated());
    }
    updates.emplace_back("refreshed_at = excluded.refreshed_at");
    for (const auto input : inputs_with_values(level)) {
        for (const auto& column : values_columns(level, input)) {
            names.push_back(column.column.name);
            inserted.push_back(column.column.name);
        }
        updates.push_back("\n      " + merged_values(level, input));
    }
    const auto keys = key_list(level) + ", ";
    return "upsert AS (\n    INSERT INTO " + state_table(level) + " AS t (" + keys + join(names, ", ") +
           ", refreshed_at)\n    SELECT " + keys + join(inserted, ", ") + ", now() FROM merged\n    ON CONFLICT (" +
           key_list(level) + ") DO UPDATE SET " + join(updates, ", ") + "\n    RETURNING t.ctid AS id, t.n, " +
           dirty(level) + " AS dirty, " + overflows(level, "t") + " AS overflows)";
}

// What a dirty group's row is given anew, from the sources: recomputed aggregates, and sums that may be infinite.
std::string renewal(const Level& level) {
    std::vector<std::string> assignments;
    std::vector<std::string> fresh{"r.id"};
    const auto renew = [&](const std::string& name, const std::string& aggregate) {
        assignments.push_back(name + " = f." + name);
        fresh.push_back(aggregate + " AS " + name);
    };
    for (const auto& counter : counters(level)) {
        if (counter.can_be_infinite()) {
            renew(counter.name, counter.fresh);
        }
    }
    for (const auto& aggregate : recomputed(level)) {
        renew(aggregate.column.name, aggregate.call);
    }
    if (assignments.empty()) {
        return "";
    }
    return "UPDATE " + state_table(level) + " AS t SET " + join(assignments, ", ") + "\nFROM (\n  SELECT " +
           join(fresh, ", ") + "\n  FROM (\n    " + rows_of_groups(level) +
           ") AS r\n  GROUP BY r.id) AS f\nWHERE t.ctid = f.id";
}

std::string result_select() {
    const auto ids = [](const std::string& condition) {
        return "(SELECT array_agg(id) FILTER (WHERE " + condition + ") FROM upsert)";
    };
    return "SELECT (SELECT count(*) FROM upsert) AS groups,\n  " + ids("n = 0") + " AS emptied_state,\n  " +
           ids("n <> 0 AND dirty AND NOT overflows") + " AS dirty_state,\n  " + ids("n <> 0 AND overflows") +
           " AS overflowing_state";
}

// 2^n - 1 for n changed relations, where a lookup makes three of what it joins instead of two.
std::size_t level_terms(const Level& level, const std::set<int>& changed_sources) {
    constexpr std::size_t too_many = std::size_t{1} << 30;
    std::size_t terms = 0;
    for (const auto& arm : level.arms) {
        std::size_t choices = 1;
        for (const auto& relation : arm.relations) {
            if (changed_sources.contains(level.source_of(relation.table).id)) {
                choices = std::min(choices * (relation.is_lookup() ? 3 : 2), too_many);
            }
        }
        terms += choices - 1;
    }
    return terms;
}

std::string merge_statement(const Level& level, const std::set<int>& changed_sources, Cancelling cancelling) {
    std::vector<std::string> ctes;
    for (const auto& source : level.sources) {
        if (changed_sources.contains(source.id)) {
            ctes.push_back(batch_cte(source, cancelling));
        }
    }
    ctes.push_back(delta_cte(level, changed_sources));
    ctes.push_back(grouped_cte(level));
    for (const auto input : inputs_with_values(level)) {
        ctes.push_back(change_cte(level, input));
    }
    ctes.push_back(merged_cte(level));
    ctes.push_back(upsert_cte(level));
    return "WITH " + join(ctes, ",\n") + "\n" + result_select();
}

Fold fold_level(const Level& level, const std::set<int>& changed_sources) {
    Fold result;
    result.merge = merge_statement(level, changed_sources, Cancelling::yes);
    // Another text in any case, so that a session does not keep the plan for few for it.
    result.merge_many = cancels_in_sums(level, changed_sources)
                            ? merge_statement(level, changed_sources, Cancelling::no)
                            : result.merge + "\n-- many";
    result.delete_emptied = delete_groups(level, "t.ctid = ANY ($1::tid[]) AND t.n = 0");
    result.spill = spill(level);
    result.settle_spilled = settle_spilled(level, dirty(level));
    result.renew = renewal(level);
    return result;
}

}  // namespace

std::size_t fold_terms(const Program& program, const std::set<int>& changed_sources) {
    return std::accumulate(
        program.levels.begin(), program.levels.end(), std::size_t{0},
        [&](std::size_t terms, const Level& level) { return terms + level_terms(level, changed_sources); });
}

std::vector<Fold> fold(const Program& program, const std::set<int>& changed_sources) {
    std::vector<Fold> folds;
    for (const auto& level : program.levels) {
        if (level_terms(level, changed_sources) > 0) {
            folds.push_back(fold_level(level, changed_sources));
        }
    }
    return folds;
}

}  // namespace freshet::compile
