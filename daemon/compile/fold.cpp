#include <algorithm>
#include <numeric>

#include "freshet/compile/emit.hpp"
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
std::string batch_cte(const Source& source) {
    const auto id = std::to_string(source.id);
    std::string columns;
    std::string nulls = "NULL";
    for (const auto& column : source.columns) {
        append(columns, ", ", sql::quote(column));
        nulls += ", NULL";
    }
    const auto image = "ROW(" + columns + ")::text";
    const auto signed_row = "freshet_sign" + (columns.empty() ? "" : ", " + columns);
    return "d" + id + " AS MATERIALIZED (\n    SELECT " + signed_row + " FROM (\n      SELECT " + signed_row +
           ",\n        sum(freshet_sign) OVER (PARTITION BY " + image +
           ") AS freshet_net,\n        row_number() OVER (PARTITION BY " + image +
           ", freshet_sign) AS freshet_number\n      FROM freshet.log_" + id +
           "\n      WHERE freshet_xid >= pg_snapshot_xmin($1::pg_snapshot)"
           " AND freshet_xid <= greatest(pg_snapshot_xmax(pg_current_snapshot()), pg_current_xact_id_if_assigned())"
           " AND NOT pg_visible_in_snapshot(freshet_xid, $1::pg_snapshot)) AS l"
           "\n    WHERE freshet_number <= freshet_sign * freshet_net"
           "\n    UNION ALL SELECT " +
           nulls + " FROM generate_series(1, 3) WHERE (SELECT false))";
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
        if (!counter.values) {
            text += ",\n      " + counter.delta + " AS " + counter.name;
        }
    }
    return text + "\n    FROM delta GROUP BY " + key_list(level) + ")";
}

// For one input: the batch's multiplicities, the merge into the values table, and what changed per group.
std::vector<std::string> values_ctes(const Level& level, std::size_t input) {
    const auto index = std::to_string(input);
    const auto keys = key_list(level);
    const auto x = "x" + index;
    std::string changes;
    for (const auto& counter : counters(level)) {
        if (counter.values == input) {
            changes += ", " + counter.delta + " AS " + counter.name;
        }
    }
    return {
        "v" + index + "_delta AS (\n    SELECT " + keys + ", " + x + " AS v, sum(sign) AS n FROM delta WHERE " + x +
            " IS NOT NULL\n    GROUP BY " + keys + ", " + x + " HAVING sum(sign) <> 0)",
        "v" + index + "_merge AS (\n    INSERT INTO " + values_table(level, input) + " AS t (" + keys +
            ", v, n)\n    SELECT " + keys + ", v, n FROM v" + index + "_delta\n    ON CONFLICT (" + keys +
            ", v) DO UPDATE SET n = t.n + excluded.n\n    RETURNING t.ctid AS id, " + key_list(level, "t.") +
            ", t.v, t.n)",
        "v" + index + "_change AS (\n    SELECT " + keys + changes + "\n    FROM (SELECT " + keys +
            ", v, sum(after) AS after, sum(change) AS change FROM (\n        SELECT " + keys +
            ", v, n AS after, 0::bigint AS change FROM v" + index + "_merge\n        UNION ALL SELECT " + keys +
            ", v, 0::bigint, n FROM v" + index + "_delta) AS u GROUP BY " + keys + ", v) AS w\n    GROUP BY " + keys +
            ")",
    };
}

// The signed contributions of the grouped rows and of each values table, one row per source of change; `touched`
// marks groups to be written although no counter changed: their extremes may have moved, or what is recomputed.
std::string contributions(const Level& level) {
    const auto all = counters(level);
    const auto row = [&](const std::string& from, std::optional<std::size_t> values, const std::string& touched) {
        auto text = "SELECT " + key_list(level);
        for (const auto& counter : all) {
            text += ", " + (counter.values == values ? counter.name : counter.zero()) + " AS " + counter.name;
        }
        return text + ", " + touched + " AS touched FROM " + from;
    };
    std::vector<std::string> rows{row("grouped", std::nullopt, level.recomputed.empty() ? "0" : "1")};
    for (const auto input : inputs_with_values(level)) {
        const bool ordered = level.inputs[input].min || level.inputs[input].max;
        rows.push_back(row("v" + std::to_string(input) + "_change", input, ordered ? "1" : "0"));
    }
    return join(rows, "\n        UNION ALL ");
}

std::string merged_cte(const Level& level) {
    std::vector<std::string> sums;
    std::vector<std::string> changed;
    for (const auto& counter : counters(level)) {
        sums.push_back("sum(" + counter.name + ")::" + counter.type + " AS " + counter.name);
        changed.push_back(counter.not_zero("sum(" + counter.name + ")"));
    }
    changed.emplace_back("sum(touched) <> 0");
    return "merged AS (\n    SELECT " + key_list(level) + ", " + join(sums, ", ") + "\n    FROM (\n        " +
           contributions(level) + ") AS u\n    GROUP BY " + key_list(level) + "\n    HAVING " + join(changed, " OR ") +
           ")";
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

std::string upsert_cte(const Level& level) {
    std::vector<std::string> names;
    std::vector<std::string> updates;
    for (const auto& counter : counters(level)) {
        names.push_back(counter.name);
        updates.push_back(counter.name + " = t." + counter.name + " + excluded." + counter.name);
    }
    updates.emplace_back("refreshed_at = excluded.refreshed_at");
    const auto columns = key_list(level) + ", " + join(names, ", ");
    return "upsert AS (\n    INSERT INTO " + state_table(level) + " AS t (" + columns + ", refreshed_at)\n    SELECT " +
           columns + ", now() FROM merged\n    ON CONFLICT (" + key_list(level) + ") DO UPDATE SET " +
           join(updates, ", ") + "\n    RETURNING t.ctid AS id, t.n, " + dirty(level) + " AS dirty)";
}

std::string extreme_value(const Level& level, const Extreme& extreme) {
    std::vector<std::string> matches;
    for (std::size_t i = 0; i < level.keys.size(); ++i) {
        const auto key = key_name(i);
        const auto equal = comparison("v." + key, "=", "t." + key, level.keys[i].type);
        matches.push_back(
            level.keys[i].nullable ? "(" + equal + " OR (v." + key + " IS NULL AND t." + key + " IS NULL))" : equal);
    }
    return "(SELECT " + extreme.function + "(v.v) FROM " + values_table(level, extreme.input) + " AS v WHERE " +
           join(matches, " AND ") + ")";
}

std::vector<std::string> extreme_assignments(const Level& level) {
    std::vector<std::string> assignments;
    for (const auto& extreme : extremes(level)) {
        assignments.push_back(extreme.name + " = " + extreme_value(level, extreme));
    }
    return assignments;
}

std::string extremes_update(const Level& level) {
    const auto assignments = extreme_assignments(level);
    return assignments.empty() ? ""
                               : "UPDATE " + state_table(level) + " AS t SET " + join(assignments, ", ") +
                                     "\nWHERE t.ctid = ANY ($1::tid[])";
}

// What a dirty group's row is given anew, from the sources: recomputed aggregates, and sums that may be infinite. Its
// extremes come along, so that each row is written once.
std::string renewal(const Level& level) {
    auto assignments = extreme_assignments(level);
    const auto extremes_alone = assignments.size();
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
    if (assignments.size() == extremes_alone) {
        return "";
    }
    return "UPDATE " + state_table(level) + " AS t SET " + join(assignments, ", ") + "\nFROM (\n  SELECT " +
           join(fresh, ", ") + "\n  FROM (\n    " + rows_of_groups(level) +
           ") AS r\n  GROUP BY r.id) AS f\nWHERE t.ctid = f.id";
}

std::string result_select(const Level& level, const std::vector<std::size_t>& values) {
    const auto ids = [](const std::string& from, const std::string& condition) {
        return "(SELECT array_agg(id) FILTER (WHERE " + condition + ") FROM " + from + ")";
    };
    auto text = "SELECT (SELECT count(*) FROM upsert) AS groups,\n  " + ids("upsert", "n = 0") +
                " AS emptied_state,\n  " + ids("upsert", "n <> 0 AND dirty") + " AS dirty_state,\n  " +
                (extremes(level).empty() ? "NULL::tid[]" : ids("upsert", "n <> 0 AND NOT dirty")) + " AS touched_state";
    for (const auto input : values) {
        const auto index = std::to_string(input);
        text += ",\n  " + ids("v" + index + "_merge", "n = 0") + " AS emptied_" + index;
    }
    return text;
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

Fold fold_level(const Level& level, const std::set<int>& changed_sources) {
    std::vector<std::string> ctes;
    for (const auto& source : level.sources) {
        if (changed_sources.contains(source.id)) {
            ctes.push_back(batch_cte(source));
        }
    }
    ctes.push_back(delta_cte(level, changed_sources));
    ctes.push_back(grouped_cte(level));
    const auto values = inputs_with_values(level);
    for (const auto input : values) {
        const auto more = values_ctes(level, input);
        ctes.insert(ctes.end(), more.begin(), more.end());
    }
    ctes.push_back(merged_cte(level));
    ctes.push_back(upsert_cte(level));

    Fold result;
    result.merge = "WITH " + join(ctes, ",\n") + "\n" + result_select(level, values);
    const auto delete_from = [](const std::string& table) {
        return "DELETE FROM " + table + " WHERE ctid = ANY ($1::tid[]) AND n = 0";
    };
    result.emptied.push_back({"emptied_state", delete_from(state_table(level))});
    for (const auto input : values) {
        result.emptied.push_back({"emptied_" + std::to_string(input), delete_from(values_table(level, input))});
    }
    result.renew = renewal(level);
    result.extremes = extremes_update(level);
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
