// What readers see: the levels' states read as the query would have computed them, and the text above.
#include <algorithm>

#include "freshet/compile/emit.hpp"
#include "freshet/compile/readable.hpp"
#include "freshet/compile/whole.hpp"
#include "freshet/core/error.hpp"
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

// `sum` divided by `count`, by the division that PostgreSQL's avg uses.
std::string average(const std::string& sum, const std::string& type, const std::string& count) {
    return type == "interval" ? sum + " / " + count + "::double precision" : sum + "::numeric / " + count + "::numeric";
}

std::string unless_empty(const std::string& count, const std::string& value) {
    return "CASE WHEN " + count + " <> 0 THEN " + value + " END";
}

// No group of a state is without rows, but for a total.
std::string unless_empty(const Level& level, const std::string& count, const std::string& value) {
    return count == "n" && !level.total ? value : unless_empty(count, value);
}

// What an aggregate of the query is, over the columns of the state.
std::string aggregate_expression(const Level& level, const query::Aggregate& aggregate) {
    using query::AggregateKind;
    const auto index = std::to_string(aggregate.input);
    const auto input = [&]() -> const Input& { return level.inputs[static_cast<std::size_t>(aggregate.input)]; };
    const auto count = [&]() -> std::string { return input().count ? "c" + index : "n"; };
    const auto sum = [&] { return shown_sum(level, static_cast<std::size_t>(aggregate.input)); };
    const auto counted = [&](const std::string& column) {
        return level.total ? "coalesce(" + column + ", 0)" : column;
    };
    switch (aggregate.kind) {
        case AggregateKind::count_rows:
            return counted("n");
        case AggregateKind::count:
            return counted(count());
        case AggregateKind::sum:
            return unless_empty(level, count(), sum());
        case AggregateKind::avg:
            return unless_empty(level, count(), average(sum(), input().sum_type, count()));
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

std::vector<std::string> aggregate_columns(const Level& level) {
    const auto anew = recomputed(level);
    std::vector<std::string> columns;
    std::size_t next = 0;
    for (const auto& aggregate : level.aggregates) {
        const auto expression = aggregate.kind == query::AggregateKind::recomputed
                                    ? recomputed_expression(level, anew[next++])
                                    : aggregate_expression(level, aggregate);
        columns.push_back(expression + " AS a" + std::to_string(columns.size()));
    }
    return columns;
}

// Who reads: people, or another view, to which a moment that moves by itself means nothing.
enum class Reader { anyone, view };

// The state, one row a group. Of a total there is a row even if the state has none.
std::string groups(const Level& level, Reader reader) {
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < level.keys.size(); ++i) {
        columns.push_back(level.total ? "one." + key_name(i) : key_name(i));
    }
    const auto aggregates = aggregate_columns(level);
    columns.insert(columns.end(), aggregates.begin(), aggregates.end());
    columns.emplace_back(level.total && reader == Reader::anyone ? "coalesce(refreshed_at, now()) AS refreshed_at"
                                                                 : "refreshed_at");
    return "SELECT " + join(columns, ",\n        ") + "\n    FROM " +
           (level.total ? "(SELECT true AS k0) AS one LEFT JOIN " + state_table(level) + " AS t ON t.k0 = one.k0"
                        : state_table(level));
}

// What the query of the level gives, over its state.
std::string level_select(const Level& level, Reader reader = Reader::anyone) {
    std::vector<std::string> outer;
    for (const auto& output : level.outputs) {
        const auto& expression = output.kind == query::OutputKind::refreshed_at ? "refreshed_at" : output.expression;
        outer.push_back("(" + expression + ") AS " + sql::quote(output.name));
    }
    return "SELECT " + join(outer, ",\n    ") + "\nFROM (" + groups(level, reader) + ") AS g" +
           (level.having.empty() ? "" : "\nWHERE " + level.having);
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
