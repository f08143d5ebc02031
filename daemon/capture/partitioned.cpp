#include "partitioned.hpp"

#include "pairing.hpp"

namespace freshet::capture {

namespace {

std::string setting(const SourceCapture& capture, const std::string& name) {
    return "freshet." + name + "_" + std::to_string(capture.source_id);
}

// One for each depth: a trigger of the user's may write to the same table in the middle of a statement.
std::string noted_setting(const SourceCapture& capture) {
    return "'" + setting(capture, "written") + "_' || pg_trigger_depth()";
}

// Rows inserted, updated and deleted by this transaction in the table and its partitions, also where it was rolled back.
constexpr const char* written =
    "(WITH RECURSIVE tree AS (SELECT TG_RELID AS relation UNION ALL SELECT i.inhrelid FROM tree t JOIN pg_inherits i ON "
    "i.inhparent = t.relation) SELECT "
    "ARRAY[coalesce(sum(pg_stat_get_xact_tuples_inserted(t.relation)), 0), "
    "coalesce(sum(pg_stat_get_xact_tuples_updated(t.relation)), 0), "
    "coalesce(sum(pg_stat_get_xact_tuples_deleted(t.relation)), 0)]::bigint[] FROM tree t)";

// FULL JOIN is never a nested loop, so a plan made for one row stays good for many.
std::string count_strays(const Pairing& pair) {
    return "SELECT count(*) INTO strays FROM " + pair.old_rows + " AS o FULL JOIN " + pair.new_rows + " AS n ON " +
           pair.condition + " WHERE o." + pair.marker + " IS NULL OR n." + pair.marker + " IS NULL;";
}

std::string old_strays(const Pairing& pair) {
    return "(SELECT o.* FROM " + pair.old_rows + " AS o LEFT JOIN " + pair.new_rows + " AS n ON " + pair.condition +
           " WHERE n." + pair.marker + " IS NULL)";
}

// The keys are as they were. Each old version without a new one is in the table, once.
std::string look_in_table(const SourceCapture& capture, const Pairing& pair) {
    const auto count =
        "SELECT count(*), count(*) FILTER (WHERE n." + pair.marker + " IS NOT NULL) FROM " + old_strays(pair) +
        " AS o LEFT JOIN " + paired_rows(capture, std::string(1, root_mark)) + " AS n ON " + pair.condition;
    return "SELECT s.relation INTO root FROM freshet.source s WHERE s.id = " + std::to_string(capture.source_id) +
           ";\n            IF has_table_privilege(root, 'SELECT') AND NOT row_security_active(root) THEN\n"
           "                EXECUTE " +
           with_root(count) +
           " INTO lost, seen;\n                IF lost = seen AND strays = 2 * lost THEN\n"
           "                    verdict := 'found';\n                END IF;\n            END IF;";
}

std::string compare_written(const SourceCapture& capture, const Pairing& pair) {
    std::string text =
        "IF noted <> '' THEN\n        PERFORM set_config(noted_as, '', true);\n        IF noted <> 'nested' THEN\n"
        "            SELECT count(*) INTO olds FROM freshet_old;\n            SELECT count(*) INTO news FROM "
        "freshet_new;\n            written := " +
        std::string(written) +
        ";\n            before := noted::bigint[];\n"
        "            IF olds = written[2] - before[2] + written[3] - before[3] AND\n"
        "                news = written[2] - before[2] + written[1] - before[1] THEN\n"
        "                verdict := 'told';\n";
    if (!capture.identity.empty()) {
        // Rows were inserted beside, as by ON CONFLICT DO UPDATE, but none was moved.
        text += "            ELSIF written[3] = before[3] AND olds = written[2] - before[2] THEN\n                " +
                count_strays(pair) +
                "\n                IF strays = 0 THEN\n                    verdict := 'told';\n                END IF;\n";
    }
    return text + "            END IF;\n        END IF;\n    ";
}

}  // namespace

std::string note_written(const SourceCapture& capture) {
    return "DECLARE\n    noted_as text := " + noted_setting(capture) +
           ";\nBEGIN\n    IF coalesce(current_setting(noted_as, true), '') = '' THEN\n        PERFORM "
           "set_config(noted_as, " +
           std::string(written) +
           "::text, true);\n    ELSE\n        PERFORM set_config(noted_as, 'nested', true);\n    END IF;\n    RETURN "
           "NULL;\nEND";
}

std::string verdict_declarations() {
    return "    verdict text := 'unclear';\n    noted_as text;\n    noted text;\n    before bigint[];\n    written "
           "bigint[];\n    olds bigint;\n    news bigint;\n    strays bigint;\n    lost bigint;\n    seen bigint;\n    "
           "root oid;\n";
}

std::string find_verdict(const SourceCapture& capture) {
    const auto pair = pairing(capture);
    const auto nested = "'" + setting(capture, "nested") + "'";
    const auto begin = "noted_as := " + noted_setting(capture) +
                       ";\n    noted := coalesce(current_setting(noted_as, true), '');\n    " +
                       compare_written(capture, pair);
    if (capture.identity.empty()) {
        return begin + "END IF;\n    ";
    }
    // A statement within another changes what is found in the table.
    return "IF pg_trigger_depth() > 1 THEN\n        PERFORM set_config(" + nested + ", 'yes', true);\n    END IF;\n    " +
           begin + "ELSE\n        " + count_strays(pair) +
           "\n        IF strays = 0 THEN\n            verdict := 'told';\n        ELSIF coalesce(current_setting(" +
           nested + ", true), '') = '' THEN\n            " + look_in_table(capture, pair) + "\n        END IF;\n    " +
           "END IF;\n    ";
}

std::string found_rows(const SourceCapture& capture) {
    const auto pair = pairing(capture);
    return "(SELECT n.* FROM " + pair.new_rows + " AS n JOIN " + pair.old_rows + " AS o ON " + pair.condition +
           " UNION ALL SELECT n.* FROM " + old_strays(pair) + " AS o JOIN " +
           paired_rows(capture, std::string(1, root_mark)) + " AS n ON " + pair.condition + ")";
}

std::string with_root(const std::string& statement) {
    std::string text;
    std::size_t from = 0;
    for (auto at = statement.find(root_mark); at != std::string::npos; at = statement.find(root_mark, from)) {
        text += sql::literal(statement.substr(from, at - from)) + " || root::regclass::text || ";
        from = at + 1;
    }
    return text + sql::literal(statement.substr(from));
}

}  // namespace freshet::capture
