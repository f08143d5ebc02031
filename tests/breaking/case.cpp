#include "case.hpp"

#include <algorithm>

namespace freshet::breaking {

namespace {

std::string column_names(const Table& table, const std::vector<std::size_t>& columns) {
    std::vector<std::string> names;
    for (const auto column : columns) {
        names.push_back(quote(table.columns[column].name));
    }
    return joined(names, ", ");
}

std::string create_table(const Case& one, const Table& table) {
    std::vector<std::string> lines;
    for (const auto& column : table.columns) {
        if (column.gone || (column.generated && !one.makes_sense(*column.generated))) {
            continue;
        }
        lines.push_back(quote(column.name) + " " + column.type->name + (column.not_null ? " NOT NULL" : "") +
                        (column.generated ? " GENERATED ALWAYS AS (" + column.generated->text + ") STORED" : ""));
    }
    if (!table.key.empty()) {
        lines.push_back("PRIMARY KEY (" + column_names(table, table.key) + ")");
    }
    if (table.reference && !table.columns[table.reference->column].gone && !one.tables[table.reference->target].gone) {
        lines.push_back("FOREIGN KEY (" + quote(table.columns[table.reference->column].name) + ") REFERENCES " +
                        one.tables[table.reference->target].quoted() + " " + table.reference->actions);
    }
    auto text = "CREATE TABLE " + table.quoted() + " (" + joined(lines, ", ") + ")";
    if (table.partitions > 0) {
        text += " PARTITION BY HASH (" + column_names(table, {table.key.front()}) + ")";
    }
    for (std::size_t i = 0; i < table.partitions; ++i) {
        text += ";\nCREATE TABLE " + table.quoted_partition(i) + " PARTITION OF " + table.quoted() +
                " FOR VALUES WITH (MODULUS " + std::to_string(table.partitions) + ", REMAINDER " + std::to_string(i) +
                ")";
    }
    for (const auto& columns : table.unique) {
        if (std::none_of(columns.begin(), columns.end(), [&](std::size_t i) { return table.columns[i].gone; })) {
            text += ";\nCREATE UNIQUE INDEX ON " + table.quoted() + " (" + column_names(table, columns) + ")";
        }
    }
    return text;
}

std::string target_of(const Table& table, const Write& write) {
    return write.partition ? table.quoted_partition(*write.partition) : table.quoted();
}

std::string copy_field(const Value& value) {
    if (!value) {
        return "\\N";
    }
    std::string text;
    for (const char c : *value) {
        text += c == '\\' ? "\\\\" : c == '\t' ? "\\t" : c == '\n' ? "\\n" : std::string(1, c);
    }
    return text;
}

// The written columns that are still there, as indexes into Write::columns.
std::vector<std::size_t> kept_columns(const Table& table, const Write& write) {
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < write.columns.size(); ++i) {
        if (!table.columns[write.columns[i]].gone) {
            kept.push_back(i);
        }
    }
    return kept;
}

std::string column_list(const Table& table, const Write& write, const std::vector<std::size_t>& kept) {
    std::vector<std::string> names;
    for (const auto i : kept) {
        names.push_back(quote(table.columns[write.columns[i]].name));
    }
    return joined(names, ", ");
}

std::string values(const Table& table, const Write& write, const std::vector<std::size_t>& kept, bool typed) {
    std::vector<std::string> rows;
    for (const auto& row : write.rows) {
        std::vector<std::string> fields;
        for (const auto i : kept) {
            fields.push_back(typed ? typed_literal(*table.columns[write.columns[i]].type, row[i]) : literal(row[i]));
        }
        rows.push_back("(" + joined(fields, ", ") + ")");
    }
    return joined(rows, ", ");
}

std::string set_list(const Case& one, const Table& table, const Write& write) {
    std::vector<std::string> list;
    for (const auto& [column, piece] : write.assignments) {
        if (!table.columns[column].gone && one.makes_sense(piece)) {
            list.push_back(quote(table.columns[column].name) + " = " + piece.text);
        }
    }
    return joined(list, ", ");
}

std::string insert(const Case& one, const Table& table, const Write& write, const std::vector<std::size_t>& kept) {
    auto text = "INSERT INTO " + target_of(table, write) + " AS t (" + column_list(table, write, kept) + ") VALUES " +
                values(table, write, kept, false);
    if (write.on_conflict && !table.key.empty()) {
        const auto list = set_list(one, table, write);
        text += list.empty() ? " ON CONFLICT DO NOTHING"
                             : " ON CONFLICT (" + column_names(table, table.key) + ") DO UPDATE SET " + list;
    }
    return text;
}

std::string merge(const Case& one, const Table& table, const Write& write, const std::vector<std::size_t>& kept) {
    std::vector<std::string> matches;
    for (const auto column : table.key) {
        const auto name = quote(table.columns[column].name);
        matches.push_back("t." + name + " = m." + name);
    }
    std::vector<std::string> taken;
    for (const auto i : kept) {
        taken.push_back("m." + quote(table.columns[write.columns[i]].name));
    }
    const auto list = set_list(one, table, write);
    const auto columns = column_list(table, write, kept);
    return "MERGE INTO " + target_of(table, write) + " AS t USING (VALUES " + values(table, write, kept, true) +
           ") AS m(" + columns + ") ON " + joined(matches, " AND ") +
           (write.condition.text.empty() || !one.makes_sense(write.condition)
                ? ""
                : " WHEN MATCHED AND " + write.condition.text + " THEN DELETE") +
           (list.empty() ? "" : " WHEN MATCHED THEN UPDATE SET " + list) + " WHEN NOT MATCHED THEN INSERT (" + columns +
           ") VALUES (" + joined(taken, ", ") + ")";
}

std::string condition_of(const Write& write) {
    return write.condition.text.empty() ? "" : " WHERE " + write.condition.text;
}

}  // namespace

std::string joined(const std::vector<std::string>& parts, const std::string& separator) {
    std::string text;
    for (const auto& part : parts) {
        text += (text.empty() ? "" : separator) + part;
    }
    return text;
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

std::string quote(const std::string& name) {
    std::string text = "\"";
    for (const char c : name) {
        text += c == '"' ? "\"\"" : std::string(1, c);
    }
    return text + "\"";
}

std::string Table::quoted() const {
    return quote(schema) + "." + quote(name);
}

std::string Table::quoted_partition(std::size_t number) const {
    return quote(schema) + "." + quote(name + "_p" + std::to_string(number));
}

std::string View::quoted() const {
    return quote(schema) + "." + quote(name);
}

std::string View::setting_name() const {
    return quote(schema) + "." + quote(name);
}

bool Case::makes_sense(const Piece& piece) const {
    return std::none_of(piece.reads.begin(), piece.reads.end(), [&](ColumnId id) {
        const auto& read = column(id);
        return tables[id.table].gone || read.gone || (read.generated && !makes_sense(*read.generated));
    });
}

std::vector<std::string> definitions(const Case& one) {
    std::vector<std::string> statements;
    std::set<std::string> schemas{"public"};
    const auto need = [&](const std::string& schema) {
        if (schemas.insert(schema).second) {
            statements.push_back("CREATE SCHEMA " + quote(schema));
        }
    };
    for (const auto& table : one.tables) {
        if (!table.gone) {
            need(table.schema);
        }
    }
    for (const auto& view : one.views) {
        if (!view.gone) {
            need(view.schema);
        }
    }
    for (const auto& table : one.tables) {
        if (!table.gone) {
            statements.push_back(create_table(one, table));
        }
    }
    for (const auto& plain : one.plain_views) {
        if (one.makes_sense(plain.select)) {
            statements.push_back("CREATE VIEW public." + plain.name + " AS " + plain.select.text);
        }
    }
    for (const auto& view : one.views) {
        if (auto stored = stored_groups(one, view)) {
            statements.push_back(std::move(*stored));
        }
    }
    return statements;
}

std::optional<std::string> statement_of(const Case& one, const Write& write, std::string& copied) {
    const auto& table = one.tables[write.table];
    if (table.gone || !one.makes_sense(write.condition)) {
        return std::nullopt;
    }
    const auto kept = kept_columns(table, write);
    const auto name = target_of(table, write);
    switch (write.kind) {
        case WriteKind::insert:
            return kept.empty() || write.rows.empty() ? std::nullopt : std::optional(insert(one, table, write, kept));
        case WriteKind::copy:
            for (const auto& row : write.rows) {
                std::vector<std::string> fields;
                for (const auto i : kept) {
                    fields.push_back(copy_field(row[i]));
                }
                copied += joined(fields, "\t") + "\n";
            }
            return kept.empty()
                       ? std::nullopt
                       : std::optional("COPY " + name + " (" + column_list(table, write, kept) + ") FROM STDIN");
        case WriteKind::update: {
            const auto list = set_list(one, table, write);
            return list.empty() ? std::nullopt
                                : std::optional("UPDATE " + name + " AS t SET " + list + condition_of(write));
        }
        case WriteKind::remove:
            return "DELETE FROM " + name + " AS t" + condition_of(write);
        case WriteKind::merge:
            return table.key.empty() || kept.empty() || write.rows.empty()
                       ? std::nullopt
                       : std::optional(merge(one, table, write, kept));
        case WriteKind::other:
            return write.other;
    }
    return std::nullopt;
}

}  // namespace freshet::breaking
