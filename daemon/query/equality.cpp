#include "freshet/query/equality.hpp"

#include "freshet/query/tree.hpp"

namespace freshet::query {

namespace {

std::optional<QualifiedColumn> column_of(const Node* node) {
    if (node == nullptr || node->node_case != PG_QUERY__NODE__NODE_COLUMN_REF) {
        return std::nullopt;
    }
    const auto parts = column_ref_parts(*node->column_ref);
    return parts.size() == 2 ? std::optional(QualifiedColumn{parts[0], parts[1]}) : std::nullopt;
}

std::optional<Equality> equality_of(const Node& node) {
    if (node.node_case != PG_QUERY__NODE__NODE_A_EXPR || node.a_expr->kind != PG_QUERY__A__EXPR__KIND__AEXPR_OP) {
        return std::nullopt;
    }
    const auto& expression = *node.a_expr;
    const auto left = column_of(expression.lexpr);
    const auto right = column_of(expression.rexpr);
    const std::string name = expression.name[expression.n_name - 1]->string->sval;
    return name == "=" && left && right ? std::optional(Equality{*left, *right}) : std::nullopt;
}

}  // namespace

std::optional<Equality> column_equality(std::string_view condition) {
    try {
        return equality_of(*Tree::parse_expression(condition).expression());
    } catch (const SyntaxError&) {
        return std::nullopt;
    }
}

std::optional<QualifiedColumn> plain_column(std::string_view expression) {
    try {
        return column_of(Tree::parse_expression(expression).expression());
    } catch (const SyntaxError&) {
        return std::nullopt;
    }
}

}  // namespace freshet::query
