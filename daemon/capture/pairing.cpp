#include "pairing.hpp"

namespace freshet::capture {

namespace {

// Of a transition table the planner knows how many rows it has, and takes each value of a column to occur many times.
// Asked for one column twice it expects few pairs, as there are, and does not think of compiling the plan (JIT).
std::string same_identity(const SourceCapture& capture) {
    std::string equal;
    std::string old_key;
    std::string new_key;
    for (const auto& column : capture.identity) {
        const auto name = sql::quote(column);
        equal += (equal.empty() ? "o." : " AND o.") + name + " OPERATOR(pg_catalog.=) n." + name;
        old_key += (old_key.empty() ? "o." : ", o.") + name;
        new_key += (new_key.empty() ? "n." : ", n.") + name;
    }
    if (capture.identity.size() == 1) {
        equal += " AND coalesce(" + old_key + ", " + old_key + ") OPERATOR(pg_catalog.=) coalesce(" + new_key + ", " +
                 new_key + ")";
    }
    return capture.identity_by_image ? "ROW(" + old_key + ")::pg_catalog.record OPERATOR(pg_catalog.*=) ROW(" +
                                           new_key + ")::pg_catalog.record"
                                     : equal;
}

}  // namespace

std::string log_name(const SourceCapture& capture) {
    return "freshet.log_" + std::to_string(capture.source_id);
}

std::string per_column(const SourceCapture& capture, const std::function<std::string(const std::string&)>& text) {
    std::string list;
    for (const auto& column : capture.columns) {
        list += (list.empty() ? "" : ", ") + text(sql::quote(column.name));
    }
    return list;
}

std::string columns_of(const SourceCapture& capture, const std::string& alias) {
    return per_column(capture, [&](const std::string& column) { return alias + "." + column; });
}

std::string rows_of(const std::vector<query::ColumnFact>& columns, const std::string& table) {
    if (columns.empty()) {
        return table + " AS r";
    }
    std::string absent;
    std::string names;
    for (const auto& column : columns) {
        const auto name = sql::quote(column.name);
        absent += (absent.empty() ? "NULL::" : ", NULL::") + column.log_type + " AS " + name;
        names += (names.empty() ? "" : ", ") + name;
    }
    return "(SELECT " + absent + ") AS freshet_absent CROSS JOIN LATERAL (SELECT " + names + " FROM " + table +
           " AS freshet_row) AS r";
}

std::string paired_rows(const SourceCapture& capture, const std::string& table) {
    auto columns = capture.columns;
    columns.insert(columns.end(), capture.pairing.begin(), capture.pairing.end());
    return "(SELECT r.* FROM " + rows_of(columns, table) + ")";
}

Pairing pairing(const SourceCapture& capture) {
    if (!capture.identity.empty()) {
        return {paired_rows(capture, "freshet_old"), paired_rows(capture, "freshet_new"), same_identity(capture),
                sql::quote(capture.identity.front())};
    }
    const auto numbered = [&](const std::string& rows) {
        const auto image = "ROW(" + columns_of(capture, "r") + ")::pg_catalog.text COLLATE pg_catalog.\"C\"";
        return "(SELECT " + columns_of(capture, "r") + ", " + image +
               " AS freshet_image, pg_catalog.row_number() OVER (PARTITION BY " + image + ") AS freshet_number FROM " +
               rows_of(capture.columns, rows) + ")";
    };
    return {numbered("freshet_old"), numbered("freshet_new"),
            "o.freshet_image OPERATOR(pg_catalog.=) n.freshet_image AND o.freshet_number OPERATOR(pg_catalog.=) "
            "n.freshet_number",
            "freshet_number"};
}

}  // namespace freshet::capture
