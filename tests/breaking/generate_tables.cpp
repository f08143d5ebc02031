#include <algorithm>

#include "generate.hpp"

namespace freshet::breaking {

namespace {

constexpr std::size_t key_values = 12;  // few, so that rows meet each other

// Names that need quotes, that SQL knows, or that the engine gives to things of its own.
const std::vector<std::string>& hostile_names() {
    static const std::vector<std::string> names = {
        "order", "select", "Größe", "a b", "x\"y",  "k0",    "x0", "sign",   "n",        "r",   "t", "u",
        "v",     "d1",     "delta", "s0",  "value", "group", "id", "merged", "Ünï.cödé", "lo0", "q"};
    return names;
}

std::string column_name(Random& random, std::size_t number, const std::vector<Column>& taken) {
    const auto plain = "c" + std::to_string(number);
    if (!random.chance(40)) {
        return plain;
    }
    const auto& name = random.pick(hostile_names());
    const bool used = std::any_of(taken.begin(), taken.end(), [&](const Column& one) { return one.name == name; });
    return used ? plain : name;
}

const Type& data_type(Random& random, Flavour flavour) {
    if (flavour == Flavour::spellings && random.chance(60)) {
        return random.chance(50) ? type_of(Family::folded_text) : types()[4];  // numeric without a scale
    }
    if (flavour == Flavour::retention && random.chance(30)) {
        return type_of(Family::date);
    }
    return random.chance(45) ? types()[random.below(5)] : random.pick(types());
}

void add_column(Random& random, std::vector<Column>& columns, const Type& type, std::size_t not_null_percent) {
    Column column;
    column.name = column_name(random, columns.size(), columns);
    column.type = &type;
    column.not_null = random.chance(not_null_percent);
    columns.push_back(std::move(column));
}

void add_key(Random& random, Table& table) {
    const auto kind = random.below(100);
    if (kind < 10) {
        return;  // no primary key
    }
    add_column(random, table.columns,
               kind < 85           ? key_type()
               : random.chance(50) ? types()[6]
                                   : type_of(Family::folded_text),
               0);
    table.key.push_back(0);
    if (kind >= 65) {
        add_column(random, table.columns, random.chance(50) ? key_type() : random.pick(types()), 0);
        table.key.push_back(1);
    }
}

bool has_simple_key(const Table& table) {
    return table.key.size() == 1 && table.columns[table.key.front()].type == &key_type();
}

void add_reference(Random& random, const std::vector<Table>& before, Table& table) {
    std::vector<std::size_t> targets;
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (has_simple_key(before[i])) {
            targets.push_back(i);
        }
    }
    if (targets.empty()) {
        return;
    }
    const auto column = table.columns.size();
    add_column(random, table.columns, key_type(), 20);
    if (random.chance(75)) {
        static const std::vector<std::string> actions = {"ON DELETE CASCADE ON UPDATE CASCADE",
                                                         "ON DELETE SET NULL ON UPDATE CASCADE", "ON DELETE CASCADE",
                                                         "DEFERRABLE INITIALLY DEFERRED"};
        table.reference = {column, random.pick(targets), random.pick(actions)};
    }
}

void add_generated(Random& random, std::size_t number, Table& table) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (table.columns[i].type->family == Family::integer && random.chance(50)) {
            Column column;
            column.name = column_name(random, table.columns.size(), table.columns);
            column.type = &types()[4];
            column.generated = Piece{quote(table.columns[i].name) + " / 4.0", {{number, i}}};
            table.columns.push_back(std::move(column));
            return;
        }
    }
}

// Of something with values enough that rows do not often stand in each other's way.
void add_unique(Random& random, Table& table) {
    std::vector<std::size_t> candidates;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const auto& column = table.columns[i];
        const bool key = std::find(table.key.begin(), table.key.end(), i) != table.key.end();
        if (!key && !column.generated && column.type->usual.size() >= 5 && has_order(column.type->family)) {
            candidates.push_back(i);
        }
    }
    if (candidates.empty()) {
        return;
    }
    std::vector<std::size_t> columns{random.pick(candidates)};
    if (table.partitions > 0) {
        columns.insert(columns.begin(), table.key.front());
    }
    table.unique.push_back(std::move(columns));
}

Table generate_table(Random& random, Flavour flavour, std::size_t number, const std::vector<Table>& before) {
    Table table;
    table.schema = random.chance(20) ? "Übrige" : "public";
    table.name = random.chance(30) ? "T " + std::to_string(number) + "\"ö" : "t" + std::to_string(number);
    add_key(random, table);
    const bool partitioned = flavour == Flavour::partitions || flavour == Flavour::attached;
    if (!table.key.empty() && random.chance(partitioned ? 75 : 20)) {
        table.partitions = random.between(2, 3);
    }
    if (random.chance(70)) {
        add_reference(random, before, table);
    }
    const auto data = random.between(2, 5);
    for (std::size_t i = 0; i < data; ++i) {
        add_column(random, table.columns, data_type(random, flavour), flavour == Flavour::nulls ? 0 : 20);
    }
    if (random.chance(20)) {
        add_generated(random, number, table);
    }
    if (random.chance(flavour == Flavour::lookups ? 50 : 25)) {
        add_unique(random, table);
    }
    return table;
}

bool is_key(const Table& table, std::size_t column) {
    return std::find(table.key.begin(), table.key.end(), column) != table.key.end();
}

bool is_unique(const Table& table, std::size_t column) {
    return std::any_of(table.unique.begin(), table.unique.end(),
                       [&](const std::vector<std::size_t>& columns) { return columns.back() == column; });
}

}  // namespace

std::vector<Table> generate_tables(Random& random, Flavour flavour) {
    std::vector<Table> tables;
    const auto count = random.between(flavour == Flavour::joins ? 2 : 1, 4);
    for (std::size_t i = 0; i < count; ++i) {
        tables.push_back(generate_table(random, flavour, i, tables));
    }
    return tables;
}

std::vector<Value> random_row(Random& random, const Case& one, std::size_t table,
                              const std::vector<std::size_t>& columns) {
    const auto& definition = one.tables[table];
    std::vector<Value> row;
    for (const auto column : columns) {
        const auto& type = *definition.columns[column].type;
        const bool reference = definition.reference && definition.reference->column == column;
        const bool key = is_key(definition, column);
        const bool meets = key || reference || is_unique(definition, column);
        auto value = meets && type.name == key_type().name && !random.chance(10)
                         ? Value(std::to_string(random.below(key_values)))
                         : random_value(random, type);
        if (!value && (key || definition.columns[column].not_null)) {
            value = random.pick(type.usual);
        }
        row.push_back(std::move(value));
    }
    return row;
}

}  // namespace freshet::breaking
