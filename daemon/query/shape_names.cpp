#include "shape_names.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>

namespace freshet::query {
namespace {

using Names = std::set<std::string_view>;

const Names& aggregates() {
    static const Names names{"sum", "count", "avg", "min", "max"};
    return names;
}

const Names& other_aggregates() {
    static const Names names{"any_value",
                             "array_agg",
                             "bit_and",
                             "bit_or",
                             "bit_xor",
                             "bool_and",
                             "bool_or",
                             "corr",
                             "covar_pop",
                             "covar_samp",
                             "every",
                             "json_agg",
                             "json_object_agg",
                             "jsonb_agg",
                             "jsonb_object_agg",
                             "mode",
                             "percentile_cont",
                             "percentile_disc",
                             "range_agg",
                             "range_intersect_agg",
                             "regr_avgx",
                             "regr_avgy",
                             "regr_count",
                             "regr_intercept",
                             "regr_r2",
                             "regr_slope",
                             "regr_sxx",
                             "regr_sxy",
                             "regr_syy",
                             "stddev",
                             "stddev_pop",
                             "stddev_samp",
                             "string_agg",
                             "var_pop",
                             "var_samp",
                             "variance",
                             "xmlagg"};
    return names;
}

const Names& set_returning() {
    static const Names names{"generate_series",
                             "generate_subscripts",
                             "json_array_elements",
                             "json_array_elements_text",
                             "json_each",
                             "json_each_text",
                             "json_object_keys",
                             "json_populate_recordset",
                             "json_to_recordset",
                             "jsonb_array_elements",
                             "jsonb_array_elements_text",
                             "jsonb_each",
                             "jsonb_each_text",
                             "jsonb_object_keys",
                             "jsonb_path_query",
                             "jsonb_path_query_tz",
                             "jsonb_populate_recordset",
                             "jsonb_to_recordset",
                             "regexp_matches",
                             "regexp_split_to_table",
                             "string_to_table",
                             "unnest"};
    return names;
}

const Names& time_dependent() {
    static const Names names{"now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday"};
    return names;
}

const Names& volatile_values() {
    static const Names names{
        "currval",      "gen_random_bytes", "gen_random_uuid",    "lastval",         "nextval", "pg_current_xact_id",
        "pg_sleep",     "random",           "random_normal",      "set_config",      "setseed", "setval",
        "txid_current", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4"};
    return names;
}

const Names& session_dependent() {
    static const Names names{"current_database", "current_query",    "current_schema",   "current_schemas",
                             "current_setting",  "inet_client_addr", "inet_client_port", "inet_server_addr",
                             "inet_server_port", "pg_backend_pid",   "pg_has_role",      "pg_is_in_recovery",
                             "version"};
    return names;
}

// A call that only an aggregate allows, whatever its name.
bool looks_like_aggregate(const PgQuery__FuncCall& call) {
    return call.agg_star != 0 || call.agg_distinct != 0 || call.agg_within_group != 0 || call.n_agg_order > 0 ||
           call.agg_filter != nullptr;
}

FunctionKind kind_of_builtin(std::string_view name, std::size_t arguments) {
    if (aggregates().contains(name)) {
        return FunctionKind::aggregate;
    }
    if (other_aggregates().contains(name)) {
        return FunctionKind::other_aggregate;
    }
    if (set_returning().contains(name)) {
        return FunctionKind::set_returning;
    }
    // age(x) counts from today; age(x, y) does not.
    if (time_dependent().contains(name) || (name == "age" && arguments == 1)) {
        return FunctionKind::time_dependent;
    }
    if (volatile_values().contains(name)) {
        return FunctionKind::volatile_value;
    }
    return session_dependent().contains(name) ? FunctionKind::session_dependent : FunctionKind::other;
}

bool is_date_or_time(const PgQuery__TypeName& type) {
    static const Names names{"date", "time", "timetz", "timestamp", "timestamptz"};
    return type.n_names > 0 && names.contains(type.names[type.n_names - 1]->string->sval);
}

bool is_moving_word(std::string_view word) {
    constexpr std::array<std::string_view, 4> words{"now", "today", "tomorrow", "yesterday"};
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool has_moving_word(std::string_view literal) {
    std::string word;
    for (const char byte : std::string(literal) + ' ') {
        if (const auto letter = static_cast<unsigned char>(byte); std::isalpha(letter) != 0) {
            word += static_cast<char>(std::tolower(letter));
        } else if (is_moving_word(word)) {
            return true;
        } else {
            word.clear();
        }
    }
    return false;
}

}  // namespace

std::string display_name(const PgQuery__FuncCall& call) {
    std::string name;
    for (const std::string& part : function_name_parts(call)) {
        if (part != "pg_catalog") {
            name += (name.empty() ? "" : ".") + part;
        }
    }
    return name;
}

FunctionKind kind_of(const PgQuery__FuncCall& call) {
    const FunctionKind kind = kind_of_builtin(display_name(call), call.n_args);
    return kind == FunctionKind::other && looks_like_aggregate(call) ? FunctionKind::other_aggregate : kind;
}

bool is_time(const PgQuery__SQLValueFunction& value) {
    return value.op <= PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP_N;
}

std::string display_name(const PgQuery__SQLValueFunction& value) {
    constexpr std::array<const char*, 16> names{
        "",          "CURRENT_DATE", "CURRENT_TIME",    "CURRENT_TIME",   "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP",
        "LOCALTIME", "LOCALTIME",    "LOCALTIMESTAMP",  "LOCALTIMESTAMP", "CURRENT_ROLE",      "CURRENT_USER",
        "USER",      "SESSION_USER", "CURRENT_CATALOG", "CURRENT_SCHEMA"};
    return names.at(static_cast<std::size_t>(value.op));
}

bool is_system_column(const std::string& name) {
    static const Names names{"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"};
    return names.contains(name);
}

bool is_moving_literal(const PgQuery__TypeCast& cast) {
    const bool text = cast.arg->node_case == PG_QUERY__NODE__NODE_A_CONST &&
                      cast.arg->a_const->val_case == PG_QUERY__A__CONST__VAL_SVAL;
    return text && is_date_or_time(*cast.type_name) && has_moving_word(cast.arg->a_const->sval->sval);
}

}  // namespace freshet::query
