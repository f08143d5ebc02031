// The tables of a source's log, and the view over them: a row for each logged row, packed or not.
#include <algorithm>

#include "freshet/capture/source_capture.hpp"
#include "packed.hpp"
#include "pairing.hpp"

namespace freshet::capture {

namespace {

constexpr const char* slots[] = {"_0", "_1"};

// Of a packed row freshet_sign is NULL. So told apart, and by a condition that nearly every row
// satisfies, the planner goes on thinking of the log what it thought without packed rows.
constexpr const char* own_columns =
    "freshet_xid xid8 NOT NULL DEFAULT pg_current_xact_id(), freshet_at timestamptz NOT NULL DEFAULT now(), "
    "freshet_sign smallint, freshet_events integer NOT NULL DEFAULT 0";

std::string column_definition(const query::ColumnFact& column) {
    return sql::quote(column.name) + " " + column.log_type +
           (column.collation.empty() ? "" : " COLLATE " + column.collation);
}

LogColumn log_column(const query::ColumnFact& column) {
    return {column.name, column.log_type, column.collation, packs(column)};
}

std::vector<LogColumn> log_columns(const std::vector<query::ColumnFact>& captured) {
    std::vector<LogColumn> columns{{"freshet_xid", "xid8", "", false},
                                   {"freshet_at", "timestamp with time zone", "", false},
                                   {"freshet_sign", "smallint", "", false},
                                   {"freshet_events", "integer", "", true}};
    std::transform(captured.begin(), captured.end(), std::back_inserter(columns), log_column);
    return columns;
}

// A column that is neither in arrays nor of the packed row itself has no values in it, for then nothing is packed.
std::string in_packed_row(const LogColumn& column) {
    const auto cast = "::" + column.type;
    if (column.name == "freshet_sign") {
        return "unnest(array_fill(sign(freshet_rows)::smallint, ARRAY[abs(freshet_rows)]))";  // as often as there are
                                                                                              // rows
    }
    if (column.packed) {
        return "unnest(" + array_name(column.name) + ")" + cast;
    }
    return column.name == "freshet_xid" || column.name == "freshet_at" ? sql::quote(column.name) : "NULL" + cast;
}

std::string create_log_view(const SourceCapture& capture, const std::vector<LogColumn>& columns) {
    std::string list;
    std::string packed;
    for (const auto& column : columns) {
        list += (list.empty() ? "" : ", ") + sql::quote(column.name);
        packed += (packed.empty() ? "" : ", ") + in_packed_row(column);
    }
    std::string text;
    for (const auto* slot : slots) {
        const auto from = " FROM " + log_name(capture) + slot + " WHERE freshet_sign ";
        text += (text.empty() ? "" : " UNION ALL ") + std::string("SELECT ") + list + from +
                "IS NOT NULL UNION ALL SELECT " + packed + from + "IS NULL";
    }
    return "CREATE OR REPLACE VIEW " + log_name(capture) + " AS " + text;
}

}  // namespace

std::vector<std::string> create_log(const SourceCapture& capture) {
    std::vector<std::string> statements;
    if (!capture.rows) {
        return statements;
    }
    for (const auto* slot : slots) {
        // freshet_at is when the writer's transaction began: no later than its commit.
        std::string columns = own_columns;
        for (const auto& column : capture.columns) {
            columns += ", " + column_definition(column);
        }
        for (const auto& definition : packed_definitions(capture.columns)) {
            columns += ", " + definition;
        }
        const auto table = log_name(capture) + slot;
        statements.push_back("CREATE TABLE " + table + " (" + columns + ") WITH (autovacuum_enabled = false)");
        statements.push_back("ALTER TABLE " + table + " " + packed_storage(capture.columns));
        statements.push_back("CREATE INDEX ON " + table + " (freshet_xid)");
    }
    statements.push_back(create_log_view(capture, log_columns(capture.columns)));
    return statements;
}

std::vector<std::string> extend_log(const SourceCapture& capture, std::vector<LogColumn> existing) {
    if (!capture.rows) {
        return {};
    }
    // A column of another type stays as it is, for retype_log().
    auto extended = capture.columns;
    const auto existing_one = [&](const std::string& name) {
        return std::find_if(existing.begin(), existing.end(), [&](const LogColumn& one) { return one.name == name; });
    };
    std::erase_if(extended, [&](const query::ColumnFact& column) {
        const auto found = existing_one(column.name);
        return found != existing.end() && !found->keeps(column);
    });
    for (const auto& column : log_columns(extended)) {
        const auto found = existing_one(column.name);
        if (found == existing.end()) {
            existing.push_back(column);
        } else {
            found->packed = column.packed;
        }
    }
    std::string changes = "ALTER COLUMN freshet_sign DROP NOT NULL";
    for (const auto& column : extended) {
        changes += ", ADD COLUMN IF NOT EXISTS " + column_definition(column);
    }
    for (const auto& definition : packed_definitions(extended)) {
        changes += ", ADD COLUMN IF NOT EXISTS " + definition;
    }
    std::vector<std::string> statements;
    for (const auto* slot : slots) {
        statements.push_back("ALTER TABLE " + log_name(capture) + slot + " " + changes);
        statements.push_back("ALTER TABLE " + log_name(capture) + slot + " " + packed_storage(extended));
    }
    statements.push_back(create_log_view(capture, existing));
    return statements;
}

std::vector<std::string> retype_log(const SourceCapture& capture, std::vector<LogColumn> existing) {
    std::string changes;
    std::string storage;
    for (auto& column : existing) {
        const auto now = std::find_if(capture.columns.begin(), capture.columns.end(),
                                      [&](const query::ColumnFact& one) { return one.name == column.name; });
        if (now == capture.columns.end() || column.keeps(*now)) {
            continue;
        }
        column = log_column(*now);
        changes += (changes.empty() ? "" : ", ") + std::string("DROP COLUMN ") + sql::quote(now->name) +
                   ", DROP COLUMN IF EXISTS " + array_name(now->name) + ", ADD COLUMN " + column_definition(*now);
        if (column.packed) {
            changes += ", ADD COLUMN " + array_definition(*now);
        }
    }
    if (changes.empty()) {
        return {};
    }
    std::vector<std::string> statements{"DROP VIEW " + log_name(capture)};
    for (const auto* slot : slots) {
        const auto table = log_name(capture) + slot;
        statements.push_back("TRUNCATE " + table);
        statements.push_back("ALTER TABLE " + table + " " + changes);
        statements.push_back("ALTER TABLE " + table + " " + packed_storage(capture.columns));
    }
    statements.push_back(create_log_view(capture, existing));
    return statements;
}

}  // namespace freshet::capture
