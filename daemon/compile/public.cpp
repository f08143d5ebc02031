// What readers see: the levels' states read as the query would have computed them, and the text above.
#include <algorithm>

#include "freshet/compile/emit.hpp"
#include "freshet/compile/readable.hpp"
#include "freshet/compile/whole.hpp"
#include "freshet/core/error.hpp"
#include "freshet/query/clauses.hpp"
#include "freshet/query/expand_views.hpp"
#include "freshet/query/shape.hpp"
#include "state_columns.hpp"
#include "text.hpp"

namespace freshet::compile {

namespace {

// The aggregate over no rows at all, for the one row of a total that has no state.
std::string over_nothing(const Level& level, const std::string& call) {
    std::vector<std::string> inputs;
    for (const auto& input : level.inputs) {
        inputs.push_back("NULL::" + input.column.type +
                         (input.column.collation.empty() ? "" : " COLLATE " + input.column.collation) + " AS " +
                         input.column.name);
    }
    return "(SELECT " + call + " FROM (SELECT " + join(inputs, ", ") + ") AS r WHERE false)";
}

std::string recomputed_expression(const Level& level, const Recomputed& aggregate) {
    const auto& column = aggregate.column.name;
    return level.total ? "CASE WHEN n IS NULL THEN " + over_nothing(level, aggregate.call) + " ELSE " + column + " END"
                       : column;
}

// `sum` divided by `count`, by the division that PostgreSQL's avg uses. NULL if the sum is, whatever the count.
std::string average(const std::string& sum, const std::string& type, const std::string& count) {
    return type == "interval" ? sum + " / " + count + "::double precision" : sum + "::numeric / " + count + "::numeric";
}

std::string unless_empty(const std::string& count, const std::string& value) {
    return "CASE WHEN " + count + " <> 0 THEN " + value + " END";
}

// What an aggregate of the query is, over the columns of the state.
std::string aggregate_expression(const Level& level, const query::Aggregate& aggregate) {
    using query::AggregateKind;
    const auto index = std::to_string(aggregate.input);
    const auto input = [&]() -> const Input& { return level.inputs[static_cast<std::size_t>(aggregate.input)]; };
    const auto count = [&]() -> std::string { return input().count ? "c" + index : "n"; };
    const auto counted = [&](const std::string& column) {
        return level.total ? "coalesce(" + column + ", 0)" : column;
    };
    switch (aggregate.kind) {
        case AggregateKind::count_rows:
            return counted("n");
        case AggregateKind::count:
            return counted(count());
        case AggregateKind::sum:
            return "s" + index;
        case AggregateKind::avg:
            return average("s" + index, input().sum_type, count());
        case AggregateKind::count_distinct:
            return counted("d" + index);
        case AggregateKind::sum_distinct:
            return unless_empty("d" + index, "sd" + index);
        case AggregateKind::avg_distinct:
            return unless_empty("d" + index, average("sd" + index, input().distinct_sum_type, "d" + index));
        case AggregateKind::min:
            return "lo" + index;
        case AggregateKind::max:
            return "hi" + index;
        case AggregateKind::recomputed:
            break;
    }
    throw std::logic_error("an aggregate that is not folded");
}

std::vector<std::string> aggregate_expressions(const Level& level) {
    const auto anew = recomputed(level);
    std::vector<std::string> expressions;
    std::size_t next = 0;
    for (const auto& aggregate : level.aggregates) {
        expressions.push_back(aggregate.kind == query::AggregateKind::recomputed
                                  ? recomputed_expression(level, anew[next++])
                                  : aggregate_expression(level, aggregate));
    }
    return expressions;
}

// Who reads: people, or another view, to which a moment that moves by itself means nothing.
enum class Reader { anyone, view };

// The group of a total, also where the state has none.
std::string total(const Level& level, const std::vector<std::string>& aggregates, Reader reader) {
    std::vector<std::string> columns{"one.k0"};
    for (std::size_t i = 0; i < aggregates.size(); ++i) {
        columns.push_back(aggregates[i] + " AS a" + std::to_string(i));
    }
    columns.emplace_back(reader == Reader::anyone ? "coalesce(refreshed_at, now()) AS refreshed_at" : "refreshed_at");
    return "SELECT " + join(columns, ",\n        ") + "\n    FROM (SELECT true AS k0) AS one LEFT JOIN " +
           state_table(level) + " AS t ON t.k0 = one.k0";
}

// An expression over a group, over the columns of the state: a SELECT of its own for them would be planned with each
// query of a reader.
std::string over_state(const std::string& expression, const std::vector<std::string>& aggregates) {
    return query::in_words(expression, [&](const std::vector<std::string>& parts) -> std::optional<std::string> {
        for (std::size_t i = 0; i < aggregates.size(); ++i) {
            if (parts == std::vector{"a" + std::to_string(i)}) {
                return aggregates[i];
            }
        }
        return std::nullopt;
    });
}

// What the query of the level gives, over its state.
std::string level_select(const Level& level, Reader reader = Reader::anyone) {
    const auto aggregates = aggregate_expressions(level);
    const auto read = [&](const std::string& expression) {
        return level.total ? expression : over_state(expression, aggregates);
    };
    std::vector<std::string> outer;
    for (const auto& output : level.outputs) {
        const auto& expression = output.kind == query::OutputKind::refreshed_at ? "refreshed_at" : output.expression;
        outer.push_back("(" + read(expression) + ") AS " + sql::quote(output.name));
    }
    return "SELECT " + join(outer, ",\n    ") + "\nFROM " +
           (level.total ? "(" + total(level, aggregates, reader) + ")" : state_table(level)) + " AS g" +
           (level.having.empty() ? "" : "\nWHERE " + read(level.having));
}

std::string select_for(const Program& program, Reader reader) {
    if (program.whole) {
        return whole_select(program);
    }
    if (program.above.empty()) {
        return level_select(program.levels.front(), reader);
    }
    std::vector<std::string> levels;
    for (const auto& level : program.levels) {
        levels.push_back(query::level_relation(static_cast<std::size_t>(level.index)) + " AS (\n" +
                         level_select(level, reader) + ")");
    }
    levels.insert(levels.end(), program.with.begin(), program.with.end());
    return "WITH " + join(levels, ",\n") + "\n" + program.above;
}

}  // namespace

std::string public_select(const Program& program) {
    return select_for(program, Reader::anyone);
}

std::string expanded_select(const Program& program) {
    return select_for(program, Reader::view);
}

namespace {

constexpr const char* read_below =
    "let this view read the tables below it, or leave its strategy to auto: then it is computed anew when they change";

// The levels as sub-selects of the text above them.
std::string inlined_select(const Program& program) {
    if (program.above.empty()) {
        return level_select(program.levels.front());
    }
    return query::expand_views(program.above, [&](const sql::QualifiedName& name) -> std::optional<std::string> {
        for (const auto& level : program.levels) {
            if (name.schema.empty() && name.name == query::level_relation(static_cast<std::size_t>(level.index))) {
                return level_select(level);
            }
        }
        return std::nullopt;
    });
}

}  // namespace

std::string readable_select(const Program& program) {
    if (program.whole) {
        return whole_select(program);
    }
    if (std::any_of(program.levels.begin(), program.levels.end(), [](const Level& level) { return level.total; })) {
        throw core::Error("it has one row over everything, also when there is nothing", read_below);
    }
    if (!program.with.empty()) {
        throw core::Error("it has WITH queries above its groups", read_below);
    }
    auto select = inlined_select(program);
    // As one of several sources of a grouping: what is wrong in there is wrong with this view.
    const auto shape = query::check_shape("SELECT count(*) AS n FROM (" + select + "\n) AS v", {});
    if (!shape.rejections.empty()) {
        throw core::Error(
            "above its groups it has what cannot be followed change by change: " + shape.rejections.front().reason,
            read_below);
    }
    return select;
}

std::vector<sql::QualifiedName> state_tables(const Program& program) {
    std::vector<sql::QualifiedName> tables;
    const auto add = [&](int index) {
        tables.push_back({"freshet", "state_" + std::to_string(program.view_id) + "_" + std::to_string(index)});
    };
    if (program.whole) {
        add(0);
    }
    for (const auto& level : program.levels) {
        add(level.index);
    }
    return tables;
}

}  // namespace freshet::compile
