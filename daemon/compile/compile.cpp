#include <algorithm>
#include <set>

#include "freshet/compile/program.hpp"
#include "rows.hpp"
#include "text.hpp"

namespace freshet::compile {

namespace {

using query::AggregateKind;

bool uses(const query::Level& form, std::size_t input, std::initializer_list<AggregateKind> kinds) {
    return std::any_of(form.aggregates.begin(), form.aggregates.end(), [&](const query::Aggregate& aggregate) {
        return aggregate.input == static_cast<int>(input) &&
               std::find(kinds.begin(), kinds.end(), aggregate.kind) != kinds.end();
    });
}

bool needs_sum(const query::Level& form, std::size_t input) {
    return uses(form, input,
                {AggregateKind::sum, AggregateKind::avg, AggregateKind::sum_distinct, AggregateKind::avg_distinct});
}

bool needs_order(const query::Level& form, std::size_t input) {
    return uses(form, input, {AggregateKind::min, AggregateKind::max});
}

// Whether the input's numerics may show different numbers of digits.
bool scale_varies(const query::Level& form, std::size_t input) {
    return form.input_scales[input].size() != 1;
}

[[noreturn]] void reject(std::string reason, std::string hint) {
    throw query::Rejected{{{std::string::npos, std::move(reason), std::move(hint)}}};
}

// Whether sums over the type can be taken back exactly. Of distinct intervals not: '1 day' is '24 hours', but which of
// them was added is no longer known when it goes.
// Likewise of distinct numerics that show different numbers of digits.
bool sums_exactly(AggregateKind kind, const std::string& type, bool varies) {
    static const std::set<std::string> always = {"smallint", "integer", "bigint", "money"};
    const bool distinct = kind == AggregateKind::sum_distinct || kind == AggregateKind::avg_distinct;
    return always.contains(type) || (type == "numeric" && !(distinct && varies)) || (type == "interval" && !distinct);
}

// Multisets are kept in arrays, whose elements cannot be arrays.
bool is_array(const std::string& type) {
    return type.ends_with("[]") || type == "int2vector" || type == "oidvector";
}

// Of the aggregates that can be folded; empty for the others.
std::string call_of(AggregateKind kind, const std::string& input) {
    switch (kind) {
        case AggregateKind::sum:
            return "sum(" + input + ")";
        case AggregateKind::avg:
            return "avg(" + input + ")";
        case AggregateKind::sum_distinct:
            return "sum(DISTINCT " + input + ")";
        case AggregateKind::avg_distinct:
            return "avg(DISTINCT " + input + ")";
        case AggregateKind::count_distinct:
            return "count(DISTINCT " + input + ")";
        case AggregateKind::min:
            return "min(" + input + ")";
        case AggregateKind::max:
            return "max(" + input + ")";
        default:
            return "";
    }
}

// Whether the type makes an aggregate one that is recomputed.
bool needs_rows(AggregateKind kind, const std::string& type, bool varies) {
    switch (kind) {
        case AggregateKind::sum:
        case AggregateKind::avg:
        case AggregateKind::sum_distinct:
        case AggregateKind::avg_distinct:
            return !sums_exactly(kind, type, varies);
        case AggregateKind::count_distinct:
        case AggregateKind::min:
        case AggregateKind::max:
            return is_array(type);
        default:
            return false;
    }
}

// Which aggregates are folded is up to their types: the others are recomputed.
std::vector<query::Aggregate> settle(const query::Level& form, const LevelTypes& types) {
    auto aggregates = form.aggregates;
    for (auto& aggregate : aggregates) {
        const auto input = "x" + std::to_string(aggregate.input);
        const auto call = call_of(aggregate.kind, input);
        if (!call.empty() && needs_rows(aggregate.kind, types.at(input).base_type,
                                        scale_varies(form, static_cast<std::size_t>(aggregate.input)))) {
            aggregate.call = call;  // kind and input still tell the type
        }
    }
    return aggregates;
}

// PostgreSQL has an average of real, but none that gives real; every other one that is recomputed keeps the type.
TypedColumn recomputed_column(const query::Aggregate& aggregate, std::size_t index, const LevelTypes& types) {
    const auto number = std::to_string(index);
    if (aggregate.kind == AggregateKind::recomputed) {
        const auto& type = types.at("r" + number);
        return {"r" + number, type.type, type.collation, true};
    }
    if (aggregate.kind == AggregateKind::count_distinct) {
        return {"r" + number, "bigint", "", true};
    }
    if (aggregate.kind == AggregateKind::min || aggregate.kind == AggregateKind::max) {
        const auto input = std::to_string(aggregate.input);
        return {"r" + number, types.at("o" + input).type, types.at("x" + input).collation, true};
    }
    const auto sum = types.at("s" + std::to_string(aggregate.input)).type;
    const bool average = aggregate.kind == AggregateKind::avg || aggregate.kind == AggregateKind::avg_distinct;
    return {"r" + number, average && sum == "real" ? "double precision" : sum, "", true};
}

void add_aggregates(const query::Level& form, const LevelTypes& types, Level& level) {
    level.aggregates = settle(form, types);
    for (std::size_t i = 0; i < level.aggregates.size(); ++i) {
        auto& aggregate = level.aggregates[i];
        if (!aggregate.call.empty()) {
            level.recomputed.push_back(recomputed_column(aggregate, i, types));
            aggregate = {AggregateKind::recomputed, -1, aggregate.call};
        }
    }
}

// The key behind an output column that a setting names.
int key_of_output(const query::Level& form, const std::string& name, const std::string& setting) {
    for (const auto& output : form.outputs) {
        if (output.name == name && output.kind == query::OutputKind::key) {
            return std::stoi(output.expression.substr(1));
        }
    }
    reject("\"" + setting + "\" names " + name + ", which is no key column of the query",
           "name a column that the query groups by");
}

std::vector<Source> sources_of(const query::Level& form, const CompileOptions& options) {
    std::map<sql::QualifiedName, std::set<std::string>> columns;
    for (const auto& arm : form.arms) {
        for (const auto& relation : arm.relations) {
            columns[relation.table].insert(relation.columns.begin(), relation.columns.end());
        }
    }
    std::vector<Source> sources;
    for (const auto& [table, names] : columns) {
        sources.push_back({options.source_ids.at(table), table, {names.begin(), names.end()}});
    }
    return sources;
}

// `form` with the aggregates that are folded.
Input make_input(const query::Level& form, std::size_t index, const LevelTypes& types) {
    const auto number = std::to_string(index);
    const auto& type = types.at("x" + number);
    Input input;
    input.column = {"x" + number, type.type, type.collation, form.input_nullable[index]};
    if (uses(form, index, {AggregateKind::sum, AggregateKind::avg})) {
        input.sum_type = types.at("s" + number).base_type;
        input.scales = type.base_type == "numeric" && scale_varies(form, index);
        if (input.scales && form.input_scales[index].size() == 2) {
            input.two_scales.assign(form.input_scales[index].begin(), form.input_scales[index].end());
        }
    }
    const bool distinct_sum = uses(form, index, {AggregateKind::sum_distinct, AggregateKind::avg_distinct});
    if (distinct_sum) {
        input.distinct_sum_type = types.at("s" + number).base_type;
    }
    if (needs_order(form, index)) {
        input.ordered_type = types.at("o" + number).type;
        input.min = uses(form, index, {AggregateKind::min});
        input.max = uses(form, index, {AggregateKind::max});
    }
    const bool counted = uses(form, index, {AggregateKind::count, AggregateKind::sum, AggregateKind::avg});
    input.count = counted && form.input_nullable[index];
    input.distinct = distinct_sum || uses(form, index, {AggregateKind::count_distinct});
    return input;
}

// A unique index over the keys is what merges rely on.
void check_indexable(const Level& level) {
    constexpr std::size_t most_index_columns = 32;  // INDEX_MAX_KEYS of PostgreSQL
    if (level.keys.size() > most_index_columns) {
        reject(
            "the query groups by " + std::to_string(level.keys.size()) + " columns, more than a unique index can have",
            "group by fewer columns, or use strategy concurrent");
    }
}

Level compile_level(const query::Level& form, const LevelTypes& types, const CompileOptions& options) {
    Level level;
    level.view_id = options.view_id;
    level.sources = sources_of(form, options);
    level.arms = form.arms;
    add_aggregates(form, types, level);
    level.outputs = form.outputs;
    level.having = form.having;
    level.total = form.total;
    for (std::size_t i = 0; i < form.key_nullable.size(); ++i) {
        const auto& type = types.at(key_name(i));
        level.keys.push_back({key_name(i), type.type, type.collation, form.key_nullable[i]});
    }
    auto folded = form;
    folded.aggregates = level.aggregates;
    for (std::size_t i = 0; i < form.input_nullable.size(); ++i) {
        level.inputs.push_back(make_input(folded, i, types));
    }
    check_indexable(level);
    if (!options.tenant.empty()) {
        level.tenant_key = key_of_output(form, options.tenant, "tenant");
    }
    if (!options.retention_column.empty()) {
        level.retention_key = key_of_output(form, options.retention_column, "retention.column");
    }
    return level;
}

void add_columns(Source& source, const std::vector<std::string>& columns) {
    std::set<std::string> all(source.columns.begin(), source.columns.end());
    all.insert(columns.begin(), columns.end());
    source.columns.assign(all.begin(), all.end());
}

// Ascending by table, as those of a level are.
std::vector<Source> sources_of(const std::vector<Level>& levels) {
    std::map<sql::QualifiedName, Source> sources;
    for (const auto& level : levels) {
        for (const auto& source : level.sources) {
            add_columns(sources.emplace(source.table, source).first->second, source.columns);
        }
    }
    std::vector<Source> result;
    std::transform(sources.begin(), sources.end(), std::back_inserter(result),
                   [](const auto& entry) { return entry.second; });
    return result;
}

const Source& find_source(const std::vector<Source>& sources, const sql::QualifiedName& table) {
    const auto found =
        std::find_if(sources.begin(), sources.end(), [&](const Source& source) { return source.table == table; });
    if (found == sources.end()) {
        throw std::logic_error("the program has no source " + table.display());
    }
    return *found;
}

}  // namespace

const Source& Level::source_of(const sql::QualifiedName& table) const {
    return find_source(sources, table);
}

const Source& Program::source_of(const sql::QualifiedName& table) const {
    return find_source(sources, table);
}

std::vector<const query::Relation*> Program::occurrences_of(const sql::QualifiedName& table) const {
    std::vector<const query::Relation*> found;
    for (const auto& level : levels) {
        for (const auto& arm : level.arms) {
            for (const auto& relation : arm.relations) {
                if (relation.table == table) {
                    found.push_back(&relation);
                }
            }
        }
    }
    return found;
}

void Program::set_view_id(int id) {
    view_id = id;
    for (auto& level : levels) {
        level.view_id = id;
    }
}

std::string describe_sql(const query::Level& form) {
    Level untyped;
    untyped.arms = form.arms;
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < form.key_nullable.size(); ++i) {
        columns.push_back(key_name(i));
    }
    // Windows and no GROUP BY: what is only counted may be of a type without equality, say json.
    for (std::size_t i = 0; i < form.input_nullable.size(); ++i) {
        const auto number = std::to_string(i);
        columns.push_back("x" + number);
        if (needs_sum(form, i)) {
            columns.push_back("sum(x" + number + ") OVER () AS s" + number);
        }
        if (needs_order(form, i)) {
            columns.push_back("min(x" + number + ") OVER () AS o" + number);
        }
    }
    const auto rows = "(\n    " + rows_sql(untyped) + ")";
    bool recomputes = false;
    for (std::size_t i = 0; i < form.aggregates.size(); ++i) {
        if (form.aggregates[i].kind == AggregateKind::recomputed) {
            columns.push_back("(SELECT " + form.aggregates[i].call + " FROM r) AS r" + std::to_string(i));
            recomputes = true;
        }
    }
    return recomputes ? "WITH r AS " + rows + " SELECT " + join(columns, ", ") + " FROM r"
                      : "SELECT " + join(columns, ", ") + " FROM " + rows + " AS r";
}

Program compile(const query::NormalForm& form, const std::vector<LevelTypes>& types, const CompileOptions& options) {
    if (!options.retention_column.empty() && !form.rows_are_groups) {
        reject("\"retention\" drops groups, on which other rows of this query depend (windows, LIMIT, joins of groups)",
               "group and compute in two views, with retention on the one that groups");
    }
    Program program;
    program.view_id = options.view_id;
    program.above = form.above;
    program.with = form.with;
    program.columns = form.columns;
    program.tenant = options.tenant;
    program.retention_column = options.retention_column;
    for (std::size_t i = 0; i < form.levels.size(); ++i) {
        program.levels.push_back(compile_level(form.levels[i], types.at(i), options));
        program.levels.back().index = static_cast<int>(i);
    }
    program.sources = sources_of(program.levels);
    return program;
}

}  // namespace freshet::compile
