#include <algorithm>
#include <sstream>

#include "freshet/compile/emit.hpp"
#include "freshet/compile/whole.hpp"
#include "freshet/core/error.hpp"
#include "multiset.hpp"
#include "state_layout.hpp"
#include "text.hpp"

namespace freshet::compile {

namespace {

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

// Frequent small updates: leave room for HOT, and vacuum before bloat shows. Where readers index the moment of the last
// change no update is HOT, and room would only be read.
enum class Room { for_updates, none };

std::string storage(Room room) {
    return std::string(" WITH (") + (room == Room::for_updates ? "fillfactor = 80, " : "") +
           "autovacuum_vacuum_scale_factor = 0.05)";
}

std::string create_state_table(const Level& level, Room room) {
    return "CREATE TABLE " + state_table(level) + " (\n    " + join(state_layout(level), ",\n    ") + "\n)" +
           storage(room);
}

std::string create_values_table(const Level& level, std::size_t input) {
    return "CREATE TABLE " + values_table(level, input) + " (\n    spill bigint NOT NULL,\n    " +
           typed("v", level.inputs[input].column) + " NOT NULL,\n    n bigint NOT NULL\n)" + storage(Room::for_updates);
}

std::string unique_index(const std::string& table, const std::string& columns) {
    return "CREATE UNIQUE INDEX ON " + table + " (" + columns + ") NULLS NOT DISTINCT";
}

struct IndexedColumn {
    std::string name;
    std::string order;  // what follows the name
};

IndexedColumn indexed_column(const std::string& text) {
    std::istringstream words(text);
    IndexedColumn column;
    words >> column.name;
    std::getline(words, column.order);
    return column;
}

// "week_start DESC" -> "k2 DESC"; nothing if the level has no such column that can be indexed.
std::optional<std::string> index_column(const Level& level, const IndexedColumn& column) {
    for (const auto& output : level.outputs) {
        if (output.name == column.name && output.kind == query::OutputKind::key) {
            return output.expression + column.order;
        }
        if (output.name == column.name && output.kind == query::OutputKind::refreshed_at) {
            return "refreshed_at" + column.order;
        }
    }
    return std::nullopt;
}

std::optional<std::string> user_index(const Level& level, const std::vector<IndexedColumn>& columns) {
    std::vector<std::string> parts;
    for (const auto& column : columns) {
        const auto part = index_column(level, column);
        if (!part) {
            return std::nullopt;
        }
        parts.push_back(*part);
    }
    return "CREATE INDEX ON " + state_table(level) + " (" + join(parts, ", ") + ")";
}

// Why no level can have the index.
core::Error not_indexable(const Program& program, const std::vector<IndexedColumn>& columns) {
    for (const auto& column : columns) {
        const auto shown = std::find_if(program.columns.begin(), program.columns.end(),
                                        [&](const query::Output& one) { return one.name == column.name; });
        if (shown == program.columns.end()) {
            return core::Error("the view has no column " + column.name + " to index");
        }
        if (shown->kind == query::OutputKind::computed) {
            return core::Error("column " + column.name + " is computed from aggregates and cannot be indexed",
                               "index key columns and the refreshed_at column");
        }
    }
    return core::Error(
        "no single grouping of the query has all columns of the index on " + columns.front().name + " among its keys",
        "index the keys of one grouping, by the names they have there");
}

// Whether an index has refreshed_at, which every update of a row changes.
bool indexes_moment(const Program& program, const std::vector<std::vector<std::string>>& indexes) {
    const auto is_moment = [&](const std::string& text) {
        return std::any_of(program.columns.begin(), program.columns.end(), [&](const query::Output& one) {
            return one.kind == query::OutputKind::refreshed_at && one.name == indexed_column(text).name;
        });
    };
    return std::any_of(indexes.begin(), indexes.end(), [&](const std::vector<std::string>& columns) {
        return std::any_of(columns.begin(), columns.end(), is_moment);
    });
}

// On every level whose keys they are.
std::vector<std::string> user_indexes(const Program& program, const std::vector<std::string>& texts) {
    std::vector<IndexedColumn> columns;
    std::transform(texts.begin(), texts.end(), std::back_inserter(columns), indexed_column);
    std::vector<std::string> statements;
    for (const auto& level : program.levels) {
        if (const auto statement = user_index(level, columns)) {
            statements.push_back(*statement);
        }
    }
    if (statements.empty()) {
        throw not_indexable(program, columns);
    }
    return statements;
}

std::vector<std::string> create_level(const Level& level, Room room) {
    std::vector<std::string> statements{create_state_table(level, room),
                                        unique_index(state_table(level), index_order(level))};
    const auto inputs = inputs_with_values(level);
    if (!inputs.empty()) {
        statements.push_back("CREATE UNIQUE INDEX ON " + state_table(level) + " (spill) WHERE spill IS NOT NULL");
    }
    for (const auto input : inputs) {
        statements.push_back(create_values_table(level, input));
        statements.push_back("CREATE UNIQUE INDEX ON " + values_table(level, input) + " (spill, v)");
    }
    return statements;
}

}  // namespace

std::vector<std::string> create_state(const Program& program, const std::vector<std::vector<std::string>>& indexes) {
    if (program.whole) {
        return create_whole(program, indexes);
    }
    const auto room = indexes_moment(program, indexes) ? Room::none : Room::for_updates;
    std::vector<std::string> statements;
    for (const auto& level : program.levels) {
        const auto tables = create_level(level, room);
        statements.insert(statements.end(), tables.begin(), tables.end());
    }
    for (const auto& columns : indexes) {
        const auto created = user_indexes(program, columns);
        statements.insert(statements.end(), created.begin(), created.end());
    }
    return statements;
}

std::vector<std::string> drop_state(const Program& program) {
    if (program.whole) {
        return drop_whole(program);
    }
    std::vector<std::string> statements;
    for (const auto& level : program.levels) {
        statements.push_back("DROP TABLE IF EXISTS " + state_table(level));
        for (const auto input : inputs_with_values(level)) {
            statements.push_back("DROP TABLE IF EXISTS " + values_table(level, input));
        }
    }
    return statements;
}

}  // namespace freshet::compile
