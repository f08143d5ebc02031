#include "roles.hpp"

#include <algorithm>

#include "freshet/query/normal_form.hpp"
#include "shape_names.hpp"

namespace freshet::query {

namespace {

using Select = PgQuery__SelectStmt;

// Aggregates of a SELECT in a sub-query are not its own.
bool has_aggregate(const Node* expression, const AggregateNames& others) {
    bool found = false;
    walk(expression, [&](const Node& node) {
        found = found || is_aggregate(node, others);
        return !found && node.node_case != PG_QUERY__NODE__NODE_SUB_LINK;
    });
    return found;
}

bool calls_window(const Node* expression) {
    bool found = false;
    walk(expression, [&](const Node& node) {
        found = found || (node.node_case == PG_QUERY__NODE__NODE_FUNC_CALL && node.func_call->over != nullptr);
        return !found && node.node_case != PG_QUERY__NODE__NODE_SUB_LINK;
    });
    return found;
}

bool any_of(std::size_t count, Node** list, const std::function<bool(const Node*)>& test) {
    const auto all = nodes(count, list);
    return std::any_of(all.begin(), all.end(), test);
}

bool aggregates(const Select& select, const AggregateNames& others) {
    const auto test = [&](const Node* node) { return has_aggregate(node, others); };
    return select.n_group_clause > 0 || select.having_clause != nullptr ||
           any_of(select.n_target_list, select.target_list, test) ||
           any_of(select.n_sort_clause, select.sort_clause, test);
}

bool names_a_level(const PgQuery__RangeVar& relation) {
    return *relation.schemaname == '\0' && std::string_view(relation.relname).starts_with(level_relation_prefix);
}

bool reads_levels(const Select& select, const WithScope& scope, const AggregateNames& others) {
    return any_of(select.n_from_clause, select.from_clause,
                  [&](const Node* item) { return bears_level(*item, scope, others); });
}

bool has_grouped_sub_query(const Node* expression, const WithScope& scope, const AggregateNames& others) {
    bool found = false;
    walk(expression, [&](const Node& node) {
        const bool link = node.node_case == PG_QUERY__NODE__NODE_SUB_LINK;
        found = found || (link && role_of(*node.sub_link->subselect->select_stmt, scope, others) != Role::rows);
        return !found && !link;
    });
    return found;
}

}  // namespace

bool is_aggregate(const Node& node, const AggregateNames& others) {
    if (node.node_case != PG_QUERY__NODE__NODE_FUNC_CALL || node.func_call->over != nullptr) {
        return false;
    }
    const auto kind = kind_of(*node.func_call);
    return kind == FunctionKind::aggregate || kind == FunctionKind::other_aggregate ||
           others.contains(display_name(*node.func_call));
}

bool groups(const Select& select, const AggregateNames& others) {
    return aggregates(select, others) || select.n_distinct_clause > 0;
}

bool bears_level(const Node& item, const WithScope& scope, const AggregateNames& others) {
    switch (item.node_case) {
        case PG_QUERY__NODE__NODE_RANGE_VAR: {
            const auto with = scope.find(*item.range_var);
            return with ? role_of(with->select(), with->scope, others) != Role::rows : names_a_level(*item.range_var);
        }
        case PG_QUERY__NODE__NODE_JOIN_EXPR:
            return bears_level(*item.join_expr->larg, scope, others) ||
                   bears_level(*item.join_expr->rarg, scope, others);
        case PG_QUERY__NODE__NODE_RANGE_SUBSELECT:
            return role_of(*item.range_subselect->subquery->select_stmt, scope, others) != Role::rows;
        default:
            return false;
    }
}

Role role_of(const Select& select, const WithScope& around, const AggregateNames& others) {
    const auto scope = around.inside(select);
    if (select.op != PG_QUERY__SET_OPERATION__SETOP_NONE) {
        const bool rows =
            role_of(*select.larg, scope, others) == Role::rows && role_of(*select.rarg, scope, others) == Role::rows;
        return rows ? Role::rows : Role::above;
    }
    if (reads_levels(select, scope, others)) {
        return Role::above;
    }
    return groups(select, others) ? Role::level : Role::rows;
}

bool groups_by_distinct(const Select& select, const AggregateNames& others) {
    return select.n_distinct_clause > 0 && !aggregates(select, others);
}

bool has_window(const Select& select) {
    return any_of(select.n_target_list, select.target_list, [](const Node* node) { return calls_window(node); });
}

bool is_constant(const Select& select) {
    bool reads = false;
    walk(select, [&](const Node& node) {
        reads = reads || node.node_case == PG_QUERY__NODE__NODE_RANGE_VAR;
        return !reads;
    });
    return !reads;
}

bool computes_over_groups(const Select& select, const WithScope& around, const AggregateNames& others) {
    const auto scope = around.inside(select);
    const auto groups_inside = [&](const Node* expression) { return has_grouped_sub_query(expression, scope, others); };
    return select.n_sort_clause > 0 || select.limit_count != nullptr || select.limit_offset != nullptr ||
           (select.n_distinct_clause > 0 && !groups_by_distinct(select, others)) || has_window(select) ||
           any_of(select.n_target_list, select.target_list, groups_inside) || groups_inside(select.having_clause);
}

}  // namespace freshet::query
