#include "packed.hpp"

#include <algorithm>
#include <set>

#include "pairing.hpp"

namespace freshet::capture {

namespace {

// What is fewer gains nothing: a row with arrays is more work than a plain one, and is mostly kept out of line.
constexpr int fewest_rows = 16;
// What is more is logged as rows, so that arrays stay far below the gigabyte that PostgreSQL allows, and below it also
// where each value is as long as it may be.
constexpr int most_rows = 50'000;  // of each version
constexpr int longest_value = 200;

constexpr std::size_t longest_name = 61;  // of PostgreSQL's 63, for "[]"

enum class Width { fixed, varying, unknown };

Width width_of(const query::ColumnFact& column) {
    static const std::set<std::string> fixed = {"boolean", "smallint",         "integer", "bigint",
                                                "real",    "double precision", "date",    "uuid"};
    const auto& type = column.log_type;
    const auto is = [&](const char* family) { return type.starts_with(family); };
    if (type.ends_with("[]")) {
        return Width::unknown;
    }
    if (column.is_enum || fixed.contains(type) || is("timestamp") || is("time ") || is("interval") || is("numeric(")) {
        return Width::fixed;
    }
    return type == "numeric" || type == "text" || is("character") ? Width::varying : Width::unknown;
}

// The arrays of the columns of "r", each after a comma.
std::string arrays_of(const SourceCapture& capture) {
    std::string list;
    for (const auto& column : capture.columns) {
        list += ", pg_catalog.array_agg(r." + sql::quote(column.name) + ")";
    }
    return list;
}

}  // namespace

bool packs(const query::ColumnFact& column) {
    return width_of(column) != Width::unknown && column.name.size() <= longest_name;
}

bool can_be_long(const query::ColumnFact& column) {
    return width_of(column) == Width::varying;
}

std::string array_name(const std::string& column) {
    return sql::quote(column + "[]");
}

std::string array_definition(const query::ColumnFact& column) {
    return array_name(column.name) + " " + column.log_type + "[]" +
           (column.collation.empty() ? "" : " COLLATE " + column.collation);
}

std::vector<std::string> packed_definitions(const std::vector<query::ColumnFact>& columns) {
    std::vector<std::string> definitions{"freshet_rows integer", array_name("freshet_events") + " integer[]"};
    for (const auto& column : columns) {
        if (packs(column)) {
            definitions.push_back(array_definition(column));
        }
    }
    return definitions;
}

// To compress them would take longer than to write them.
std::string packed_storage(const std::vector<query::ColumnFact>& columns) {
    std::string actions;
    const auto add = [&](const std::string& column) {
        actions +=
            (actions.empty() ? "ALTER COLUMN " : ", ALTER COLUMN ") + array_name(column) + " SET STORAGE EXTERNAL";
    };
    add("freshet_events");
    for (const auto& column : columns) {
        if (packs(column)) {
            add(column.name);
        }
    }
    return actions;
}

std::string has_many(const std::string& transition) {
    return "EXISTS (SELECT FROM " + transition + " OFFSET " + std::to_string(fewest_rows - 1) + ")";
}

std::string fits_arrays(const SourceCapture& capture, const std::vector<std::string>& transitions) {
    std::string long_values;
    for (const auto& column : capture.long_columns) {
        long_values += (long_values.empty() ? "" : " OR ") + std::string("pg_catalog.octet_length(r.") +
                       sql::quote(column) + "::pg_catalog.text) OPERATOR(pg_catalog.>) " +
                       std::to_string(longest_value);
    }
    auto text = "NOT EXISTS (SELECT FROM " + transitions.back() + " OFFSET " + std::to_string(most_rows) + ")";
    for (const auto& transition : transitions) {
        if (!long_values.empty()) {
            text +=
                " AND NOT EXISTS (SELECT FROM " + rows_of(capture.columns, transition) + " WHERE " + long_values + ")";
        }
    }
    return text;
}

std::string pack(const SourceCapture& capture, int sign, const std::string& from) {
    return "SELECT " + std::string(capture.events.empty() ? "" : "0, NULL::pg_catalog.int4[], ") +
           std::to_string(sign) + " OPERATOR(pg_catalog.*) pg_catalog.count(*)" + arrays_of(capture) + from +
           " HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 0";
}

std::string pack_signed(const SourceCapture& capture, const std::string& select) {
    std::string events;
    std::string names = "freshet_sign";
    if (!capture.events.empty()) {
        events = "pg_catalog.bit_or(r.freshet_events), pg_catalog.array_agg(r.freshet_events), ";
        names += ", freshet_events";
    }
    for (const auto& column : capture.columns) {
        names += ", " + sql::quote(column.name);
    }
    return "SELECT " + events + "r.freshet_sign OPERATOR(pg_catalog.*) pg_catalog.count(*)" + arrays_of(capture) +
           "\n        FROM (" + select + ") AS r(" + names + ") GROUP BY r.freshet_sign";
}

std::string insert_packed(const SourceCapture& capture, const std::string& table, const std::string& packed) {
    auto columns = (capture.events.empty() ? "" : "freshet_events, " + array_name("freshet_events") + ", ") +
                   std::string("freshet_rows");
    for (const auto& column : capture.columns) {
        columns += ", " + array_name(column.name);
    }
    return "INSERT INTO " + table + " (" + columns + ")\n        " + packed;
}

}  // namespace freshet::capture
