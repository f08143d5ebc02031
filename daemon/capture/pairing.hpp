// How a trigger reads the rows it was handed, and how it pairs the old and the new version of one. Private to capture/.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "freshet/capture/source_capture.hpp"

namespace freshet::capture {

// The view over both tables of the log; theirs end in _0 and _1.
std::string log_name(const SourceCapture& capture);
// ", "-separated text of one item per log column.
std::string per_column(const SourceCapture& capture, const std::function<std::string(const std::string&)>& text);
// The log columns of `alias`.
std::string columns_of(const SourceCapture& capture, const std::string& alias);

// The columns of a table's rows as "r". A column is named without its table: if a writer's table has lost it, or has it
// under another name, the name is found further out, where it is NULL. So the writer's statement goes on; that the
// capture is damaged is for the watch over it to find.
std::string rows_of(const std::vector<query::ColumnFact>& columns, const std::string& table);

// By primary key, or without one by all logged columns, and the how-many-eth of the rows alike. The conditions are over
// the aliases "o" and "n".
struct Pairing {
    std::string old_rows;
    std::string new_rows;
    std::string condition;
    std::string marker;  // a column that is never NULL on an existing side
};
Pairing pairing(const SourceCapture& capture);

// The rows of `table`, with the columns that the log keeps and those by which rows are paired.
std::string paired_rows(const SourceCapture& capture, const std::string& table);

}  // namespace freshet::capture
