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

std::string type_name(const PgQuery__TypeName& type) {
    const auto names = nodes(type.n_names, type.names);
    if (type.n_array_bounds > 0 || names.empty()) {
        return "";
    }
    if (names.size() == 2 && std::string_view(names[0]->string->sval) != "pg_catalog") {
        return "";
    }
    return names.back()->string->sval;
}

bool column_never_null(const PgQuery__ColumnRef& reference, const Flattened& arm, const Facts& facts) {
    const auto parts = column_ref_parts(reference);
    const auto relation = std::find_if(arm.relations.begin(), arm.relations.end(),
                                       [&](const Relation& one) { return one.alias == parts.front(); });
    if (relation == arm.relations.end()) {
        return false;
    }
    const auto& columns = facts.tables.at(relation->table);
    return std::any_of(columns.begin(), columns.end(),
                       [&](const ColumnFact& fact) { return fact.name == parts.back() && fact.not_null; });
}

// Types whose constants mean the same under every setting and whose comparisons are immutable across types.
bool plain_type(std::string_view type) {
    return among(type, {"text", "varchar", "bpchar", "bool", "int2", "int4", "int8", "numeric", "uuid"});
}

// The type of a constant, "" if the expression is none, or one of a type that is not plain. "date" is for the caller
// to judge: a date compared with a timestamptz depends on the time zone.
std::string constant_type(const Node* node) {
    if (node->node_case == PG_QUERY__NODE__NODE_A_CONST) {
        return "numeric";  // numbers and booleans; the server writes the type of every other constant
    }
    if (node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST) {
        const auto type = type_name(*node->type_cast->type_name);
        const bool known = plain_type(type) || type == "date";
        return known && !constant_type(node->type_cast->arg).empty() ? type : "";
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

bool never_null(const Node* node, const Flattened& arm, const Facts& facts) {
    const auto recurse = [&](const Node* child) { return never_null(child, arm, facts); };
    switch (node->node_case) {
        case PG_QUERY__NODE__NODE_COLUMN_REF:
            return column_never_null(*node->column_ref, arm, facts);
        case PG_QUERY__NODE__NODE_A_CONST:
            return node->a_const->isnull == 0;
        case PG_QUERY__NODE__NODE_TYPE_CAST:
            return recurse(node->type_cast->arg);
        case PG_QUERY__NODE__NODE_A_EXPR:
            return node->a_expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP && node->a_expr->lexpr != nullptr &&
                   among(operator_name(*node->a_expr), {"+", "-", "*"}) && recurse(node->a_expr->lexpr) &&
                   recurse(node->a_expr->rexpr);
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
            const auto args = nodes(node->func_call->n_args, node->func_call->args);
            return among(function_name_parts(*node->func_call).back(), {"date_trunc", "date_part", "extract"}) &&
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
