#include <algorithm>
#include <sstream>

#include "freshet/compile/emit.hpp"
#include "freshet/core/error.hpp"
#include "text.hpp"

namespace freshet::compile {

namespace {

std::string typed(const std::string& name, const TypedColumn& column) {
    return name + " " + column.type + (column.collation.empty() ? "" : " COLLATE " + column.collation);
}

std::vector<std::string> key_columns(const Level& level) {
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < level.keys.size(); ++i) {
        columns.push_back(typed(key_name(i), level.keys[i]) + (level.keys[i].nullable ? "" : " NOT NULL"));
    }
    return columns;
}

// The tenant first, so that its rows lie together; then columns without NULLs, so that look-ups find a usable prefix.
std::string index_order(const Level& level) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < level.keys.size(); ++i) {
        order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
        const auto rank = [&](std::size_t i) {
            return std::pair(static_cast<int>(i) != level.tenant_key, level.keys[i].nullable);
        };
        return rank(left) < rank(right);
    });
    std::vector<std::string> names;
    std::transform(order.begin(), order.end(), std::back_inserter(names), key_name);
    return join(names, ", ");
}

// Frequent small updates: leave room for HOT, and vacuum before bloat shows.
constexpr const char* storage = " WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05)";

std::string create_state_table(const Level& level) {
    auto columns = key_columns(level);
    for (const auto& counter : counters(level)) {
        columns.push_back(counter.name + " " + counter.type + " NOT NULL");
    }
    for (const auto& extreme : extremes(level)) {
        columns.push_back(typed(extreme.name, {"", extreme.type, level.inputs[extreme.input].column.collation}));
    }
    columns.emplace_back("refreshed_at timestamptz NOT NULL");
    return "CREATE TABLE " + state_table(level) + " (\n    " + join(columns, ",\n    ") + "\n)" + storage;
}

std::string create_values_table(const Level& level, std::size_t input) {
    auto columns = key_columns(level);
    columns.push_back(typed("v", level.inputs[input].column) + " NOT NULL");
    columns.emplace_back("n bigint NOT NULL");
    return "CREATE TABLE " + values_table(level, input) + " (\n    " + join(columns, ",\n    ") + "\n)" + storage;
}

std::string unique_index(const std::string& table, const std::string& columns) {
    return "CREATE UNIQUE INDEX ON " + table + " (" + columns + ") NULLS NOT DISTINCT";
}

// "week_start DESC" -> "k2 DESC"
std::string index_column(const Level& level, const std::string& text) {
    std::istringstream words(text);
    std::string name;
    words >> name;
    std::string rest;
    std::getline(words, rest);
    const auto output = std::find_if(level.outputs.begin(), level.outputs.end(),
                                     [&](const query::Output& one) { return one.name == name; });
    if (output == level.outputs.end()) {
        throw core::Error("the view has no column " + name + " to index");
    }
    switch (output->kind) {
        case query::OutputKind::key:
            return output->expression + rest;
        case query::OutputKind::refreshed_at:
            return "refreshed_at" + rest;
        case query::OutputKind::computed:
            break;
    }
    throw core::Error("column " + name + " is computed from aggregates and cannot be indexed",
                      "index key columns and the refreshed_at column");
}

std::string user_index(const Level& level, const std::vector<std::string>& columns) {
    std::vector<std::string> parts;
    for (const auto& column : columns) {
        parts.push_back(index_column(level, column));
    }
    return "CREATE INDEX ON " + state_table(level) + " (" + join(parts, ", ") + ")";
}

// What an aggregate of the query is, over the columns of the state.
std::string aggregate_expression(const Level& level, const query::Aggregate& aggregate) {
    const auto index = std::to_string(aggregate.input);
    const auto count = [&]() -> std::string {
        return level.inputs[static_cast<std::size_t>(aggregate.input)].count ? "c" + index : "n";
    };
    switch (aggregate.kind) {
        case query::AggregateKind::count_rows:
            return "n";
        case query::AggregateKind::count:
            return count();
        case query::AggregateKind::sum:
            return "CASE WHEN " + count() + " <> 0 THEN s" + index + " END";
        case query::AggregateKind::avg:
            return "CASE WHEN " + count() + " <> 0 THEN s" + index + "::numeric / " + count() + "::numeric END";
        case query::AggregateKind::count_distinct:
            return "d" + index;
        case query::AggregateKind::min:
            return "lo" + index;
        case query::AggregateKind::max:
            return "hi" + index;
        case query::AggregateKind::sum_distinct:
        case query::AggregateKind::avg_distinct:
        case query::AggregateKind::recomputed:
            break;
    }
    throw std::logic_error("an aggregate that no level keeps");
}

std::vector<std::string> create_level(const Level& level) {
    std::vector<std::string> statements{create_state_table(level),
                                        unique_index(state_table(level), index_order(level))};
    for (const auto input : inputs_with_values(level)) {
        statements.push_back(create_values_table(level, input));
        statements.push_back(unique_index(values_table(level, input), index_order(level) + ", v"));
    }
    return statements;
}

// What the query of the level gives, over its state.
std::string level_select(const Level& level) {
    std::vector<std::string> inner;
    for (std::size_t i = 0; i < level.keys.size(); ++i) {
        inner.push_back(key_name(i));
    }
    for (std::size_t i = 0; i < level.aggregates.size(); ++i) {
        inner.push_back(aggregate_expression(level, level.aggregates[i]) + " AS a" + std::to_string(i));
    }
    inner.emplace_back("refreshed_at");
    std::vector<std::string> outer;
    for (const auto& output : level.outputs) {
        const auto& expression = output.kind == query::OutputKind::refreshed_at ? "refreshed_at" : output.expression;
        outer.push_back("(" + expression + ") AS " + sql::quote(output.name));
    }
    return "SELECT " + join(outer, ",\n    ") + "\nFROM (SELECT " + join(inner, ",\n        ") + "\n    FROM " +
           state_table(level) + ") AS g" + (level.having.empty() ? "" : "\nWHERE " + level.having);
}

}  // namespace

std::vector<std::string> create_state(const Program& program, const std::vector<std::vector<std::string>>& indexes) {
    std::vector<std::string> statements;
    for (const auto& level : program.levels) {
        const auto tables = create_level(level);
        statements.insert(statements.end(), tables.begin(), tables.end());
    }
    for (const auto& columns : indexes) {
        statements.push_back(user_index(program.levels.front(), columns));
    }
    return statements;
}

std::vector<std::string> drop_state(const Program& program) {
    std::vector<std::string> statements;
    for (const auto& level : program.levels) {
        statements.push_back("DROP TABLE IF EXISTS " + state_table(level));
        for (const auto input : inputs_with_values(level)) {
            statements.push_back("DROP TABLE IF EXISTS " + values_table(level, input));
        }
    }
    return statements;
}

std::string public_select(const Program& program) {
    if (program.above.empty()) {
        return level_select(program.levels.front());
    }
    std::vector<std::string> levels;
    for (const auto& level : program.levels) {
        levels.push_back(query::level_relation(static_cast<std::size_t>(level.index)) + " AS (\n" +
                         level_select(level) + ")");
    }
    return "WITH " + join(levels, ",\n") + "\n(" + program.above + "\n)";
}

}  // namespace freshet::compile
