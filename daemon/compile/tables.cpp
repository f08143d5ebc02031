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

std::vector<std::string> key_columns(const Program& program) {
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < program.keys.size(); ++i) {
        columns.push_back(typed(key_name(i), program.keys[i]) + (program.keys[i].nullable ? "" : " NOT NULL"));
    }
    return columns;
}

// The tenant first, so that its rows lie together; then columns without NULLs, so that look-ups find a usable prefix.
std::string index_order(const Program& program) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < program.keys.size(); ++i) {
        order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
        const auto rank = [&](std::size_t i) {
            return std::pair(static_cast<int>(i) != program.tenant_key, program.keys[i].nullable);
        };
        return rank(left) < rank(right);
    });
    std::vector<std::string> names;
    std::transform(order.begin(), order.end(), std::back_inserter(names), key_name);
    return join(names, ", ");
}

// Frequent small updates: leave room for HOT, and vacuum before bloat shows.
constexpr const char* storage = " WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05)";

std::string create_state_table(const Program& program) {
    auto columns = key_columns(program);
    for (const auto& counter : counters(program)) {
        columns.push_back(counter.name + " " + counter.type + " NOT NULL");
    }
    for (const auto& extreme : extremes(program)) {
        columns.push_back(typed(extreme.name, {"", extreme.type, program.inputs[extreme.input].column.collation}));
    }
    columns.emplace_back("refreshed_at timestamptz NOT NULL");
    return "CREATE TABLE " + state_table(program) + " (\n    " + join(columns, ",\n    ") + "\n)" + storage;
}

std::string create_values_table(const Program& program, std::size_t input) {
    auto columns = key_columns(program);
    columns.push_back(typed("v", program.inputs[input].column) + " NOT NULL");
    columns.emplace_back("n bigint NOT NULL");
    return "CREATE TABLE " + values_table(program, input) + " (\n    " + join(columns, ",\n    ") + "\n)" + storage;
}

std::string unique_index(const std::string& table, const std::string& columns) {
    return "CREATE UNIQUE INDEX ON " + table + " (" + columns + ") NULLS NOT DISTINCT";
}

// "week_start DESC" -> "k2 DESC"
std::string index_column(const Program& program, const std::string& text) {
    std::istringstream words(text);
    std::string name;
    words >> name;
    std::string rest;
    std::getline(words, rest);
    const auto output = std::find_if(program.outputs.begin(), program.outputs.end(),
                                     [&](const query::Output& one) { return one.name == name; });
    if (output == program.outputs.end()) {
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

std::string user_index(const Program& program, const std::vector<std::string>& columns) {
    std::vector<std::string> parts;
    for (const auto& column : columns) {
        parts.push_back(index_column(program, column));
    }
    return "CREATE INDEX ON " + state_table(program) + " (" + join(parts, ", ") + ")";
}

// What an aggregate of the query is, over the columns of the state.
std::string aggregate_expression(const Program& program, const query::Aggregate& aggregate) {
    const auto index = std::to_string(aggregate.input);
    const auto count = [&]() -> std::string {
        return program.inputs[static_cast<std::size_t>(aggregate.input)].count ? "c" + index : "n";
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
    }
    throw std::logic_error("unknown aggregate kind");
}

}  // namespace

std::vector<std::string> create_state(const Program& program, const std::vector<std::vector<std::string>>& indexes) {
    std::vector<std::string> statements{create_state_table(program),
                                        unique_index(state_table(program), index_order(program))};
    for (const auto input : inputs_with_values(program)) {
        statements.push_back(create_values_table(program, input));
        statements.push_back(unique_index(values_table(program, input), index_order(program) + ", v"));
    }
    for (const auto& columns : indexes) {
        statements.push_back(user_index(program, columns));
    }
    return statements;
}

std::vector<std::string> drop_state(const Program& program) {
    std::vector<std::string> statements{"DROP TABLE IF EXISTS " + state_table(program)};
    for (const auto input : inputs_with_values(program)) {
        statements.push_back("DROP TABLE IF EXISTS " + values_table(program, input));
    }
    return statements;
}

std::string public_select(const Program& program) {
    std::vector<std::string> inner;
    for (std::size_t i = 0; i < program.keys.size(); ++i) {
        inner.push_back(key_name(i));
    }
    for (std::size_t i = 0; i < program.aggregates.size(); ++i) {
        inner.push_back(aggregate_expression(program, program.aggregates[i]) + " AS a" + std::to_string(i));
    }
    inner.emplace_back("refreshed_at");
    std::vector<std::string> outer;
    for (const auto& output : program.outputs) {
        const auto& expression = output.kind == query::OutputKind::refreshed_at ? "refreshed_at" : output.expression;
        outer.push_back("(" + expression + ") AS " + sql::quote(output.name));
    }
    return "SELECT " + join(outer, ",\n    ") + "\nFROM (SELECT " + join(inner, ",\n        ") + "\n    FROM " +
           state_table(program) + ") AS g";
}

}  // namespace freshet::compile
