#include <map>

#include "differences.hpp"
#include "freshet/compile/emit.hpp"
#include "freshet/compile/whole.hpp"
#include "rows.hpp"
#include "state_columns.hpp"
#include "text.hpp"

namespace freshet::compile {

namespace {

// How what is recomputed is proven. Its type need not have an equality; where equal values may read differently, as 1.5
// and 1.50 do, which of them an aggregate with DISTINCT takes is open.
Comparison comparison_of(const Recomputed& aggregate) {
    const auto& type = aggregate.column.type;
    if (type == "numeric" || type == "interval" || type == "text") {
        return Comparison::exact;
    }
    return type == "double precision" ? Comparison::as_double
           : type == "real"           ? Comparison::as_real
                                      : Comparison::as_text;
}

// One table of the view, and the SELECT that recomputes it from the rows `r` below the grouping.
struct Target {
    std::string table;
    std::string fresh;                   // name of the temporary table
    std::vector<std::string> identity;   // the columns that identify a row
    std::vector<ComparedColumn> values;  // the columns that may differ
    std::string select;                  // aggregate expressions for identity and values
    std::string filter;                  // of the rows, besides the scope
    std::string stamp;                   // column to set to now() on a written row; empty for none
    Holds holds = Holds::groups;
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

// The row as it reads, to tell what equality does not: '1 day' from '24 hours', 1.0 from 1.00, and any two of a type
// without an equality.
std::string image_of(const Target& target, const std::string& alias) {
    auto columns = columns_of(target);
    for (auto& column : columns) {
        column = alias + "." + column;
    }
    return "ROW(" + join(columns, ", ") + ")::text";
}

Target state_target(const Level& level) {
    Target target;
    target.table = state_table(level);
    target.fresh = "freshet_fresh_state";
    target.identity = identity_of(level);
    target.select = key_list(level, "r.");
    for (const auto& counter : counters(level)) {
        target.values.push_back({counter.name});
        target.select += ", " + counter.fresh + " AS " + counter.name;
    }
    for (const auto& extreme : extremes(level)) {
        target.values.push_back({extreme.name});
        target.select += ", " + extreme.function + "(x" + std::to_string(extreme.input) + ") AS " + extreme.name;
    }
    for (const auto& aggregate : recomputed(level)) {
        target.values.push_back({aggregate.column.name, comparison_of(aggregate)});
        target.select += ", " + aggregate.call + " AS " + aggregate.column.name;
    }
    target.stamp = "refreshed_at";
    return target;
}

Target values_target(const Level& level, std::size_t input) {
    const auto x = "x" + std::to_string(input);
    Target target;
    target.table = values_table(level, input);
    target.fresh = "freshet_fresh_values_" + std::to_string(input);
    target.identity = identity_of(level);
    target.identity.emplace_back("v");
    target.values = {{"n"}};
    target.select = key_list(level, "r.") + ", " + x + " AS v, count(*) AS n";
    target.filter = x + " IS NOT NULL";
    target.holds = Holds::values;
    return target;
}

std::string group_by(const Level& level, const Target& target) {
    return key_list(level, "r.") + (target.filter.empty() ? "" : ", v");
}

std::string upsert(const Target& target, const std::string& scope) {
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
           scope + "\n    AND " + image_of(target, "r") + " = " + image_of(target, "f") + ")\nON CONFLICT (" +
           join(target.identity, ", ") + ") DO UPDATE SET " + join(updates, ", ");
}

// Rows of the table that the fresh table lacks. By UNION ALL and GROUP BY, so that NULL keys are equal.
std::string remove_stale(const Target& target, const std::string& scope) {
    const auto identity = join(target.identity, ", ");
    return "DELETE FROM " + target.table + " WHERE ctid = ANY (ARRAY(\n    SELECT max(id) FROM (\n        SELECT " +
           identity + ", NULL::tid AS id FROM pg_temp." + target.fresh + "\n        UNION ALL SELECT " + identity +
           ", r.ctid FROM " + target.table + " AS r WHERE " + scope + ") AS u\n    GROUP BY " + identity +
           " HAVING count(*) = count(id)))";
}

// What fill_fresh computed against what the table holds, both ways.
std::string compare_stored(const Target& target, const std::string& scope) {
    std::vector<ComparedColumn> columns;
    for (const auto& name : target.identity) {
        columns.push_back({name});
    }
    columns.insert(columns.end(), target.values.begin(), target.values.end());
    std::vector<std::string> list;
    for (const auto& column : columns) {
        list.push_back(compared("r", column));
    }
    const auto fresh = "(SELECT " + join(list, ", ") + " FROM pg_temp." + target.fresh + " AS r)";
    const auto stored = "(SELECT " + join(list, ", ") + " FROM " + target.table + " AS r WHERE " + scope + ")";
    return "WITH fresh AS " + fresh + ",\nstored AS " + stored +
           "\nSELECT side, difference || jsonb_build_object('table', '" + target.table +
           "') AS difference, count(*) OVER () AS total FROM (\n    " + differences(columns, "fresh", "stored") +
           ") AS d LIMIT 20";
}

Recompute statements(const Level& level, const Target& target, const Scope& scope) {
    const auto condition = scope_condition(level, "r", scope.tenant);
    const auto columns = join(columns_of(target), ", ");
    Recompute result;
    result.create_fresh = "CREATE TEMPORARY TABLE " + target.fresh + " ON COMMIT DROP AS SELECT " + columns + " FROM " +
                          target.table + " WITH NO DATA";
    result.fill_fresh = "INSERT INTO pg_temp." + target.fresh + " (" + columns + ")\nSELECT " + target.select +
                        "\nFROM (\n    " + rows_sql(level) + ") AS r\nWHERE " + condition +
                        (target.filter.empty() ? "" : " AND " + target.filter) + "\nGROUP BY " +
                        group_by(level, target);
    result.upsert_changed = upsert(target, condition);
    result.delete_stale = remove_stale(target, condition);
    result.compare = compare_stored(target, condition);
    result.drop_fresh = "DROP TABLE pg_temp." + target.fresh;
    result.holds = target.holds;
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

}  // namespace

std::vector<Recompute> recompute(const Program& program, const Scope& scope) {
    std::vector<Recompute> result;
    for (const auto& level : program.levels) {
        result.push_back(statements(level, state_target(level), scope));
        for (const auto input : inputs_with_values(level)) {
            result.push_back(statements(level, values_target(level, input), scope));
        }
    }
    return result;
}

std::vector<Cut> delete_before_horizon(const Program& program) {
    std::vector<Cut> cuts;
    if (program.whole) {
        cuts.push_back(cut_whole(program));
    }
    for (const auto& level : program.levels) {
        const auto index = static_cast<std::size_t>(level.retention_key);
        const auto& type = level.keys[index].type;
        const auto condition = " WHERE " + comparison(key_name(index), "<", "$1::" + type, type);
        cuts.push_back({"DELETE FROM " + state_table(level) + condition, Holds::groups});
        for (const auto input : inputs_with_values(level)) {
            cuts.push_back({"DELETE FROM " + values_table(level, input) + condition, Holds::values});
        }
    }
    return cuts;
}

std::string compare(const Program& program, const std::string& published, const std::string& defining_query,
                    const Scope& scope, const std::map<std::string, Comparison>& comparisons, int limit) {
    if (program.whole) {
        return compare_whole(program, published, defining_query, scope, comparisons, limit);
    }
    std::vector<ComparedColumn> columns;
    std::vector<std::string> list;
    for (const auto& column : program.columns) {
        if (column.kind != query::OutputKind::refreshed_at) {
            const auto how = comparisons.find(column.name);
            columns.push_back({sql::quote(column.name), how == comparisons.end() ? Comparison::exact : how->second});
            list.push_back(compared("q", columns.back()));
        }
    }
    const auto keys = scope_keys(program, scope);
    const auto scoped = [&](const std::string& relation) {
        return "SELECT " + join(list, ", ") + " FROM " + relation + " AS q" +
               (keys.empty() ? "" : " CROSS JOIN LATERAL (SELECT " + keys + ") AS r") + " WHERE " +
               scope_condition(program.levels.front(), "r", scope.tenant);
    };
    return "WITH published AS MATERIALIZED (" + scoped(published) + "),\nexpected AS MATERIALIZED (" +
           scoped("(" + defining_query + "\n)") + "),\ndifferences AS (\n    " +
           differences(columns, "expected", "published") +
           ")\nSELECT side, difference, count(*) OVER () AS total FROM differences LIMIT " + std::to_string(limit);
}

}  // namespace freshet::compile
