// The SQL of trigger functions and triggers. Generated here and nowhere else.
#include <algorithm>
#include <functional>
#include <set>

#include "freshet/capture/source_capture.hpp"
#include "packed.hpp"
#include "pairing.hpp"
#include "partitioned.hpp"
#include "qualified.hpp"

namespace freshet::capture {

namespace {

constexpr const char* rings = "bell OPERATOR(pg_catalog.&) 2";

std::string function_name(const SourceCapture& capture, std::string_view operation) {
    return "freshet.capture_" + std::to_string(capture.source_id) + "_" + std::string(operation);
}

std::string with_comma(const std::string& list) {
    return list.empty() ? "" : ", " + list;
}

std::string events_column(const SourceCapture& capture) {
    return capture.events.empty() ? "" : ", freshet_events";
}

// The bits of the events that row "r" satisfies, where `started` holds for the event's number.
std::string event_bits(const SourceCapture& capture, const std::function<std::string(const CapturedEvent&)>& started) {
    std::string text;
    for (const auto& event : capture.events) {
        text += (text.empty() ? "" : " OPERATOR(pg_catalog.|) ") + std::string("CASE WHEN (") + event.predicate + ")" +
                started(event) + " THEN " + std::to_string(1 << event.bit) + " ELSE 0 END";
    }
    return text;
}

// A row is logged if a view may need it or an event does.
std::string row_matters(const SourceCapture& capture) {
    if (capture.alternatives.empty()) {
        return "TRUE";
    }
    auto conditions = capture.alternatives;
    for (const auto& event : capture.events) {
        conditions.push_back(event.predicate);
    }
    std::string text;
    std::set<std::string> said;
    for (const auto& condition : conditions) {
        if (said.insert(condition).second) {
            text += (text.empty() ? "(" : " OR (") + condition + ")";
        }
    }
    return text;
}

// Rows of a transition table that matter to somebody.
std::string rows_that_matter(const SourceCapture& capture, const std::string& transition) {
    return "\n        FROM " + rows_of(capture.columns, transition) + "\n        WHERE (" + row_matters(capture) + ")";
}

std::string insert_select(const SourceCapture& capture) {
    std::string text = "SELECT 1";
    if (!capture.events.empty()) {
        text += ", " + event_bits(capture, [](const CapturedEvent&) { return ""; });
    }
    return text + with_comma(columns_of(capture, "r")) + rows_that_matter(capture, "freshet_new");
}

std::string delete_select(const SourceCapture& capture) {
    return std::string("SELECT -1") + (capture.events.empty() ? "" : ", 0") + with_comma(columns_of(capture, "r")) +
           rows_that_matter(capture, "freshet_old");
}

// That the event's predicate did not hold for the old version of the row, "o".
std::string did_not_hold_before(const CapturedEvent& event) {
    std::string values;
    std::string names;
    for (const auto& column : event.columns) {
        values += (values.empty() ? "" : ", ") + std::string("o.") + sql::quote(column);
        names += (names.empty() ? "" : ", ") + sql::quote(column);
    }
    return " AND (SELECT " + event.predicate + " FROM (VALUES (" + values + ")) AS r(" + names + ")) IS NOT TRUE";
}

std::string differ(const SourceCapture& capture, const std::string& newer) {
    return "ROW(" + columns_of(capture, "o") + ")::pg_catalog.record OPERATOR(pg_catalog.*<>) ROW(" +
           columns_of(capture, newer) + ")::pg_catalog.record";
}

// FULL JOIN is never a nested loop, so a plan made for one row stays good for many. Each pair is read twice, once as
// the version that was and once as the one that is.
std::string update_select(const SourceCapture& capture, const Pairing& pair) {
    const auto is_old = "s.freshet_sign OPERATOR(pg_catalog.<) 0";
    const auto version = [&](const std::string& of_old, const std::string& of_new) {
        return "CASE WHEN " + std::string(is_old) + " THEN " + of_old + " ELSE " + of_new + " END";
    };
    const auto columns = per_column(
        capture, [&](const std::string& column) { return version("o." + column, "n." + column) + " AS " + column; });
    const auto there = [&](const std::string& side) { return side + "." + pair.marker + " IS NOT NULL"; };
    std::string text = "SELECT s.freshet_sign";
    if (!capture.events.empty()) {
        text += ", " + event_bits(capture, [](const CapturedEvent& event) {
                    return " AND s.freshet_sign OPERATOR(pg_catalog.>) 0" + did_not_hold_before(event);
                });
    }
    return text + with_comma(columns_of(capture, "r")) + "\n        FROM " + pair.old_rows +
           " AS o\n        FULL JOIN " + pair.new_rows + " AS n ON " + pair.condition +
           "\n        CROSS JOIN (VALUES (-1), (1)) AS s(freshet_sign)\n        CROSS JOIN LATERAL (SELECT " + columns +
           ") AS r\n        WHERE (o." + pair.marker + " IS NULL OR n." + pair.marker + " IS NULL OR " +
           differ(capture, "n") + ")\n          AND " + version(there("o"), there("n")) + "\n          AND (" +
           row_matters(capture) + ")";
}

// The statement has at most one row on either side: there is no second one.
constexpr const char* at_most_one_row =
    "NOT EXISTS (SELECT FROM freshet_old OFFSET 1) AND NOT EXISTS (SELECT FROM freshet_new OFFSET 1)";

// Most statements update one row. Then its two versions are all there is in the transition tables, and no join has to
// find them. Selects nothing if there are more rows, or if the row stayed as it was. What is asked of the statement as
// a whole is asked once, before its rows are read.
std::string one_row_select(const SourceCapture& capture) {
    const auto version = [&](const std::string& sign, const std::string& transition) {
        return "SELECT " + sign + " AS freshet_sign, r.* FROM " + rows_of(capture.columns, transition);
    };
    const auto row = [&](const std::string& transition) {
        return "(SELECT r.* FROM " + rows_of(capture.columns, transition) + ")";
    };
    std::string text = "SELECT r.freshet_sign";
    if (!capture.events.empty()) {
        text += ", " + event_bits(capture, [&](const CapturedEvent& event) {
                    return " AND r.freshet_sign OPERATOR(pg_catalog.>) 0 AND (SELECT " + event.predicate + " FROM " +
                           rows_of(capture.columns, "freshet_old") + " LIMIT 1) IS NOT TRUE";
                });
    }
    return text + with_comma(columns_of(capture, "r")) + "\n        FROM (" + version("-1", "freshet_old") +
           "\n            UNION ALL " + version("1", "freshet_new") + ") AS r\n        WHERE " + at_most_one_row +
           "\n          AND (SELECT " + differ(capture, "n") + " FROM " + row("freshet_old") + " AS o, " +
           row("freshet_new") + " AS n LIMIT 1)\n          AND (" + row_matters(capture) + ")";
}

std::string slot_table(const SourceCapture& capture, const std::string& slot) {
    return log_name(capture) + "_" + slot;
}

// INSERT into the log table of what `select` gives.
using Insert = std::string (*)(const SourceCapture& capture, const std::string& table, const std::string& select);

std::string insert_rows(const SourceCapture& capture, const std::string& table, const std::string& select) {
    return "INSERT INTO " + table + " (freshet_sign" + events_column(capture) +
           with_comma(per_column(capture, [](const std::string& column) { return column; })) + ")\n        " + select;
}

// Sets `logged`, and `started` where the bell is to say it.
std::string log_statement(const SourceCapture& capture, const std::string& insert) {
    const auto silent = insert + ";\n        GET DIAGNOSTICS logged = ROW_COUNT;";
    if (capture.events.empty()) {
        return silent;
    }
    return std::string("IF ") + rings + " OPERATOR(pg_catalog.=) 0 THEN\n        " + silent +
           "\n        ELSE\n        WITH l AS (" + insert +
           "\n        RETURNING freshet_events)\n        SELECT pg_catalog.count(*), "
           "pg_catalog.bit_or(l.freshet_events) INTO logged, started FROM l;\n        END IF;";
}

// The same of rows that are read from the table itself, by its name of the moment.
std::string log_found(const SourceCapture& capture, const std::string& slot, const std::string& select) {
    const auto insert = insert_rows(capture, slot_table(capture, slot), select);
    if (capture.events.empty()) {
        return "EXECUTE " + with_root(insert) + ";\n        GET DIAGNOSTICS logged = ROW_COUNT;";
    }
    return "EXECUTE " +
           with_root("WITH l AS (" + insert +
                     " RETURNING freshet_events) SELECT count(*), bit_or(l.freshet_events) FROM l") +
           " INTO logged, started;";
}

std::string mark_statement(const std::string& source, const std::string& slot, const std::string& kind) {
    return "INSERT INTO freshet.marker_" + slot + " (source_id, kind) VALUES (" + source + ", '" + kind + "');";
}

// By the slot that writers use.
std::string in_slot(const std::function<std::string(const std::string&)>& statement) {
    return "IF bell OPERATOR(pg_catalog.&) 1 OPERATOR(pg_catalog.=) 0 THEN\n        " + statement("0") +
           "\n    ELSE\n        " + statement("1") + "\n    END IF;\n    ";
}

std::string payload(const SourceCapture& capture) {
    const auto head = "{\"source\": " + std::to_string(capture.source_id);
    if (capture.events.empty()) {
        return sql::literal(head + "}");
    }
    std::string names;
    for (const auto& event : capture.events) {
        names += ", CASE WHEN started OPERATOR(pg_catalog.&) " + std::to_string(1 << event.bit) +
                 " OPERATOR(pg_catalog.<>) 0 THEN " + sql::literal("\"" + event.name + "\"") + " END";
    }
    return "pg_catalog.concat(" + sql::literal(head) +
           ", CASE WHEN started OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.concat(', \"events\": [', "
           "pg_catalog.concat_ws(', '" +
           names + "), ']') END, '}')";
}

// `body` in dollar quotes that do not occur in it: constants of predicates are the users'.
std::string dollar_quoted(const std::string& body) {
    std::string tag = "$freshet$";
    while (body.find(tag) != std::string::npos) {
        tag.insert(tag.size() - 1, "_");
    }
    return tag + "\n" + body + "\n" + tag;
}

// By a function, for that is an expression and no statement. Nobody has called setval: it is as it was created.
constexpr const char* declare_bell =
    "bell integer := coalesce(pg_catalog.pg_sequence_last_value('freshet.doorbell'::pg_catalog.regclass), 0);\n";

// SECURITY DEFINER, so that writers need no right on the log: then no name in it may be looked up in a search_path of
// the writer's. Setting another one costs each commit about 30 microseconds, so it is done only where a name needs it.
std::string trigger_function(const SourceCapture& capture, std::string_view operation, const std::string& body) {
    return "CREATE OR REPLACE FUNCTION " + function_name(capture, operation) +
           "() RETURNS trigger\nLANGUAGE plpgsql SECURITY DEFINER" +
           (capture.qualified ? "" : " SET search_path = pg_catalog, freshet, pg_temp") + " AS " + dollar_quoted(body);
}

// `write` logs rows and sets `logged` to their number.
std::string create_function(const SourceCapture& capture, std::string_view operation, const std::string& declarations,
                            const std::string& write) {
    return trigger_function(capture, operation,
                            "#variable_conflict use_column\n<<freshet_capture>>\nDECLARE\n    " +
                                std::string(declare_bell) + "    logged bigint;\n    started integer;\n" +
                                declarations + "BEGIN\n    " + write + "IF " + rings +
                                " OPERATOR(pg_catalog.<>) 0 AND logged OPERATOR(pg_catalog.>) 0 THEN\n        "
                                "PERFORM pg_catalog.pg_notify('freshet', " +
                                payload(capture) + ");\n    END IF;\n    RETURN NULL;\nEND");
}

std::string log_by(Insert insert, const SourceCapture& capture, const std::string& select) {
    return in_slot([&](const std::string& slot) {
        return log_statement(capture, insert(capture, slot_table(capture, slot), select));
    });
}

std::string log_rows(const SourceCapture& capture, const std::string& select) {
    return log_by(insert_rows, capture, select);
}

// The statistics are to tell of the rows when the packed row can be seen, not up to ten seconds later
// (packed_rows.sql).
std::string log_packed(const SourceCapture& capture, const std::string& packed) {
    return log_by(insert_packed, capture, packed) + "PERFORM pg_catalog.pg_stat_force_next_flush();\n    ";
}

// Of an INSERT or DELETE. Most statements have few rows: their log rows are written at once, by a statement that writes
// none where there are many, for to ask beforehand would be one more for each.
std::string log_few_or_many(const SourceCapture& capture, const std::string& transition, const std::string& select,
                            const std::string& packed) {
    if (!capture.packs) {
        return log_rows(capture, select);
    }
    const auto many = has_many(transition);
    return log_rows(capture, select + " AND NOT " + many) + "IF logged OPERATOR(pg_catalog.=) 0 THEN\n    IF " + many +
           " THEN\n    IF " + fits_arrays(capture, {transition}) + " THEN\n    " + log_packed(capture, packed) +
           "ELSE\n    " + log_rows(capture, select) + "END IF;\n    END IF;\n    END IF;\n    ";
}

std::string log_inserted(const SourceCapture& capture) {
    const auto select = insert_select(capture);
    return log_few_or_many(capture, "freshet_new", select, pack_signed(capture, select));
}

std::string log_deleted(const SourceCapture& capture) {
    return log_few_or_many(capture, "freshet_old", delete_select(capture),
                           pack(capture, -1, rows_that_matter(capture, "freshet_old")));
}

// Both versions of each row of an UPDATE, unchanged or not: what did not change cancels. Only where no event begins.
std::string packed_versions(const SourceCapture& capture) {
    return pack(capture, -1, rows_that_matter(capture, "freshet_old")) + "\n        UNION ALL " +
           pack(capture, 1, rows_that_matter(capture, "freshet_new"));
}

// Whether most of the first rows of an UPDATE changed. PostgreSQL hands over both versions in one order.
std::string most_changed(const SourceCapture& capture) {
    constexpr int looked_at = 100;
    const auto first = [&](const std::string& transition) {
        return "(SELECT pg_catalog.row_number() OVER () AS freshet_number, r.* FROM " +
               rows_of(capture.columns, transition) + " LIMIT " + std::to_string(looked_at) + ")";
    };
    return "(SELECT 2 OPERATOR(pg_catalog.*) pg_catalog.count(*) FILTER (WHERE " + differ(capture, "n") +
           ") OPERATOR(pg_catalog.>) pg_catalog.count(*) FROM " + first("freshet_old") + " AS o JOIN " +
           first("freshet_new") + " AS n ON o.freshet_number OPERATOR(pg_catalog.=) n.freshet_number)";
}

// Whether an UPDATE left alone all columns that events depend on, so that none begins.
std::string no_event_begins(const SourceCapture& capture) {
    std::set<std::string> columns;
    for (const auto& event : capture.events) {
        columns.insert(event.columns.begin(), event.columns.end());
    }
    std::string arrays;
    for (const auto& column : columns) {
        arrays += (arrays.empty() ? "" : ", ") + std::string("pg_catalog.array_agg(r.") + sql::quote(column) + ")";
    }
    const auto side = [&](const std::string& transition) {
        return "(SELECT ROW(" + arrays + ")::pg_catalog.record FROM " + rows_of(capture.columns, transition) + ")";
    };
    return columns.empty() ? "TRUE" : side("freshet_old") + " OPERATOR(pg_catalog.*=) " + side("freshet_new");
}

// Of an UPDATE of more than one row. To find the pairs among many takes longer than to log all of them.
std::string log_told(const SourceCapture& capture, const std::string& select) {
    if (!capture.packs) {
        return log_rows(capture, select);
    }
    return "IF " + has_many("freshet_new") + " AND " + fits_arrays(capture, {"freshet_old", "freshet_new"}) +
           " THEN\n    IF " + most_changed(capture) + " AND " + no_event_begins(capture) + " THEN\n    " +
           log_packed(capture, packed_versions(capture)) + "ELSE\n    " +
           log_packed(capture, pack_signed(capture, select)) + "END IF;\n    ELSE\n    " + log_rows(capture, select) +
           "END IF;\n    ";
}

std::string create_update_function(const SourceCapture& capture) {
    auto pair = pairing(capture);
    const auto told = log_told(capture, update_select(capture, pair));
    if (!capture.checks_updates()) {
        return create_function(
            capture, "update", "",
            log_rows(capture, one_row_select(capture)) + "IF logged OPERATOR(pg_catalog.=) 0 THEN\n    IF " +
                at_most_one_row +
                " AND EXISTS (SELECT FROM freshet_old) OPERATOR(pg_catalog.=) EXISTS (SELECT FROM freshet_new) THEN\n"
                "        RETURN NULL;\n    END IF;\n    " +
                told + "END IF;\n    ");
    }
    std::string log_all = told;
    if (!capture.identity.empty()) {
        pair.new_rows = found_rows(capture);
        const auto found = update_select(capture, pair);
        log_all = "IF verdict = 'found' THEN\n    " +
                  in_slot([&](const std::string& slot) { return log_found(capture, slot, found); }) + "ELSE\n    " +
                  told + "END IF;\n    ";
    }
    const auto mark = in_slot(
        [&](const std::string& slot) { return mark_statement(std::to_string(capture.source_id), slot, "unclear"); });
    return create_function(capture, "update", verdict_declarations(),
                           find_verdict(capture) + "IF verdict = 'unclear' THEN\n    " + mark +
                               "logged := 1;\n    ELSE\n    " + log_all + "END IF;\n    ");
}

// A change that is no rows: only that it happened.
std::string create_marker_function(const SourceCapture& capture, const std::string& kind) {
    return trigger_function(
        capture, kind,
        "DECLARE\n    " + std::string(declare_bell) + "BEGIN\n    " +
            in_slot([&](const std::string& slot) { return mark_statement("TG_ARGV[0]::integer", slot, kind); }) +
            "IF " + rings +
            " OPERATOR(pg_catalog.<>) 0 THEN\n        PERFORM pg_catalog.pg_notify('freshet', "
            "pg_catalog.concat('{\"source\": ', TG_ARGV[0], '}'));\n    END IF;\n    RETURN NULL;\nEND");
}

constexpr std::string_view table_mark = "{table}";

std::string create_trigger(const SourceCapture& capture, const std::string& name, const std::string& event,
                           const std::string& transition, const std::string& function) {
    return "CREATE OR REPLACE TRIGGER " + name + " " + event + " ON " + std::string(table_mark) +
           (transition.empty() ? "" : " REFERENCING " + transition) + " FOR EACH STATEMENT EXECUTE FUNCTION " +
           function + "('" + std::to_string(capture.source_id) + "')";
}

// The partition key is among the primary key's columns. Without one, every update may change what rows are told apart
// by.
std::string key_columns(const SourceCapture& capture) {
    std::string list;
    for (const auto& column : capture.identity) {
        list += (list.empty() ? " OF " : ", ") + sql::quote(column);
    }
    return list;
}

}  // namespace

std::vector<std::string> create_functions(const SourceCapture& original) {
    const auto capture = with_qualified_names(original);
    std::vector<std::string> functions;
    const auto add = [&](const std::string& operation, std::string statement) {
        functions.push_back(std::move(statement));
        functions.push_back("REVOKE ALL ON FUNCTION " + function_name(capture, operation) + "() FROM PUBLIC");
    };
    if (capture.rows) {
        add("insert", create_function(capture, "insert", "", log_inserted(capture)));
        add("delete", create_function(capture, "delete", "", log_deleted(capture)));
        if (!capture.columns.empty()) {
            add("update", create_update_function(capture));
        }
        if (capture.checks_updates()) {
            add("keys", trigger_function(capture, "keys", note_written(capture)));
        }
    }
    if (capture.touch) {
        add("touch", create_marker_function(capture, "touch"));
    }
    add("truncate", create_marker_function(capture, "truncate"));
    return functions;
}

std::vector<std::string> trigger_templates(const SourceCapture& capture) {
    std::vector<std::string> triggers;
    const auto add = [&](const std::string& operation, const std::string& event, const std::string& transition) {
        triggers.push_back(
            create_trigger(capture, "freshet_" + operation, event, transition, function_name(capture, operation)));
    };
    if (capture.rows) {
        add("insert", "AFTER insert", "NEW TABLE AS freshet_new");
        add("delete", "AFTER delete", "OLD TABLE AS freshet_old");
        if (!capture.columns.empty()) {
            add("update", "AFTER update", "OLD TABLE AS freshet_old NEW TABLE AS freshet_new");
        }
        if (capture.checks_updates()) {
            add("keys", "BEFORE UPDATE" + key_columns(capture), "");
        }
    }
    if (capture.touch) {
        add("touch", "AFTER INSERT OR UPDATE OR DELETE", "");
    }
    add("truncate", "AFTER TRUNCATE", "");
    return triggers;
}

std::vector<std::string> create_triggers(const SourceCapture& capture) {
    auto statements = create_functions(capture);
    for (auto trigger : trigger_templates(capture)) {
        statements.push_back(trigger.replace(trigger.find(table_mark), table_mark.size(), capture.table.quoted()));
    }
    return statements;
}

std::vector<std::string> operations(const SourceCapture& capture) {
    std::vector<std::string> result{"truncate"};
    if (capture.rows) {
        result.insert(result.end(), {"insert", "delete"});
    }
    if (capture.rows && !capture.columns.empty()) {
        result.emplace_back("update");
    }
    if (capture.checks_updates()) {
        result.emplace_back("keys");
    }
    if (capture.touch) {
        result.emplace_back("touch");
    }
    return result;
}

std::string drop_guard(int source_id) {
    return "DO $freshet$\nDECLARE\n    guard text;\nBEGIN\n    FOR guard IN SELECT c.relname FROM pg_catalog.pg_class "
           "c "
           "WHERE c.relnamespace = 'freshet'::regnamespace AND c.relkind = 'v'\n        AND c.relname ~ '^read by .* "
           "\\(" +
           std::to_string(source_id) +
           "\\)$'\n    LOOP\n        EXECUTE format('DROP VIEW freshet.%I', guard);\n    END LOOP;\nEND\n$freshet$";
}

std::vector<std::string> drop_triggers(int source_id) {
    std::vector<std::string> statements;
    for (const auto* operation : {"insert", "update", "delete", "truncate", "touch", "keys"}) {
        statements.push_back("DROP FUNCTION IF EXISTS freshet.capture_" + std::to_string(source_id) + "_" + operation +
                             "() CASCADE");
    }
    return statements;
}

std::vector<std::string> drop_capture(int source_id) {
    const auto id = std::to_string(source_id);
    auto statements = drop_triggers(source_id);
    statements.push_back(drop_guard(source_id));
    statements.push_back("DROP VIEW IF EXISTS freshet.log_" + id);
    statements.push_back("DROP TABLE IF EXISTS freshet.log_" + id + "_0, freshet.log_" + id + "_1");
    return statements;
}

std::string fingerprint(const SourceCapture& capture) {
    std::string text;
    for (const auto& statements : {create_log(capture), create_triggers(capture)}) {
        for (const auto& statement : statements) {
            text += statement + "\n";
        }
    }
    for (const auto& key : capture.lookup_keys) {
        for (const auto& column : key) {
            text += sql::quote(column) + " ";
        }
        text += "unique\n";
    }
    // FNV-1a: two captures that differ must not look alike by accident; nobody attacks this.
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    }
    return std::to_string(hash);
}

}  // namespace freshet::capture
