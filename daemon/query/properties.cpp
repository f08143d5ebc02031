// Two conservative properties of expressions: never NULL, and safe inside a writer's statement. "No" is always right.
#include <algorithm>

#include "scope.hpp"

namespace freshet::query {

namespace {

std::string operator_name(const PgQuery__AExpr& expression) {
    return expression.n_name == 1 ? expression.name[0]->string->sval : "";
}

bool among(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// The name of a type of PostgreSQL's own, or of an array's elements; "" for any other type.
std::string element_type_name(const PgQuery__TypeName& type) {
    const auto names = nodes(type.n_names, type.names);
    const bool foreign = names.size() == 2 && std::string_view(names[0]->string->sval) != "pg_catalog";
    return names.empty() || foreign ? "" : names.back()->string->sval;
}

std::string type_name(const PgQuery__TypeName& type) {
    return type.n_array_bounds > 0 ? "" : element_type_name(type);
}

// Types whose +, -, * and casts to each other never give NULL. Others do: jsonb 'null' cast to a number (from
// PostgreSQL 18 on), the time of an infinite timestamp, the sum of two closed paths.
bool ordinary_cast(const PgQuery__TypeName& type) {
    return among(type_name(type), {"int2", "int4", "int8", "numeric", "float4", "float8", "text", "varchar", "bpchar",
                                   "bool", "date", "timestamp", "timestamptz", "uuid"});
}

bool ordinary_column(const ColumnFact& fact) {
    const auto base = std::string_view(fact.log_type).substr(0, fact.log_type.find_first_of("( "));
    return fact.is_enum || (!fact.log_type.ends_with("[]") &&
                            among(base, {"smallint", "integer", "bigint", "numeric", "real", "double", "text",
                                         "character", "boolean", "date", "timestamp", "uuid"}));
}

bool reads_ordinary_columns(const Node* expression, const Flattened& arm, const Facts& facts) {
    bool ordinary = true;
    walk(expression, [&](const Node& node) {
        if (node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
            const auto* fact = fact_of(*node.column_ref, arm, facts);
            ordinary = ordinary && fact != nullptr && ordinary_column(*fact);
        }
        return ordinary;
    });
    return ordinary;
}

bool column_never_null(const PgQuery__ColumnRef& reference, const Flattened& arm, const Facts& facts) {
    const auto* fact = fact_of(reference, arm, facts);
    const bool looked_up = arm.found_by.contains(column_ref_parts(reference).front());
    return fact != nullptr && fact->not_null && !looked_up;
}

// Types whose constants mean the same under every setting and whose comparisons are immutable across types.
bool plain_type(std::string_view type) {
    return among(type, {"text", "varchar", "bpchar", "bool", "int2", "int4", "int8", "numeric", "uuid"});
}

bool string_type(std::string_view type) {
    return among(type, {"text", "varchar", "bpchar"});
}

std::string constant_type(const Node* node);

// Of the constants that the server writes with a cast. A quoted one is a value of its type, so reading it cannot fail;
// neither can a cast from string to string, or of a number to a wider type. Any other cast computes, and can.
std::string cast_constant_type(const PgQuery__TypeCast& cast) {
    const auto type = element_type_name(*cast.type_name);
    if (!plain_type(type) && type != "date") {
        return "";
    }
    if (string_type(type) && string_type(constant_type(cast.arg))) {
        return type;
    }
    const bool modified = cast.type_name->n_typmods > 0 && !string_type(type);
    if (modified || cast.arg->node_case != PG_QUERY__NODE__NODE_A_CONST) {
        return "";
    }
    const auto& constant = *cast.arg->a_const;
    const bool quoted = constant.isnull != 0 || constant.val_case == PG_QUERY__A__CONST__VAL_SVAL;
    const bool widened = (constant.val_case == PG_QUERY__A__CONST__VAL_IVAL && among(type, {"int8", "numeric"})) ||
                         (constant.val_case == PG_QUERY__A__CONST__VAL_FVAL && type == "numeric");
    return quoted || widened ? type : "";
}

// The type of a constant, or of the elements of an array of them; "" if the expression is none, one of a type that is
// not plain, or one whose evaluation could fail. "date" is for the caller to judge: a date compared with a timestamptz
// depends on the time zone.
std::string constant_type(const Node* node) {
    if (node->node_case == PG_QUERY__NODE__NODE_A_CONST) {
        return "numeric";  // numbers and booleans; the server writes the type of every other constant
    }
    if (node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST) {
        return cast_constant_type(*node->type_cast);
    }
    if (node->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR) {
        const auto elements = nodes(node->a_array_expr->n_elements, node->a_array_expr->elements);
        const auto type = elements.empty() ? "" : constant_type(elements.front());
        const bool same = std::all_of(elements.begin(), elements.end(),
                                      [&](const Node* element) { return constant_type(element) == type; });
        return same ? type : "";
    }
    return "";
}

const ColumnFact* column_of(const Node* node, const std::vector<ColumnFact>& columns) {
    if (node->node_case != PG_QUERY__NODE__NODE_COLUMN_REF) {
        return nullptr;
    }
    const auto name = column_ref_parts(*node->column_ref).back();
    const auto found =
        std::find_if(columns.begin(), columns.end(), [&](const ColumnFact& column) { return column.name == name; });
    return found == columns.end() ? nullptr : &*found;
}

// The type a column shows in a comparison: its own, or text if it is a string or enum written as text.
std::string column_type(const Node* node, const std::vector<ColumnFact>& columns) {
    if (const auto* column = column_of(node, columns)) {
        return column->type;
    }
    if (node->node_case != PG_QUERY__NODE__NODE_TYPE_CAST || type_name(*node->type_cast->type_name) != "text") {
        return "";
    }
    const auto* column = column_of(node->type_cast->arg, columns);
    const bool textual = column != nullptr && (column->is_enum || column->type.starts_with("character") ||
                                               column->type == "text" || column->type == "name");
    return textual ? "text" : "";
}

bool built_in_scalar(std::string_view type) {
    const auto base = type.substr(0, type.find('('));
    return among(base, {"text", "character varying", "character", "boolean", "smallint", "integer", "bigint", "numeric",
                        "uuid"});
}

bool safe_comparison(const PgQuery__AExpr& expression, const std::vector<ColumnFact>& columns) {
    const bool plain = expression.kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP ||
                       expression.kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY ||
                       expression.kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP_ALL ||
                       expression.kind == PG_QUERY__A__EXPR__KIND__AEXPR_DISTINCT ||
                       expression.kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT;
    if (!plain || !among(operator_name(expression), {"=", "<>", "<", "<=", ">", ">="}) || expression.lexpr == nullptr) {
        return false;
    }
    auto column = column_type(expression.lexpr, columns);
    auto constant = constant_type(expression.rexpr);
    if (column.empty()) {
        column = column_type(expression.rexpr, columns);
        constant = constant_type(expression.lexpr);
    }
    if (constant == "date" || column == "date") {
        return constant == column;
    }
    return built_in_scalar(column) && !constant.empty();
}

}  // namespace

const ColumnFact* fact_of(const PgQuery__ColumnRef& reference, const Flattened& arm, const Facts& facts) {
    const auto parts = column_ref_parts(reference);
    const auto relation = std::find_if(arm.relations.begin(), arm.relations.end(),
                                       [&](const Relation& one) { return one.alias == parts.front(); });
    if (relation == arm.relations.end()) {
        return nullptr;
    }
    const auto& columns = facts.tables.at(relation->table);
    const auto found =
        std::find_if(columns.begin(), columns.end(), [&](const ColumnFact& fact) { return fact.name == parts.back(); });
    return found == columns.end() ? nullptr : &*found;
}

bool never_null(const Node* node, const Flattened& arm, const Facts& facts) {
    const auto recurse = [&](const Node* child) { return never_null(child, arm, facts); };
    switch (node->node_case) {
        case PG_QUERY__NODE__NODE_COLUMN_REF:
            return column_never_null(*node->column_ref, arm, facts);
        case PG_QUERY__NODE__NODE_A_CONST:
            return node->a_const->isnull == 0;
        case PG_QUERY__NODE__NODE_TYPE_CAST:
            return ordinary_cast(*node->type_cast->type_name) && recurse(node->type_cast->arg) &&
                   reads_ordinary_columns(node->type_cast->arg, arm, facts);
        case PG_QUERY__NODE__NODE_A_EXPR:
            return node->a_expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP && node->a_expr->lexpr != nullptr &&
                   among(operator_name(*node->a_expr), {"+", "-", "*"}) && recurse(node->a_expr->lexpr) &&
                   recurse(node->a_expr->rexpr) && reads_ordinary_columns(node, arm, facts);
        case PG_QUERY__NODE__NODE_COALESCE_EXPR: {
            const auto args = nodes(node->coalesce_expr->n_args, node->coalesce_expr->args);
            return std::any_of(args.begin(), args.end(), recurse);
        }
        case PG_QUERY__NODE__NODE_CASE_EXPR: {
            const auto whens = nodes(node->case_expr->n_args, node->case_expr->args);
            return node->case_expr->defresult != nullptr && recurse(node->case_expr->defresult) &&
                   std::all_of(whens.begin(), whens.end(),
                               [&](const Node* when) { return recurse(when->case_when->result); });
        }
        case PG_QUERY__NODE__NODE_FUNC_CALL: {
            // Not extract and date_part: fields of an infinite moment are NULL.
            const auto args = nodes(node->func_call->n_args, node->func_call->args);
            const auto name = function_name_parts(*node->func_call);
            return name.back() == "date_trunc" && (name.size() == 1 || name.front() == "pg_catalog") &&
                   std::all_of(args.begin(), args.end(), recurse);
        }
        default:
            return false;
    }
}

bool safe_in_capture(const Node* node, const std::vector<ColumnFact>& columns) {
    switch (node->node_case) {
        case PG_QUERY__NODE__NODE_COLUMN_REF:
            return column_type(node, columns) == "boolean";
        case PG_QUERY__NODE__NODE_A_EXPR:
            return safe_comparison(*node->a_expr, columns);
        case PG_QUERY__NODE__NODE_NULL_TEST:
            return column_of(node->null_test->arg, columns) != nullptr;
        case PG_QUERY__NODE__NODE_BOOLEAN_TEST:
            return safe_in_capture(node->boolean_test->arg, columns);
        case PG_QUERY__NODE__NODE_BOOL_EXPR: {
            const auto args = nodes(node->bool_expr->n_args, node->bool_expr->args);
            return std::all_of(args.begin(), args.end(),
                               [&](const Node* arg) { return safe_in_capture(arg, columns); });
        }
        default:
            return false;
    }
}

}  // namespace freshet::query
