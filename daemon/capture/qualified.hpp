// Which trigger functions need no search_path of their own. Private to capture/.
#pragma once

#include "freshet/capture/source_capture.hpp"

namespace freshet::capture {

// The capture with the schema at every name of its predicates and types, `qualified`; or as it is, if something in it
// depends on a search_path or may run what does: functions, operators and types that are not PostgreSQL's own, and the
// check of updates of partitioned tables.
SourceCapture with_qualified_names(const SourceCapture& capture);

}  // namespace freshet::capture
