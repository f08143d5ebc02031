#include "freshet/capture/source_capture.hpp"

#include <algorithm>
#include <set>

#include "freshet/core/error.hpp"
#include "packed.hpp"

namespace freshet::capture {

namespace {

bool reserved(const std::string& column) {
    static const std::set<std::string> names = {"freshet_xid",   "freshet_at",  "freshet_sign",   "freshet_events",
                                                "freshet_image", "freshet_net", "freshet_number", "freshet_rows"};
    return names.contains(column) || column.ends_with("[]");
}

std::string conjunction(const std::vector<std::string>& conditions) {
    std::string text;
    for (const auto& condition : conditions) {
        text += (text.empty() ? "(" : " AND (") + condition + ")";
    }
    return text;
}

// The alternatives of every occurrence of the table; an occurrence without conditions makes every row matter.
std::set<std::string> alternatives_of(const sql::QualifiedName& table,
                                      const std::vector<const compile::Program*>& programs) {
    std::set<std::string> alternatives;
    for (const auto* program : programs) {
        if (program->whole) {
            return {};  // nothing is known of what its query reads
        }
        for (const auto* relation : program->occurrences_of(table)) {
            alternatives.insert(conjunction(relation->capture_conditions));
        }
    }
    return alternatives.contains("") ? std::set<std::string>{} : alternatives;
}

std::vector<std::vector<std::string>> lookup_keys_of(const sql::QualifiedName& table,
                                                     const std::vector<const compile::Program*>& programs) {
    std::set<std::vector<std::string>> keys;
    for (const auto* program : programs) {
        for (const auto* relation : program->occurrences_of(table)) {
            if (!relation->lookup_key.empty()) {
                keys.insert(relation->lookup_key);
            }
        }
    }
    return {keys.begin(), keys.end()};
}

std::set<std::string> columns_of(const sql::QualifiedName& table, const std::vector<const compile::Program*>& programs,
                                 const std::vector<CapturedEvent>& events) {
    std::set<std::string> columns;
    for (const auto* program : programs) {
        const auto& source = program->source_of(table);
        columns.insert(source.columns.begin(), source.columns.end());
    }
    for (const auto& event : events) {
        columns.insert(event.columns.begin(), event.columns.end());
    }
    return columns;
}

// Whether "=" on the column means the same in a trigger, where only pg_catalog is searched: of an extension's type it
// may be missing there. format_type qualifies the types of every other schema.
bool pairs_by_equality(const std::string& column, const std::vector<query::ColumnFact>& facts) {
    const auto fact =
        std::find_if(facts.begin(), facts.end(), [&](const query::ColumnFact& one) { return one.name == column; });
    return fact == facts.end() || fact->is_enum || fact->log_type.find('.') == std::string::npos;
}

}  // namespace

SourceCapture make_capture(int source_id, const sql::QualifiedName& table, const std::vector<query::ColumnFact>& facts,
                           std::vector<std::string> primary_key, const std::vector<const compile::Program*>& programs,
                           std::vector<CapturedEvent> events, std::size_t concurrent_views, TableKind kind) {
    SourceCapture capture;
    capture.source_id = source_id;
    capture.table = table;
    capture.rows = !programs.empty();
    capture.touch = concurrent_views > 0;
    capture.kind = kind;
    capture.identity = std::move(primary_key);
    capture.identity_by_image =
        !std::all_of(capture.identity.begin(), capture.identity.end(),
                     [&](const std::string& column) { return pairs_by_equality(column, facts); });
    const auto fact_of = [&](const std::string& name) {
        return std::find_if(facts.begin(), facts.end(), [&](const query::ColumnFact& one) { return one.name == name; });
    };
    const auto alternatives = alternatives_of(table, programs);
    capture.lookup_keys = lookup_keys_of(table, programs);
    capture.alternatives.assign(alternatives.begin(), alternatives.end());
    for (const auto& name : columns_of(table, programs, events)) {
        const auto fact = fact_of(name);
        if (fact == facts.end()) {
            throw core::Error("table " + table.display() + " has no column " + name);
        }
        if (reserved(name)) {
            throw core::Error(
                "column " + name + " of " + table.display() + " has a name that the change log uses itself",
                "rename the column");
        }
        capture.columns.push_back(*fact);
        if (can_be_long(*fact)) {
            capture.long_columns.push_back(name);
        }
    }
    capture.packs = std::all_of(capture.columns.begin(), capture.columns.end(), packs);
    for (const auto& name : capture.identity) {
        const auto logged = std::any_of(capture.columns.begin(), capture.columns.end(),
                                        [&](const query::ColumnFact& one) { return one.name == name; });
        const auto fact = fact_of(name);
        if (!logged && fact != facts.end()) {
            capture.pairing.push_back(*fact);
        }
    }
    capture.events = std::move(events);
    return capture;
}

std::string survey_sql(const std::string& view, const std::vector<SurveyedSource>& sources, std::string_view strategy) {
    const std::string pending = " >= pg_snapshot_xmin((SELECT snapshot FROM reached)) AND NOT pg_visible_in_snapshot(";
    std::string ids;
    std::string text;
    for (const auto& source : sources) {
        const auto id = std::to_string(source.source_id);
        ids += (ids.empty() ? "" : ", ") + id;
        if (strategy == "concurrent") {
            continue;
        }
        std::string events;
        for (int bit = 0; bit < source.event_bits; ++bit) {
            events += (bit == 0 ? "" : ", ") + std::string("count(*) FILTER (WHERE freshet_events & ") +
                      std::to_string(1 << bit) + " <> 0)";
        }
        text += "SELECT " + id + " AS source, 'log' AS kind, count(*) AS changes, min(freshet_at) AS oldest, ARRAY[" +
                events + "]::bigint[] AS events\nFROM freshet.log_" + id + " WHERE freshet_xid" + pending +
                "freshet_xid, (SELECT snapshot FROM reached))\nUNION ALL ";
    }
    return "WITH reached AS MATERIALIZED (SELECT snapshot FROM freshet.position WHERE view_id = " + view +
           " AND node = 'local')\n" + text +
           "SELECT source_id AS source, kind, count(*) AS changes, min(at) AS oldest, '{}'::bigint[] AS events\n" +
           "FROM freshet.marker WHERE xid" + pending + "xid, (SELECT snapshot FROM reached)) AND source_id IN (" + ids +
           ")" + (strategy == "concurrent" ? "" : " AND kind <> 'touch'") + "\nGROUP BY source_id, kind";
}

}  // namespace freshet::capture
