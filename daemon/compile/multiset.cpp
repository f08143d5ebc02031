#include "multiset.hpp"

#include "freshet/compile/emit.hpp"
#include "state_columns.hpp"
#include "text.hpp"

namespace freshet::compile {

namespace {

constexpr const char* is_there = " FILTER (WHERE m > 0)";

// Of a group that is spilled already the row keeps what it counts and how far it reaches; `changed` are the values whose
// multiplicity changed, with what it was (before) and is (after).
std::string moved(const ValuesColumn& column, const std::string& zero) {
    if (column.column.name.starts_with("sd")) {
        return difference_of_sums("v", "after > 0 AND before <= 0", "after <= 0 AND before > 0", zero);
    }
    return "sum((after > 0)::integer - (before > 0)::integer)";
}

bool is_counted(const ValuesColumn& column) {
    return column.in_spilled && !column.column.nullable;
}

std::vector<ValuesColumn> counted_columns(const Level& level, std::size_t input) {
    auto columns = values_columns(level, input);
    std::erase_if(columns, [](const ValuesColumn& column) { return !is_counted(column); });
    return columns;
}

std::string entries_of(const std::string& alias, std::size_t input) {
    return alias + ".m" + std::to_string(input);
}

// For one input: the values to move, the merge into the values table, and what changed by it for each group.
void add_moving(const Level& level, std::size_t input, std::vector<std::string>& ctes) {
    const auto index = std::to_string(input);
    ctes.push_back("v" + index + "_delta AS MATERIALIZED (\n    SELECT spill, unnest(v" + index + ") AS v, unnest(m" +
                   index + ") AS n FROM overflowing)");
    ctes.push_back("v" + index + "_merge AS (\n    INSERT INTO " + values_table(level, input) +
                   " AS t (spill, v, n)\n    SELECT spill, v, n FROM v" + index +
                   "_delta\n    ON CONFLICT (spill, v) DO UPDATE SET n = t.n + excluded.n\n    RETURNING t.ctid AS id, "
                   "t.spill, t.v, t.n)");
    std::string changes;
    for (const auto& column : counted_columns(level, input)) {
        changes += ", " + moved(column, column.nothing()) + " AS " + column.column.name;
    }
    if (!changes.empty()) {
        ctes.push_back("v" + index + "_change AS (\n    SELECT spill" + changes +
                       "\n    FROM (SELECT spill, v, sum(after) AS after, sum(after) - sum(change) AS before FROM (\n"
                       "        SELECT spill, v, n AS after, 0::bigint AS change FROM v" +
                       index + "_merge\n        UNION ALL SELECT spill, v, 0::bigint, n FROM v" + index +
                       "_delta) AS u GROUP BY spill, v) AS w\n    GROUP BY spill)");
    }
}

// The rows, and the numbers they have or get.
std::string overflowing_cte(const Level& level) {
    std::string columns;
    for (const auto input : inputs_with_values(level)) {
        const auto index = std::to_string(input);
        columns += ", t.v" + index + ", t.m" + index;
    }
    return "overflowing AS MATERIALIZED (\n    SELECT t.ctid AS id, t.spill IS NOT NULL AS spilled, coalesce(t.spill, " +
           next_spill(level) + ") AS spill" + columns + "\n    FROM " + state_table(level) +
           " AS t WHERE t.ctid = ANY ($1::tid[]))";
}

std::string moved_cte(const Level& level) {
    std::vector<std::string> assignments{"spill = o.spill"};
    std::string joins;
    for (const auto input : inputs_with_values(level)) {
        const auto change = "v" + std::to_string(input) + "_change";
        const auto counted = counted_columns(level, input);
        for (const auto& column : values_columns(level, input)) {
            if (!column.in_spilled) {
                assignments.push_back(column.column.name + " = NULL");
            }
        }
        // What a group that was not spilled before counts is right already.
        for (const auto& column : counted) {
            const auto& name = column.column.name;
            assignments.push_back(name + " = CASE WHEN o.spilled THEN t." + name + " + coalesce(" + change + "." + name +
                                  ", " + column.nothing() + ") ELSE t." + name + " END");
        }
        if (!counted.empty()) {
            joins += " LEFT JOIN " + change + " ON " + change + ".spill = o.spill";
        }
    }
    return "moved AS (\n    UPDATE " + state_table(level) + " AS t SET " + join(assignments, ", ") +
           "\n    FROM overflowing AS o" + joins + "\n    WHERE t.ctid = o.id\n    RETURNING t.ctid AS id)";
}

}  // namespace

std::string ValuesColumn::null() const {
    return "NULL::" + column.type + (column.collation.empty() ? "" : " COLLATE " + column.collation);
}

std::string ValuesColumn::nothing() const {
    return column.nullable ? null() : zero_of(column.type);
}

std::vector<ValuesColumn> values_columns(const Level& level, std::size_t index) {
    const auto& input = level.inputs[index];
    const auto number = std::to_string(index);
    const auto& collation = input.column.collation;
    std::vector<ValuesColumn> columns{
        {{"v" + number, input.column.type + "[]", collation, true}, "array_agg(v ORDER BY v)", false, "array_agg(v)"},
        {{"m" + number, "integer[]", "", true}, "array_agg(m ORDER BY v)", false, "array_agg(m)"}};
    if (input.distinct) {
        columns.push_back({{"d" + number, "bigint", "", false}, std::string("count(*)") + is_there});
    }
    if (!input.distinct_sum_type.empty()) {
        const auto& type = input.distinct_sum_type;
        columns.push_back({{"sd" + number, type, "", false},
                           std::string("coalesce(sum(v)") + is_there + ", " + zero_of(type) + ")::" + type});
    }
    if (input.min) {
        columns.push_back({{"lo" + number, input.ordered_type, collation, true}, std::string("min(v)") + is_there});
    }
    if (input.max) {
        columns.push_back({{"hi" + number, input.ordered_type, collation, true}, std::string("max(v)") + is_there});
    }
    return columns;
}

std::vector<std::size_t> inputs_with_values(const Level& level) {
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < level.inputs.size(); ++i) {
        if (level.inputs[i].has_values()) {
            result.push_back(i);
        }
    }
    return result;
}

std::string next_spill(const Level& level) {
    return "(SELECT coalesce(max(s.spill), 0) FROM " + state_table(level) + " AS s) + row_number() OVER ()";
}

std::string overflows(const Level& level, const std::string& alias) {
    std::string entries;
    std::string tests;
    for (const auto input : inputs_with_values(level)) {
        append(entries, ", ", entries_of(alias, input));
        tests += " OR cardinality(" + entries_of(alias, input) + ") > " + std::to_string(most_values_in_row) + " OR " +
                 std::to_string(most_of_a_value_in_row) + " < ANY (" + entries_of(alias, input) + ")";
    }
    return entries.empty()
               ? "false"
               : "((" + alias + ".spill IS NOT NULL AND coalesce(" + entries + ") IS NOT NULL)" + tests + ") IS TRUE";
}

std::string delete_groups(const Level& level, const std::string& condition, const std::string& first) {
    std::string ctes = first;
    const auto state = state_table(level) + " AS t WHERE " + condition;
    for (const auto input : inputs_with_values(level)) {
        append(ctes, ",\n",
               "gone_" + std::to_string(input) + " AS (\n    DELETE FROM " + values_table(level, input) +
                   " AS v WHERE v.spill IN (SELECT t.spill FROM " + state + "))");
    }
    return (ctes.empty() ? "" : "WITH " + ctes + "\n") + "DELETE FROM " + state;
}

std::string spill(const Level& level) {
    const auto inputs = inputs_with_values(level);
    if (inputs.empty()) {
        return "";
    }
    std::vector<std::string> ctes{overflowing_cte(level)};
    std::string results = "(SELECT array_agg(id) FROM moved) AS moved_state";
    for (const auto input : inputs) {
        const auto index = std::to_string(input);
        add_moving(level, input, ctes);
        results += ",\n  (SELECT array_agg(id) FILTER (WHERE n = 0) FROM v" + index + "_merge) AS emptied_" + index;
    }
    ctes.push_back(moved_cte(level));
    return "WITH " + join(ctes, ",\n") + "\nSELECT " + results;
}

std::string settle_spilled(const Level& level, const std::string& dirty) {
    std::vector<std::string> ctes;
    std::vector<std::string> assignments;
    int parameter = 2;
    for (const auto input : inputs_with_values(level)) {
        const auto index = std::to_string(input);
        const auto values = values_table(level, input);
        ctes.push_back("gone_" + index + " AS (\n    DELETE FROM " + values + " WHERE ctid = ANY ($" +
                       std::to_string(parameter++) + "::tid[]) AND n = 0)");
        // The emptied ones are still to be seen here, as the statement began before they went.
        const auto from_table = [&](const std::string& aggregate) {
            return "(SELECT " + aggregate + " FROM " + values + " AS v WHERE v.spill = t.spill AND v.n > 0)";
        };
        for (const auto& column : values_columns(level, input)) {
            const auto& name = column.column.name;
            if (name.starts_with("lo")) {
                assignments.push_back(name + " = " + from_table("min(v.v)"));
            } else if (name.starts_with("hi")) {
                assignments.push_back(name + " = " + from_table("max(v.v)"));
            } else if (const Counter sum{name, column.column.type, "", ""};
                       name.starts_with("sd") && sum.can_be_infinite()) {
                // A NaN or an infinity cannot be taken back.
                assignments.push_back(name + " = CASE WHEN " + sum.infinite("t." + name) + " THEN " +
                                      from_table("coalesce(sum(v.v), " + sum.zero() + ")") + " ELSE t." + name +
                                      " END");
            }
        }
    }
    if (ctes.empty()) {
        return "";
    }
    const auto rows = "\n    WHERE t.ctid = ANY ($1::tid[])";
    const auto result = "t.ctid AS id, " + dirty + " AS dirty";
    ctes.push_back("settled AS (\n    " +
                   (assignments.empty() ? "SELECT " + result + " FROM " + state_table(level) + " AS t" + rows
                                        : "UPDATE " + state_table(level) + " AS t SET " + join(assignments, ",\n      ") +
                                              rows + "\n    RETURNING " + result) +
                   ")");
    return "WITH " + join(ctes, ",\n") + "\nSELECT array_agg(id) FILTER (WHERE dirty) AS dirty_state FROM settled";
}

}  // namespace freshet::compile
