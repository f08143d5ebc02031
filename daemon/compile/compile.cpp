#include <algorithm>
#include <set>

#include "freshet/compile/program.hpp"
#include "text.hpp"

namespace freshet::compile {

namespace {

using query::AggregateKind;

bool uses(const query::NormalForm& form, std::size_t input, std::initializer_list<AggregateKind> kinds) {
    return std::any_of(form.aggregates.begin(), form.aggregates.end(), [&](const query::Aggregate& aggregate) {
        return aggregate.input == static_cast<int>(input) &&
               std::find(kinds.begin(), kinds.end(), aggregate.kind) != kinds.end();
    });
}

bool needs_sum(const query::NormalForm& form, std::size_t input) {
    return uses(form, input, {AggregateKind::sum, AggregateKind::avg});
}

bool needs_order(const query::NormalForm& form, std::size_t input) {
    return uses(form, input, {AggregateKind::min, AggregateKind::max});
}

[[noreturn]] void reject(std::string reason, std::string hint) {
    throw query::Rejected{{{std::string::npos, std::move(reason), std::move(hint)}}};
}

void check_summable(const std::string& type) {
    static const std::set<std::string> exact = {"smallint", "integer", "bigint", "numeric"};
    if (exact.contains(type)) {
        return;
    }
    if (type == "real" || type == "double precision") {
        reject("a sum or average over " + type + " is not exact: its result depends on the order of the rows",
               "cast the argument to numeric");
    }
    reject("a sum or average over " + type + " is not maintained incrementally",
           "cast the argument to numeric, or use strategy concurrent");
}

// The key behind an output column that a setting names.
int key_of_output(const query::NormalForm& form, const std::string& name, const std::string& setting) {
    for (const auto& output : form.outputs) {
        if (output.name == name && output.kind == query::OutputKind::key) {
            return std::stoi(output.expression.substr(1));
        }
    }
    reject("\"" + setting + "\" names " + name + ", which is no key column of the query",
           "name a column that the query groups by");
}

std::vector<Source> sources_of(const query::NormalForm& form, const CompileOptions& options) {
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

Input make_input(const query::NormalForm& form, std::size_t index, const std::map<std::string, ColumnType>& types) {
    const auto number = std::to_string(index);
    const auto& type = types.at("x" + number);
    Input input;
    input.column = {"x" + number, type.type, type.collation, form.input_nullable[index]};
    if (needs_sum(form, index)) {
        check_summable(type.base_type);
        input.sum_type = types.at("s" + number).base_type;
    }
    if (needs_order(form, index)) {
        input.ordered_type = types.at("o" + number).type;
        input.min = uses(form, index, {AggregateKind::min});
        input.max = uses(form, index, {AggregateKind::max});
    }
    const bool counted = uses(form, index, {AggregateKind::count, AggregateKind::sum, AggregateKind::avg});
    input.count = counted && form.input_nullable[index];
    input.distinct = uses(form, index, {AggregateKind::count_distinct});
    return input;
}

// A unique index over the keys, and over keys and value, is what merges rely on.
void check_indexable(const Program& program) {
    constexpr std::size_t most_index_columns = 32;  // INDEX_MAX_KEYS of PostgreSQL
    const bool values = std::any_of(program.inputs.begin(), program.inputs.end(),
                                    [](const Input& input) { return input.has_values(); });
    if (program.keys.size() + (values ? 1 : 0) > most_index_columns) {
        reject("the query groups by " + std::to_string(program.keys.size()) +
                   " columns, more than a unique index can have",
               "group by fewer columns, or use strategy concurrent");
    }
}

}  // namespace

const Source& Program::source_of(const sql::QualifiedName& table) const {
    const auto found =
        std::find_if(sources.begin(), sources.end(), [&](const Source& source) { return source.table == table; });
    if (found == sources.end()) {
        throw std::logic_error("the program has no source " + table.display());
    }
    return *found;
}

std::string describe_sql(const query::NormalForm& form) {
    Program untyped;
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
    return "SELECT " + join(columns, ", ") + " FROM (\n    " + rows_sql(untyped) + ") AS r";
}

Program compile(const query::NormalForm& form, const std::map<std::string, ColumnType>& types,
                const CompileOptions& options) {
    Program program;
    program.view_id = options.view_id;
    program.sources = sources_of(form, options);
    program.arms = form.arms;
    program.aggregates = form.aggregates;
    program.outputs = form.outputs;
    for (std::size_t i = 0; i < form.key_nullable.size(); ++i) {
        const auto& type = types.at(key_name(i));
        program.keys.push_back({key_name(i), type.type, type.collation, form.key_nullable[i]});
    }
    for (std::size_t i = 0; i < form.input_nullable.size(); ++i) {
        program.inputs.push_back(make_input(form, i, types));
    }
    check_indexable(program);
    if (!options.tenant.empty()) {
        program.tenant_key = key_of_output(form, options.tenant, "tenant");
    }
    if (!options.retention_column.empty()) {
        program.retention_key = key_of_output(form, options.retention_column, "retention.column");
    }
    return program;
}

}  // namespace freshet::compile
