// How many digits after the point the values of a numeric expression show: the scale of PostgreSQL's documentation,
// followed through the operators whose result has a scale that depends on those of the operands alone (numeric.c).
#include <algorithm>
#include <charconv>
#include <set>

#include "scope.hpp"

namespace freshet::query {

namespace {

using Scale = std::optional<int>;
using Scales = std::set<int>;  // empty: any

Scales one(Scale scale) {
    return scale ? Scales{*scale} : Scales{};
}

// What an operator makes of each pair of them.
template <typename Combine>
Scales combined(const Scales& left, const Scales& right, Combine combine) {
    Scales result;
    for (const int l : left) {
        for (const int r : right) {
            result.insert(combine(l, r));
        }
    }
    return result;
}

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

// None is always right.
class DisplayScales {
  public:
    DisplayScales(const Flattened& arm, const Facts& facts) : arm_(arm), facts_(facts) {}

    Scales of(const Node* node) const {
        switch (node->node_case) {
            case PG_QUERY__NODE__NODE_COLUMN_REF:
                return one(of_column(*node->column_ref));
            case PG_QUERY__NODE__NODE_A_CONST:
                return one(of_constant(*node->a_const));
            case PG_QUERY__NODE__NODE_TYPE_CAST:
                return of_cast(*node->type_cast);
            case PG_QUERY__NODE__NODE_A_EXPR:
                return of_operator(*node->a_expr);
            case PG_QUERY__NODE__NODE_FUNC_CALL:
                return of_function(*node->func_call);
            case PG_QUERY__NODE__NODE_COALESCE_EXPR:
                return any_of(nodes(node->coalesce_expr->n_args, node->coalesce_expr->args));
            case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
                return any_of(nodes(node->min_max_expr->n_args, node->min_max_expr->args));
            case PG_QUERY__NODE__NODE_CASE_EXPR:
                return of_case(*node->case_expr);
            default:
                return {};
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

    Scales of_cast(const PgQuery__TypeCast& cast) const {
        const auto type = own_name(strings(cast.type_name->n_names, cast.type_name->names));
        if (cast.type_name->n_array_bounds > 0) {
            return {};
        }
        if (type == "int2" || type == "int4" || type == "int8") {
            return {0};
        }
        if (type != "numeric") {
            return {};
        }
        const auto modifiers = nodes(cast.type_name->n_typmods, cast.type_name->typmods);
        if (modifiers.empty()) {
            const auto* value = constant(cast.arg);
            return value != nullptr && value->val_case == PG_QUERY__A__CONST__VAL_SVAL
                       ? one(scale_of_digits(value->sval->sval))
                       : of(cast.arg);
        }
        if (modifiers.size() == 1) {
            return {0};
        }
        const auto* scale = constant(modifiers[1]);
        return scale != nullptr && scale->val_case == PG_QUERY__A__CONST__VAL_IVAL
                   ? Scales{std::max(scale->ival->ival, 0)}
                   : Scales{};
    }

    Scales of_operator(const PgQuery__AExpr& expression) const {
        const auto name = own_name(strings(expression.n_name, expression.name));
        if (expression.kind == PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF) {
            return of(expression.lexpr);
        }
        if (expression.kind != PG_QUERY__A__EXPR__KIND__AEXPR_OP) {
            return {};
        }
        const auto right = of(expression.rexpr);
        if (expression.lexpr == nullptr) {
            return name == "-" || name == "+" ? right : Scales{};
        }
        const auto left = of(expression.lexpr);
        if (name == "*") {
            return combined(left, right, [](int l, int r) { return l + r; });
        }
        return name == "+" || name == "-" || name == "%"
                   ? combined(left, right, [](int l, int r) { return std::max(l, r); })
                   : Scales{};
    }

    Scales of_function(const PgQuery__FuncCall& call) const {
        const auto name = own_name(function_name_parts(call));
        const auto args = nodes(call.n_args, call.args);
        if (args.size() == 1 && name == "abs") {
            return of(args[0]);
        }
        const bool cuts = name == "round" || name == "trunc";
        if (args.size() == 1 && (cuts || name == "ceil" || name == "ceiling" || name == "floor")) {
            // There are functions of these names over floats.
            return of(args[0]).empty() ? Scales{} : Scales{0};
        }
        const auto* digits = args.size() == 2 && cuts ? constant(args[1]) : nullptr;
        return digits != nullptr && digits->val_case == PG_QUERY__A__CONST__VAL_IVAL
                   ? Scales{std::max(digits->ival->ival, 0)}
                   : Scales{};
    }

    Scales of_case(const PgQuery__CaseExpr& expression) const {
        std::vector<Node*> results;
        for (const auto* when : nodes(expression.n_args, expression.args)) {
            results.push_back(when->case_when->result);
        }
        if (expression.defresult != nullptr) {
            results.push_back(expression.defresult);
        }
        return any_of(results);
    }

    // What one or the other of them shows; NULL shows nothing.
    Scales any_of(const std::vector<Node*>& branches) const {
        Scales all;
        for (const auto* branch : branches) {
            if (always_null(branch)) {
                continue;
            }
            const auto scales = of(branch);
            if (scales.empty()) {
                return {};
            }
            all.insert(scales.begin(), scales.end());
        }
        return all;
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

std::set<int> display_scales(const Node* expression, const Flattened& arm, const Facts& facts) {
    return DisplayScales(arm, facts).of(expression);
}

}  // namespace freshet::query
