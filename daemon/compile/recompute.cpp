#include <algorithm>
#include <map>

#include "differences.hpp"
#include "freshet/compile/emit.hpp"
#include "freshet/compile/whole.hpp"
#include "multiset.hpp"
#include "rows.hpp"
#include "state_columns.hpp"
#include "text.hpp"

namespace freshet::compile {

namespace {

// How what is recomputed is proven. Its type need not have an equality; where equal values may read differently, as 1.5
// and 1.50 do, which of them an aggregate with DISTINCT takes is open.
Comparison comparison_of(const Recomputed& aggregate) {
    const auto& type = aggregate.column.type;
    if (aggregate.call.starts_with("min(") || aggregate.call.starts_with("max(")) {
        return Comparison::exact;  // has an order
    }
    if (type == "numeric" || type == "interval" || type == "text") {
        return Comparison::exact;
    }
    return type == "double precision" ? Comparison::as_double
           : type == "real"           ? Comparison::as_real
                                      : Comparison::as_text;
}

// One table of a level: what identifies its rows and what they hold.
struct Target {
    std::string table;
    std::string fresh;                   // name of the temporary table
    std::vector<std::string> identity;   // the columns that identify a row
    std::vector<ComparedColumn> values;  // the columns that may differ
    std::vector<std::string> arrays;     // those of them that are equal by equality, however they read
    std::string stored;                  // condition of the scope on rows r of the table
    std::string stamp;                   // column to set to now() on a written row; empty for none
};

std::vector<std::string> identity_of(const Level& level) {
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < level.keys.size(); ++i) {
        keys.push_back(key_name(i));
    }
    return keys;
}

std::vector<std::string> columns_of(const Target& target) {
    auto columns = target.identity;
    for (const auto& value : target.values) {
        columns.push_back(value.name);
    }
    return columns;
}

// Whether rows r and f are the same. Compared is how they read, to tell what equality does not: '1 day' from '24
// hours', 1.0 from 1.00, and any two of a type without an equality. Which of those stands in a multiset is open.
std::string same_row(const Target& target) {
    std::string left;
    std::string right;
    for (const auto& column : columns_of(target)) {
        if (std::find(target.arrays.begin(), target.arrays.end(), column) == target.arrays.end()) {
            append(left, ", ", "r." + column);
            append(right, ", ", "f." + column);
        }
    }
    auto condition = "ROW(" + left + ")::text = ROW(" + right + ")::text";
    for (const auto& array : target.arrays) {
        condition += " AND r." + array + " IS NOT DISTINCT FROM f." + array;
    }
    return condition;
}

Target state_target(const Level& level, const Scope& scope) {
    Target target;
    target.table = state_table(level);
    target.fresh = "freshet_fresh_state";
    target.identity = identity_of(level);
    for (const auto& counter : counters(level)) {
        const bool digits_vary = counter.summed != nullptr && counter.summed->scales;
        target.values.push_back({counter.name, digits_vary ? Comparison::as_text : Comparison::exact});
    }
    for (const auto input : inputs_with_values(level)) {
        for (const auto& column : values_columns(level, input)) {
            target.values.push_back({column.column.name});
            if (!column.in_spilled) {
                target.arrays.push_back(column.column.name);
            }
        }
    }
    if (!inputs_with_values(level).empty()) {
        target.values.push_back({"spill"});
    }
    for (const auto& aggregate : recomputed(level)) {
        target.values.push_back({aggregate.column.name, comparison_of(aggregate)});
    }
    target.stored = scope_condition(level, "r", scope.tenant);
    target.stamp = "refreshed_at";
    return target;
}

Target values_target(const Level& level, std::size_t input, const Scope& scope) {
    Target target;
    target.table = values_table(level, input);
    target.fresh = "freshet_fresh_values_" + std::to_string(input);
    target.identity = {"spill", "v"};
    target.values = {{"n"}};
    const auto condition = scope_condition(level, "t", scope.tenant);
    // Over everything, what belongs to no group is stale, too.
    target.stored = condition == "TRUE"
                        ? condition
                        : "r.spill IN (SELECT t.spill FROM " + state_table(level) + " AS t WHERE " + condition + ")";
    return target;
}

std::string rows_in_scope(const Level& level, const Scope& scope) {
    return "(\n    " + rows_sql(level) + ") AS r\nWHERE " + scope_condition(level, "r", scope.tenant);
}

// What is added up or computed anew, by its aggregate over rows: "count(*) AS n, ...".
std::vector<std::string> aggregates_of(const Level& level) {
    std::vector<std::string> columns;
    for (const auto& counter : counters(level)) {
        columns.push_back(counter.fresh + " AS " + counter.name);
    }
    for (const auto& aggregate : recomputed(level)) {
        columns.push_back(aggregate.call + " AS " + aggregate.column.name);
    }
    return columns;
}

std::string fresh_groups(const Level& level, const std::string& rows) {
    return "SELECT " + key_list(level, "r.") + ", " + join(aggregates_of(level), ", ") + "\nFROM " + rows +
           "\nGROUP BY " + key_list(level, "r.");
}

std::vector<std::string> names_of(const Level& level) {
    std::vector<std::string> names;
    for (const auto& counter : counters(level)) {
        names.push_back(counter.name);
    }
    for (const auto& aggregate : recomputed(level)) {
        names.push_back(aggregate.column.name);
    }
    return names;
}

// The multiset of an input for each group, cut where it is too large for a row.
std::string fresh_values(const Level& level, std::size_t input) {
    const auto keys = key_list(level);
    const auto x = "x" + std::to_string(input);
    const auto most_values = std::to_string(most_values_in_row);
    const auto most_of_one = std::to_string(most_of_a_value_in_row);
    std::string columns;
    for (const auto& column : values_columns(level, input)) {
        columns += ", " + column.aggregate +
                   (column.in_spilled ? "" : " FILTER (WHERE number <= " + most_values + ")") + " AS " +
                   column.column.name;
    }
    return "SELECT " + keys + ", count(*) > " + most_values + " OR max(m) > " + most_of_one + " AS too_large" +
           columns + "\n    FROM (SELECT " + keys + ", " + x + " AS v, least(count(*), " + most_of_one +
           " + 1)::integer AS m, row_number() OVER (PARTITION BY " + keys + ") AS number\n      FROM r WHERE " + x +
           " IS NOT NULL GROUP BY " + keys + ", " + x + ") AS w\n    GROUP BY " + keys;
}

// One row for each group and what is known of it: its aggregates (part 0), the multiset of an input, and that it is
// spilled in the state.
std::string fresh_parts(const Level& level, const Target& target) {
    const auto inputs = inputs_with_values(level);
    const auto part = [&](std::optional<std::size_t> values, bool stored) {
        const bool groups = !values && !stored;
        auto text = std::string("SELECT ") + (groups ? "0" : "1") + " AS part, " + key_list(level);
        for (const auto& name : names_of(level)) {
            text += (groups ? ", " : ", NULL AS ") + name;
        }
        text += std::string(values ? ", too_large" : ", NULL::boolean AS too_large") +
                (stored ? ", spill" : ", NULL::bigint AS spill");
        for (const auto input : inputs) {
            for (const auto& column : values_columns(level, input)) {
                text += ", " + (values == input ? "" : column.null() + " AS ") + column.column.name;
            }
        }
        return text + " FROM ";
    };
    std::vector<std::string> parts{part(std::nullopt, false) + "grouped"};
    for (const auto input : inputs) {
        parts.push_back(part(input, false) + "v" + std::to_string(input) + "_fresh");
    }
    parts.push_back(part(std::nullopt, true) + target.table + " AS r WHERE r.spill IS NOT NULL AND " + target.stored);
    return join(parts, "\n    UNION ALL ");
}

// A group that is spilled stays so, with its number: only what it holds makes it differ.
std::string fill_groups_with_values(const Level& level, const Target& target, const Scope& scope) {
    std::vector<std::string> ctes{"r AS MATERIALIZED (\n    SELECT * FROM " + rows_in_scope(level, scope) + ")",
                                  "grouped AS (\n    " + fresh_groups(level, "r") + ")"};
    std::string gathered = "part, " + key_list(level);
    for (const auto& name : names_of(level)) {
        gathered += ", " + name;
    }
    gathered +=
        ",\n      max(spill) OVER one AS spill, (max(spill) OVER one IS NOT NULL OR bool_or(too_large) OVER one) "
        "IS TRUE AS spilled";
    std::map<std::string, std::string> chosen{
        {"spill", "CASE WHEN spilled THEN coalesce(spill, " + next_spill(level) + ") END"}};
    for (const auto input : inputs_with_values(level)) {
        ctes.push_back("v" + std::to_string(input) + "_fresh AS (\n    " + fresh_values(level, input) + ")");
        for (const auto& column : values_columns(level, input)) {
            const auto& name = column.column.name;
            gathered += ", max(" + name + ") OVER one AS " + name;
            chosen[name] = !column.in_spilled       ? "CASE WHEN NOT spilled THEN " + name + " END"
                           : column.column.nullable ? name
                                                    : "coalesce(" + name + ", " + column.nothing() + ")";
        }
    }
    std::vector<std::string> columns;
    for (const auto& name : columns_of(target)) {
        const auto found = chosen.find(name);
        columns.push_back(found == chosen.end() ? name : found->second);
    }
    return "WITH " + join(ctes, ",\n") + "\nSELECT " + join(columns, ", ") + "\nFROM (SELECT " + gathered +
           "\n    FROM (" + fresh_parts(level, target) + ") AS u\n    WINDOW one AS (PARTITION BY " + key_list(level) +
           ")) AS w\nWHERE part = 0";
}

std::string fill_state(const Level& level, const Target& target, const Scope& scope) {
    if (inputs_with_values(level).empty()) {
        return fresh_groups(level, rows_in_scope(level, scope));
    }
    return fill_groups_with_values(level, target, scope);
}

// Nothing is read if no group is spilled. Keys are not joined, for NULLs: each row takes the number that is among its
// equals.
std::string fill_spilled(const Level& level, std::size_t input, const Scope& scope) {
    const auto x = "x" + std::to_string(input);
    const auto keys = key_list(level);
    const std::string spilled = "pg_temp.freshet_fresh_state WHERE spill IS NOT NULL";
    return "SELECT spill, v, n FROM (\n  SELECT max(spill) OVER (PARTITION BY " + keys +
           ") AS spill, v, n FROM (\n    SELECT " + key_list(level, "r.") + ", NULL::bigint AS spill, " + x +
           " AS v, count(*) AS n\nFROM " + rows_in_scope(level, scope) + " AND " + x +
           " IS NOT NULL AND EXISTS (SELECT FROM " + spilled + ")\nGROUP BY " + key_list(level, "r.") + ", " + x +
           "\n    UNION ALL SELECT " + keys + ", spill, NULL, NULL FROM " + spilled +
           ") AS u) AS w\nWHERE spill IS NOT NULL AND v IS NOT NULL";
}

std::string upsert(const Target& target) {
    std::vector<std::string> updates;
    for (const auto& value : target.values) {
        updates.push_back(value.name + " = excluded." + value.name);
    }
    const auto columns = join(columns_of(target), ", ");
    auto insert_columns = columns;
    auto select_columns = columns;
    if (!target.stamp.empty()) {
        insert_columns += ", " + target.stamp;
        select_columns += ", now()";
        updates.push_back(target.stamp + " = excluded." + target.stamp);
    }
    return "INSERT INTO " + target.table + " AS t (" + insert_columns + ")\nSELECT " + select_columns +
           " FROM pg_temp." + target.fresh + " AS f\nWHERE NOT EXISTS (SELECT FROM " + target.table + " AS r WHERE " +
           target.stored + "\n    AND " + same_row(target) + ")\nON CONFLICT (" + join(target.identity, ", ") +
           ") DO UPDATE SET " + join(updates, ", ");
}

// Rows of the table that the fresh table lacks. By UNION ALL and GROUP BY, so that NULL keys are equal.
std::string stale_rows(const Target& target) {
    const auto identity = join(target.identity, ", ");
    return "SELECT max(id) AS id FROM (\n        SELECT " + identity + ", NULL::tid AS id FROM pg_temp." +
           target.fresh + "\n        UNION ALL SELECT " + identity + ", r.ctid FROM " + target.table + " AS r WHERE " +
           target.stored + ") AS u\n    GROUP BY " + identity + " HAVING count(*) = count(id)";
}

// What the table holds against what fill_fresh computed.
Compared compared_rows(const Target& target) {
    Compared result;
    for (const auto& name : target.identity) {
        result.columns.push_back({name});
    }
    result.columns.insert(result.columns.end(), target.values.begin(), target.values.end());
    std::vector<std::string> list;
    for (const auto& column : result.columns) {
        list.push_back(compared("r", column));
    }
    result.expected = "SELECT " + join(list, ", ") + " FROM pg_temp." + target.fresh + " AS r";
    result.published = "SELECT " + join(list, ", ") + " FROM " + target.table + " AS r WHERE " + target.stored;
    return result;
}

std::string compare_stored(const Target& target, const Compared& both) {
    return "WITH fresh AS (" + both.expected + "),\nstored AS (" + both.published +
           ")\nSELECT side, difference || jsonb_build_object('table', '" + target.table +
           "') AS difference, count(*) OVER () AS total FROM (\n    " + differences(both.columns, "fresh", "stored") +
           ") AS d LIMIT 20";
}

RecomputedTable statements(const Target& target, const std::string& fill, std::size_t parameters) {
    const auto columns = join(columns_of(target), ", ");
    RecomputedTable result;
    result.create_fresh = "CREATE TEMPORARY TABLE " + target.fresh + " ON COMMIT DROP AS SELECT " + columns + " FROM " +
                          target.table + " WITH NO DATA";
    result.fill_fresh = "INSERT INTO pg_temp." + target.fresh + " (" + columns + ")\n" + fill;
    result.upsert_changed = upsert(target);
    const auto both = compared_rows(target);
    result.compare = compare_stored(target, both);
    result.digest_fresh = digest(both.expected, 1);
    result.digest_stored = digest(both.published, parameters + 1);
    return result;
}

Recompute recompute_level(const Level& level, const Scope& scope, std::size_t parameters) {
    const auto state = state_target(level, scope);
    Recompute result;
    result.tables.push_back(statements(state, fill_state(level, state, scope), parameters));
    result.tables.back().delete_stale = delete_groups(level, "t.ctid = ANY (ARRAY(SELECT id FROM stale))",
                                                      "stale AS MATERIALIZED (\n    " + stale_rows(state) + ")");
    result.drop_fresh = "DROP TABLE pg_temp." + state.fresh;
    for (const auto input : inputs_with_values(level)) {
        const auto values = values_target(level, input, scope);
        result.tables.push_back(statements(values, fill_spilled(level, input, scope), parameters));
        result.tables.back().delete_stale =
            "DELETE FROM " + values.table + " WHERE ctid = ANY (ARRAY(\n    " + stale_rows(values) + "))";
        result.drop_fresh += ", pg_temp." + values.fresh;
    }
    return result;
}

// The published columns that a scope's condition reads, under their k<i> names: "q.\"firm_id\" AS k0, ...". In a
// relation of their own, because a published column may be called k0, too. The keys of any level have these types.
std::string scope_keys(const Program& program, const Scope& scope) {
    const auto& level = program.levels.front();
    std::map<int, std::string> published;
    if (scope.tenant) {
        published.emplace(level.tenant_key, program.tenant);
    }
    if (program.has_retention()) {
        published.emplace(level.retention_key, program.retention_column);
    }
    std::string list;
    for (const auto& [key, column] : published) {
        append(list, ", ", "q." + sql::quote(column) + " AS " + key_name(static_cast<std::size_t>(key)));
    }
    return list;
}

Compared compared_relations(const Program& program, const std::string& published, const std::string& defining_query,
                            const Scope& scope, const std::map<std::string, Comparison>& comparisons) {
    if (program.whole) {
        return compared_whole(program, published, defining_query, scope, comparisons);
    }
    Compared result;
    std::vector<std::string> list;
    for (const auto& column : program.columns) {
        if (column.kind != query::OutputKind::refreshed_at) {
            const auto how = comparisons.find(column.name);
            result.columns.push_back(
                {sql::quote(column.name), how == comparisons.end() ? Comparison::exact : how->second});
            list.push_back(compared("q", result.columns.back()));
        }
    }
    const auto keys = scope_keys(program, scope);
    const auto scoped = [&](const std::string& relation) {
        return "SELECT " + join(list, ", ") + " FROM " + relation + " AS q" +
               (keys.empty() ? "" : " CROSS JOIN LATERAL (SELECT " + keys + ") AS r") + " WHERE " +
               scope_condition(program.levels.front(), "r", scope.tenant);
    };
    result.published = scoped(published);
    result.expected = scoped("(" + defining_query + "\n)");
    return result;
}

}  // namespace

std::vector<Recompute> recompute(const Program& program, const Scope& scope) {
    std::vector<Recompute> result;
    for (const auto& level : program.levels) {
        result.push_back(recompute_level(level, scope, parameters_of(program, scope)));
    }
    return result;
}

std::vector<std::string> delete_before_horizon(const Program& program) {
    std::vector<std::string> cuts;
    if (program.whole) {
        cuts.push_back(cut_whole(program));
    }
    for (const auto& level : program.levels) {
        const auto index = static_cast<std::size_t>(level.retention_key);
        const auto& type = level.keys[index].type;
        cuts.push_back(delete_groups(level, comparison("t." + key_name(index), "<", "$1::" + type, type)));
    }
    return cuts;
}

std::string compare(const Program& program, const std::string& published, const std::string& defining_query,
                    const Scope& scope, const std::map<std::string, Comparison>& comparisons, int limit) {
    const auto both = compared_relations(program, published, defining_query, scope, comparisons);
    return "WITH published AS MATERIALIZED (" + both.published + "),\nexpected AS MATERIALIZED (" + both.expected +
           "),\ndifferences AS (\n    " + differences(both.columns, "expected", "published") +
           ")\nSELECT side, difference, count(*) OVER () AS total FROM differences LIMIT " + std::to_string(limit);
}

Digests digests(const Program& program, const std::string& published, const std::string& defining_query,
                const Scope& scope, const std::map<std::string, Comparison>& comparisons) {
    const auto both = compared_relations(program, published, defining_query, scope, comparisons);
    const auto first = parameters_of(program, scope) + 1;
    return {digest(both.published, first), digest(both.expected, first)};
}

}  // namespace freshet::compile
