// What the names of PostgreSQL's own functions tell without a catalog. Names of other schemas tell nothing.
#pragma once

#include <string>

#include "freshet/query/tree.hpp"

namespace freshet::query {

enum class FunctionKind {
    other,
    aggregate,        // sum, count, avg, min, max
    other_aggregate,  // string_agg, percentile_cont, ...
    set_returning,
    time_dependent,
    volatile_value,
    session_dependent
};

// The name without pg_catalog; with its schema if it has another one.
std::string display_name(const PgQuery__FuncCall& call);
FunctionKind kind_of(const PgQuery__FuncCall& call);

bool is_time(const PgQuery__SQLValueFunction& value);
std::string display_name(const PgQuery__SQLValueFunction& value);

bool is_system_column(const std::string& name);
// 'now', 'today 12:00' and the like, cast to a date or time type: a constant that means another day tomorrow.
bool is_moving_literal(const PgQuery__TypeCast& cast);

}  // namespace freshet::query
