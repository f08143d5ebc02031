#include "state_layout.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "multiset.hpp"
#include "state_columns.hpp"
#include "text.hpp"

namespace freshet::compile {

namespace {

struct Stored {
    std::string definition;
    std::string type;
};

// What values of the type are aligned to; 0 if their width varies, or is not known here.
int alignment(const std::string& type) {
    static const std::map<std::string, int> known = {{"bigint", 8},   {"double precision", 8},
                                                     {"money", 8},    {"interval", 8},
                                                     {"integer", 4},  {"date", 4},
                                                     {"real", 4},     {"oid", 4},
                                                     {"smallint", 2}, {"boolean", 1}};
    const auto found = known.find(type);
    return found != known.end() ? found->second : type.starts_with("timestamp") ? 8 : 0;
}

// The counters that readers read: a sum tells by itself whether it has summands.
std::set<std::string> counters_read(const Level& level) {
    using query::AggregateKind;
    std::set<std::string> names;
    for (const auto& aggregate : level.aggregates) {
        const auto input = static_cast<std::size_t>(std::max(aggregate.input, 0));
        const auto index = std::to_string(input);
        const bool sums = aggregate.kind == AggregateKind::sum || aggregate.kind == AggregateKind::avg;
        const bool counts = aggregate.kind == AggregateKind::count || aggregate.kind == AggregateKind::avg;
        if (aggregate.kind == AggregateKind::count_rows || (counts && !level.inputs[input].count)) {
            names.insert("n");
        } else if (counts) {
            names.insert("c" + index);
        }
        if (sums) {
            names.insert("s" + index);
        }
    }
    return names;
}

Stored stored(const std::string& name, const TypedColumn& column) {
    return {typed(name, column) + (column.nullable ? "" : " NOT NULL"), column.type};
}

}  // namespace

std::string typed(const std::string& name, const TypedColumn& column) {
    return name + " " + column.type + (column.collation.empty() ? "" : " COLLATE " + column.collation);
}

std::vector<std::string> state_layout(const Level& level) {
    std::vector<Stored> read;
    std::vector<Stored> others;
    std::vector<Stored> multisets;
    for (std::size_t i = 0; i < level.keys.size(); ++i) {
        read.push_back(stored(key_name(i), level.keys[i]));
    }
    const auto counted = counters_read(level);
    for (const auto& counter : counters(level)) {
        (counted.contains(counter.name) ? read : others)
            .push_back(stored(counter.name, {counter.name, counter.type, "", counter.nullable()}));
    }
    const auto inputs = inputs_with_values(level);
    for (const auto input : inputs) {
        for (const auto& values : values_columns(level, input)) {
            (values.in_spilled ? read : multisets).push_back(stored(values.column.name, values.column));
        }
    }
    if (!inputs.empty()) {
        multisets.push_back({"spill bigint", "bigint"});
    }
    for (const auto& aggregate : recomputed(level)) {
        read.push_back(stored(aggregate.column.name, aggregate.column));
    }
    read.push_back({"refreshed_at timestamptz NOT NULL", "timestamptz"});
    std::stable_sort(read.begin(), read.end(), [](const Stored& left, const Stored& right) {
        return alignment(left.type) > alignment(right.type);
    });
    std::vector<std::string> columns;
    for (const auto* part : {&read, &others, &multisets}) {
        std::transform(part->begin(), part->end(), std::back_inserter(columns),
                       [](const Stored& column) { return column.definition; });
    }
    return columns;
}

}  // namespace freshet::compile
