// Why a refresh failed, coarse enough for a metric's label. The full story is in the log and in freshet.refresh_log.
#pragma once

#include <string_view>

namespace freshet::observe {

enum class FailureReason {
    connection,         // the session was lost or could not be had
    lock_timeout,       // a lock was not to be had in time
    statement_timeout,  // cancelled by a timeout or by an operator
    conflict,           // serialization failure or deadlock
    definition,         // a table, column, function or right is not what it was at install time
    data,               // a value the query cannot compute: overflow, division by zero
    resources,          // disk, memory, connections
    other
};

std::string_view to_string(FailureReason reason);

// From an SQLSTATE; empty means that the server never answered.
FailureReason failure_reason(std::string_view sqlstate);

}  // namespace freshet::observe
