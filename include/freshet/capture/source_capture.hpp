// What is captured of one source table for all views together, and the SQL that installs it. Pure.
//
// The log of source n is the view freshet.log_n over two tables freshet.log_n_0 and _1 that take turns, so that space
// is given back by TRUNCATE. Rows are only ever inserted: +1 a row that is there now, -1 one that was. The rows of a
// statement that changes many are one packed row of the table, which the view unpacks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "freshet/compile/program.hpp"
#include "freshet/query/normal_form.hpp"

namespace freshet::capture {

struct CapturedEvent {
    std::string name;
    int bit = 0;
    std::string predicate;             // over the alias "r", safe inside a writer's statement
    std::vector<std::string> columns;  // that it reads
};

// PostgreSQL tells the rows of a MERGE into a partitioned table wrongly; see partitioned.hpp.
enum class TableKind { plain, partitioned };

struct SourceCapture {
    int source_id = 0;
    sql::QualifiedName table;
    std::vector<query::ColumnFact> columns;  // that the log keeps, ascending by name
    // A row matters if any alternative holds (each over the alias "r"); none at all means every row matters.
    std::vector<std::string> alternatives;
    std::vector<std::string> identity;       // the primary key; empty if there is none
    std::vector<query::ColumnFact> pairing;  // columns of it that the log does not keep
    // A type of the key is an extension's: its = is not in the trigger's search_path, so keys are compared as images.
    bool identity_by_image = false;
    // Each is unique, or a lookup would find two rows where its program counts on one.
    std::vector<std::vector<std::string>> lookup_keys;
    std::vector<CapturedEvent> events;
    bool rows = false;   // a delta view reads it
    bool touch = false;  // a concurrent view reads it
    TableKind kind = TableKind::plain;
    bool packs = false;                     // whether the many rows of a statement may be packed
    std::vector<std::string> long_columns;  // where they may, those whose values have to be measured first
    bool qualified = false;                 // no name in it depends on a search_path; see capture/qualified.hpp

    // Whether its updates are checked against what was really written.
    bool checks_updates() const { return kind == TableKind::partitioned && rows && !columns.empty(); }
};

// Joins what the programs need of one source. `facts` are all columns of the table.
SourceCapture make_capture(int source_id, const sql::QualifiedName& table, const std::vector<query::ColumnFact>& facts,
                           std::vector<std::string> primary_key, const std::vector<const compile::Program*>& programs,
                           std::vector<CapturedEvent> events, std::size_t concurrent_views,
                           TableKind kind = TableKind::plain);

// A column of an existing log, as its view has it.
struct LogColumn {
    std::string name;
    std::string type;
    std::string collation;  // quoted and qualified; empty for the type's own
    bool packed = false;    // the log has arrays of it

    // Whether it can go on keeping what the table's column has.
    bool keeps(const query::ColumnFact& column) const {
        return type == column.log_type && collation == column.collation;
    }
};

// Statements that make the log tables of this capture from nothing.
std::vector<std::string> create_log(const SourceCapture& capture);
// Statements that bring an existing log, whose columns are `existing`, to this capture: columns are only added, so that
// they may be sent again. Each is to be a transaction of its own: one that held a log table while it waits for anything
// would deadlock with writers.
std::vector<std::string> extend_log(const SourceCapture& capture, std::vector<LogColumn> existing);
// Statements that give the columns of an extended log the types of this capture, and empty it: the views over it must
// be recomputed. None if all have them.
std::vector<std::string> retype_log(const SourceCapture& capture, std::vector<LogColumn> existing);
// CREATE OR REPLACE of the functions and triggers. The triggers come last: each takes SHARE ROW EXCLUSIVE on the
// source, which waits out every writer, so that no transaction writes by the old capture after another has used the new
// one.
std::vector<std::string> create_triggers(const SourceCapture& capture);
// The same in two parts, for freshet.restore_capture(): the functions; and the triggers of one table, called {table}.
std::vector<std::string> create_functions(const SourceCapture& capture);
std::vector<std::string> trigger_templates(const SourceCapture& capture);
// What it has a function freshet.capture_<id>_<operation> and a trigger freshet_<operation> for: some of insert,
// update, delete, truncate, touch, keys.
std::vector<std::string> operations(const SourceCapture& capture);
// Drops the view that keeps captured columns as they are, if there is one (install/guard.hpp).
std::string drop_guard(int source_id);
// Drops functions with their triggers, on whatever table they are.
std::vector<std::string> drop_triggers(int source_id);
// Drops functions with their triggers (which needs no right on the source), and the log.
std::vector<std::string> drop_capture(int source_id);

// Changes when anything create_log or create_triggers would write changes, or what the programs count on.
std::string fingerprint(const SourceCapture& capture);

// The pending changes of the view whose id is the expression `view`. Rows: source (integer), kind (log, or of a
// marker), changes (bigint), oldest (timestamptz), events (bigint[], by bit). The kinds of markers are truncate,
// unclear and touch.
struct SurveyedSource {
    int source_id = 0;
    int event_bits = 0;
};
std::string survey_sql(const std::string& view, const std::vector<SurveyedSource>& sources, std::string_view strategy);

}  // namespace freshet::capture
