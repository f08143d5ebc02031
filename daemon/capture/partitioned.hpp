// The updates of a partitioned table, of which PostgreSQL may hand wrong rows to a trigger (seen in 15.18), because of
// MERGE:
//
// - What it updates after it has inserted a row comes as that inserted row: the old versions are right, the new are not.
// - What it moves to another partition counts as deleted and inserted, and nobody is told if it has no DELETE or no
//   INSERT of its own.
//
// A statement that does not assign to the key neither moves rows nor gives them another key. So each old version that
// has no new one is to be found in the table, by its key. Of a statement that does assign to it, a trigger before it
// (freshet_keys) notes what the server counts of the rows written in this transaction; the difference tells whether the
// rows are all there are. What stays unclear leaves a marker, as TRUNCATE does, and the views are recomputed.
//
// Text of plpgsql. Private to capture/.
#pragma once

#include <string>

#include "freshet/capture/source_capture.hpp"

namespace freshet::capture {

// Body of freshet.capture_<id>_keys, whose trigger comes before an UPDATE of these columns; none are all columns.
std::string note_written(const SourceCapture& capture);

// Declarations and statements of the UPDATE trigger: they set `verdict` to told (the rows are right), found (those of
// found_rows() are) or unclear.
std::string verdict_declarations();
std::string find_verdict(const SourceCapture& capture);

// The new rows, those that were not told read from the table.
inline constexpr char root_mark = '\x01';
std::string found_rows(const SourceCapture& capture);
// A string expression of plpgsql: `statement` with the name of the table in place of each root_mark.
std::string with_root(const std::string& statement);

}  // namespace freshet::capture
