// One log row for the many rows of a statement: their columns as arrays, of one length. It costs a fraction of as many
// rows with their entries in the index, for writers as for those who read it. Private to capture/.
#pragma once

#include <string>
#include <vector>

#include "freshet/capture/source_capture.hpp"

namespace freshet::capture {

// Whether values of the column are kept in arrays: of a type of PostgreSQL's own that is small or can be measured.
bool packs(const query::ColumnFact& column);
// Whether a value of such a column has to be measured.
bool can_be_long(const query::ColumnFact& column);
// The quoted name of the array of a log column.
std::string array_name(const std::string& column);
// It with its type, as CREATE TABLE takes it.
std::string array_definition(const query::ColumnFact& column);

// The columns that only packed rows have, as CREATE TABLE and ALTER TABLE ADD COLUMN take them: freshet_rows, how many
// rows there are, times their sign; and the arrays, of `columns` too.
std::vector<std::string> packed_definitions(const std::vector<query::ColumnFact>& columns);
// The actions of ALTER TABLE that set how the arrays are stored.
std::string packed_storage(const std::vector<query::ColumnFact>& columns);

// Whether the statement whose rows these transition tables have changed many, so that they may be packed.
std::string has_many(const std::string& transition);
// Whether all its rows may go into one array each: neither too many, nor a long value among them.
std::string fits_arrays(const SourceCapture& capture, const std::vector<std::string>& transitions);
// SELECT of one packed row, of rows "r" without events: `from` is FROM and WHERE.
std::string pack(const SourceCapture& capture, int sign, const std::string& from);
// SELECT of a packed row for each sign among what `select` gives: sign, events if there are any, columns.
std::string pack_signed(const SourceCapture& capture, const std::string& select);
// INSERT of what such SELECTs give into a log table.
std::string insert_packed(const SourceCapture& capture, const std::string& table, const std::string& packed);

}  // namespace freshet::capture
