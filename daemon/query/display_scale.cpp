// How many digits after the point every value of a numeric expression shows: the scale of PostgreSQL's documentation,
// followed through the operators whose result has a scale that depends on those of the operands alone (numeric.c).
#include <algorithm>
#include <charconv>

#include "scope.hpp"

namespace freshet::query {

namespace {

using Scale = std::optional<int>;

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// Of a type as format_type writes it. A negative scale rounds to tens, and shows no digits.
Scale scale_of_type(std::string_view type) {
    if (type == "smallint" || type == "integer" || type == "bigint") {
        return 0;
    }
    const auto comma = type.find(',');
    if (!type.starts_with("numeric(") || comma == std::string_view::npos) {
        return std::nullopt;
    }
    const auto scale = number(type.substr(comma + 1, type.size() - comma - 2));
    return scale ? Scale(std::max(*scale, 0)) : std::nullopt;
}

// Of a literal such as 1.50; one with an exponent is left alone.
Scale scale_of_digits(std::string_view digits) {
    if (digits.find_first_not_of("-0123456789.") != std::string_view::npos) {
        return std::nullopt;
    }
    const auto point = digits.find('.');
    return point == std::string_view::npos ? 0 : static_cast<int>(digits.size() - point - 1);
}

const PgQuery__AConst* constant(const Node* node) {
    return node->node_case == PG_QUERY__NODE__NODE_A_CONST ? node->a_const : nullptr;
}

std::string own_name(const std::vector<std::string>& parts) {
    return parts.size() == 1 || (parts.size() == 2 && parts.front() == "pg_catalog") ? parts.back() : "";
}

std::vector<std::string> strings(std::size_t count, Node** list) {
    std::vector<std::string> parts;
    for (const auto* part : nodes(count, list)) {
        parts.emplace_back(part->string->sval);
    }
    return parts;
}

// nullopt is always right.
class DisplayScale {
  public:
    DisplayScale(const Flattened& arm, const Facts& facts) : arm_(arm), facts_(facts) {}

    Scale of(const Node* node) const {
        switch (node->node_case) {
            case PG_QUERY__NODE__NODE_COLUMN_REF:
                return of_column(*node->column_ref);
            case PG_QUERY__NODE__NODE_A_CONST:
                return of_constant(*node->a_const);
            case PG_QUERY__NODE__NODE_TYPE_CAST:
                return of_cast(*node->type_cast);
            case PG_QUERY__NODE__NODE_A_EXPR:
                return of_operator(*node->a_expr);
            case PG_QUERY__NODE__NODE_FUNC_CALL:
                return of_function(*node->func_call);
            case PG_QUERY__NODE__NODE_COALESCE_EXPR:
                return same(nodes(node->coalesce_expr->n_args, node->coalesce_expr->args));
            case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
                return same(nodes(node->min_max_expr->n_args, node->min_max_expr->args));
            case PG_QUERY__NODE__NODE_CASE_EXPR:
                return of_case(*node->case_expr);
            default:
                return std::nullopt;
        }
    }

  private:
    Scale of_column(const PgQuery__ColumnRef& reference) const {
        const auto parts = column_ref_parts(reference);
        const auto relation = std::find_if(arm_.relations.begin(), arm_.relations.end(),
                                           [&](const Relation& one) { return one.alias == parts.front(); });
        if (relation == arm_.relations.end()) {
            return std::nullopt;
        }
        const auto& columns = facts_.tables.at(relation->table);
        const auto column = std::find_if(columns.begin(), columns.end(),
                                         [&](const ColumnFact& fact) { return fact.name == parts.back(); });
        return column == columns.end() ? std::nullopt : scale_of_type(column->type);
    }

    static Scale of_constant(const PgQuery__AConst& value) {
        switch (value.val_case) {
            case PG_QUERY__A__CONST__VAL_IVAL:
                return 0;
            case PG_QUERY__A__CONST__VAL_FVAL:
                return scale_of_digits(value.fval->fval);
            default:
                return std::nullopt;
        }
    }

    Scale of_cast(const PgQuery__TypeCast& cast) const {
        const auto type = own_name(strings(cast.type_name->n_names, cast.type_name->names));
        if (cast.type_name->n_array_bounds > 0) {
            return std::nullopt;
        }
        if (type == "int2" || type == "int4" || type == "int8") {
            return 0;
        }
        if (type != "numeric") {
            return std::nullopt;
        }
        const auto modifiers = nodes(cast.type_name->n_typmods, cast.type_name->typmods);
        if (modifiers.empty()) {
            const auto* value = constant(cast.arg);
            return value != nullptr && value->val_case == PG_QUERY__A__CONST__VAL_SVAL
                       ? scale_of_digits(value->sval->sval)
                       : of(cast.arg);
        }
        if (modifiers.size() == 1) {
            return 0;
        }
        const auto* scale = constant(modifiers[1]);
        return scale != nullptr && scale->val_case == PG_QUERY__A__CONST__VAL_IVAL
                   ? Scale(std::max(scale->ival->ival, 0))
                   : std::nullopt;
    }

    Scale of_operator(const PgQuery__AExpr& expression) const {
        const auto name = own_name(strings(expression.n_name, expression.name));
        if (expression.kind == PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF) {
            return of(expression.lexpr);
        }
        if (expression.kind != PG_QUERY__A__EXPR__KIND__AEXPR_OP) {
            return std::nullopt;
        }
        const auto right = of(expression.rexpr);
        if (expression.lexpr == nullptr) {
            return name == "-" || name == "+" ? right : std::nullopt;
        }
        const auto left = of(expression.lexpr);
        if (!left || !right) {
            return std::nullopt;
        }
        return name == "*"                                 ? Scale(*left + *right)
               : name == "+" || name == "-" || name == "%" ? Scale(std::max(*left, *right))
                                                           : std::nullopt;
    }

    Scale of_function(const PgQuery__FuncCall& call) const {
        const auto name = own_name(function_name_parts(call));
        const auto args = nodes(call.n_args, call.args);
        if (args.size() == 1 && name == "abs") {
            return of(args[0]);
        }
        const bool cuts = name == "round" || name == "trunc";
        if (args.size() == 1 && (cuts || name == "ceil" || name == "ceiling" || name == "floor")) {
            // There are functions of these names over floats.
            return of(args[0]) ? Scale(0) : std::nullopt;
        }
        const auto* digits = args.size() == 2 && cuts ? constant(args[1]) : nullptr;
        return digits != nullptr && digits->val_case == PG_QUERY__A__CONST__VAL_IVAL
                   ? Scale(std::max(digits->ival->ival, 0))
                   : std::nullopt;
    }

    Scale of_case(const PgQuery__CaseExpr& expression) const {
        std::vector<Node*> results;
        for (const auto* when : nodes(expression.n_args, expression.args)) {
            results.push_back(when->case_when->result);
        }
        if (expression.defresult != nullptr) {
            results.push_back(expression.defresult);
        }
        return same(results);
    }

    // What all of them show; NULL shows nothing.
    Scale same(const std::vector<Node*>& branches) const {
        Scale common;
        for (const auto* branch : branches) {
            if (always_null(branch)) {
                continue;
            }
            const auto scale = of(branch);
            if (!scale || (common && *common != *scale)) {
                return std::nullopt;
            }
            common = scale;
        }
        return common;
    }

    const Flattened& arm_;
    const Facts& facts_;
};

}  // namespace

bool always_null(const Node* expression) {
    if (expression->node_case == PG_QUERY__NODE__NODE_TYPE_CAST) {
        return always_null(expression->type_cast->arg);
    }
    const auto* value = constant(expression);
    return value != nullptr && value->isnull != 0;
}

std::optional<int> display_scale(const Node* expression, const Flattened& arm, const Facts& facts) {
    return DisplayScale(arm, facts).of(expression);
}

}  // namespace freshet::query
