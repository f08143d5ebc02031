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
std::pair<bool, bool> rank(const Level& level, std::size_t key) {
    return {static_cast<int>(key) != level.tenant_key, level.keys[key].nullable};
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

struct IndexedColumn {
    std::string name;
    std::string order;  // what follows the name
};

using IndexedColumns = std::vector<IndexedColumn>;

IndexedColumn indexed_column(const std::string& text) {
    std::istringstream words(text);
    IndexedColumn column;
    words >> column.name;
    std::getline(words, column.order);
    return column;
}

// "week_start DESC" -> "k2 DESC"; nothing if the level has no such column that can be indexed.
std::optional<IndexedColumn> state_column(const Level& level, const IndexedColumn& column) {
    for (const auto& output : level.outputs) {
        if (output.name == column.name && output.kind == query::OutputKind::key) {
            return IndexedColumn{output.expression, column.order};
        }
        if (output.name == column.name && output.kind == query::OutputKind::refreshed_at) {
            return IndexedColumn{"refreshed_at", column.order};
        }
    }
    return std::nullopt;
}

// Columns of the state; nothing if the level has not all of them.
std::optional<IndexedColumns> state_columns(const Level& level, const IndexedColumns& columns) {
    IndexedColumns result;
    for (const auto& column : columns) {
        const auto found = state_column(level, column);
        if (!found) {
            return std::nullopt;
        }
        result.push_back(*found);
    }
    return result;
}

std::string columns_list(const IndexedColumns& columns) {
    std::vector<std::string> parts;
    for (const auto& column : columns) {
        parts.push_back(column.name + column.order);
    }
    return " (" + join(parts, ", ") + ")";
}

// Why no level can have the index.
core::Error not_indexable(const Program& program, const IndexedColumns& columns) {
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
bool indexes_moment(const Program& program, const std::vector<IndexedColumns>& indexes) {
    const auto is_moment = [&](const IndexedColumn& column) {
        return std::any_of(program.columns.begin(), program.columns.end(), [&](const query::Output& one) {
            return one.kind == query::OutputKind::refreshed_at && one.name == column.name;
        });
    };
    return std::any_of(indexes.begin(), indexes.end(), [&](const IndexedColumns& columns) {
        return std::any_of(columns.begin(), columns.end(), is_moment);
    });
}

// An index that tells the groups of the level apart, which begins with `first`; nothing if look-ups by all keys would
// find no usable prefix in it, or if that is no list of keys.
std::optional<IndexedColumns> key_index(const Level& level, const IndexedColumns& first) {
    std::vector<std::size_t> order;
    for (const auto& column : first) {
        std::size_t key = 0;
        while (key < level.keys.size() && key_name(key) != column.name) {
            ++key;
        }
        if (key == level.keys.size() || std::find(order.begin(), order.end(), key) != order.end()) {
            return std::nullopt;
        }
        order.push_back(key);
    }
    const auto before = [&](std::size_t left, std::size_t right) { return rank(level, left) < rank(level, right); };
    for (std::size_t i = 0; i < level.keys.size(); ++i) {
        if (std::find(order.begin(), order.end(), i) == order.end()) {
            order.push_back(i);
        }
    }
    std::stable_sort(order.begin() + static_cast<std::ptrdiff_t>(first.size()), order.end(), before);
    if (!std::is_sorted(order.begin(), order.end(), before)) {
        return std::nullopt;
    }
    auto index = first;
    for (auto i = first.size(); i < order.size(); ++i) {
        index.push_back({key_name(order[i]), ""});
    }
    return index;
}

// Of the indexes that readers ask for, those on columns of the level.
std::vector<IndexedColumns> indexes_of(const Level& level, const std::vector<IndexedColumns>& asked) {
    std::vector<IndexedColumns> result;
    for (const auto& columns : asked) {
        if (auto found = state_columns(level, columns)) {
            result.push_back(std::move(*found));
        }
    }
    return result;
}

// The readers' indexes and the one that tells groups apart. It is the readers' with the most keys, continued by the
// others, so that a folded group has one index less to be entered into.
std::vector<std::string> create_indexes(const Level& level, std::vector<IndexedColumns> asked) {
    auto key = key_index(level, {});
    auto carried = asked.end();
    for (auto one = asked.begin(); one != asked.end(); ++one) {
        auto found = carried == asked.end() || one->size() > carried->size() ? key_index(level, *one) : std::nullopt;
        if (found) {
            key = std::move(found);
            carried = one;
        }
    }
    if (carried != asked.end()) {
        asked.erase(carried);
    }
    const auto on = " INDEX ON " + state_table(level);
    std::vector<std::string> statements{"CREATE UNIQUE" + on + columns_list(*key) + " NULLS NOT DISTINCT"};
    for (const auto& columns : asked) {
        statements.push_back("CREATE" + on + columns_list(columns));
    }
    return statements;
}

std::vector<std::string> create_level(const Level& level, Room room) {
    std::vector<std::string> statements{create_state_table(level, room)};
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
    std::vector<IndexedColumns> asked;
    for (const auto& texts : indexes) {
        std::transform(texts.begin(), texts.end(), std::back_inserter(asked.emplace_back()), indexed_column);
        const bool on_one = std::any_of(program.levels.begin(), program.levels.end(), [&](const Level& level) {
            return state_columns(level, asked.back()).has_value();
        });
        if (!on_one) {
            throw not_indexable(program, asked.back());
        }
    }
    const auto room = indexes_moment(program, asked) ? Room::none : Room::for_updates;
    std::vector<std::string> statements;
    for (const auto& level : program.levels) {
        for (const auto& created : {create_level(level, room), create_indexes(level, indexes_of(level, asked))}) {
            statements.insert(statements.end(), created.begin(), created.end());
        }
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
