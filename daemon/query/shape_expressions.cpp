#include "outputs.hpp"
#include "shape_names.hpp"
#include "shape_rules.hpp"

namespace freshet::query {
namespace {

void reject_aggregates_inside(const PgQuery__FuncCall& call, Findings& findings) {
    for (const Node* argument : nodes(call.n_args, call.args)) {
        walk(argument, [&](const Node& node) {
            if (is_aggregate(node, findings.aggregates())) {
                findings.add(Rule::aggregate_of_aggregate, offset_of(node), display_name(*node.func_call));
            }
            return node.node_case != PG_QUERY__NODE__NODE_SUB_LINK;
        });
    }
}

void check_aggregate(const Node& node, const Place& place, Findings& findings) {
    const PgQuery__FuncCall& call = *node.func_call;
    if (place.role == Role::level && undecided_by_order(call) != nullptr) {
        findings.add(Rule::row_order, offset_of(node), display_name(call));
    }
    reject_aggregates_inside(call, findings);
}

void check_call(const Node& node, const Place& place, Findings& findings) {
    const std::size_t offset = offset_of(node);
    const std::string name = display_name(*node.func_call) + "()";
    if (node.func_call->over != nullptr) {
        if (place.role == Role::rows) {
            findings.add(Rule::window, offset);
        }
        return;
    }
    switch (kind_of(*node.func_call)) {
        case FunctionKind::aggregate:
        case FunctionKind::other_aggregate:
            check_aggregate(node, place, findings);
            break;
        case FunctionKind::set_returning:
            findings.add(Rule::set_returning, offset, name);
            break;
        case FunctionKind::time_dependent:
            findings.add(Rule::time_dependent, offset, name);
            break;
        case FunctionKind::volatile_value:
            findings.add(Rule::volatile_value, offset, name);
            break;
        case FunctionKind::session_dependent:
            findings.add(Rule::session_dependent, offset, name);
            break;
        case FunctionKind::other:
            break;
    }
}

void check_column(const Node& node, Findings& findings) {
    const std::string name = column_ref_parts(*node.column_ref).back();
    if (is_system_column(name)) {
        findings.add(Rule::system_column, offset_of(node), name);
    }
}

// Whether there is a row, or which, is up to unique keys: the server's business.
bool may_find_one_row(const PgQuery__SubLink& link, const Place& place, const Findings& findings) {
    const auto& select = *link.subselect->select_stmt;
    switch (link.sub_link_type) {
        case PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK:
        case PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK:
            break;
        case PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK:
            if (link.n_oper_name > 0 && link.oper_name[0]->string->sval != std::string("=")) {
                return false;
            }
            break;
        default:
            return false;
    }
    return place.role != Role::above && reads_one_table(select, place.scope) &&
           role_of(select, place.scope, findings.aggregates()) == Role::rows;
}

// Over groups, a sub-query may read groups, too.
void check_sub_query(const Node& node, const Place& place, Findings& findings) {
    const auto& select = *node.sub_link->subselect->select_stmt;
    if (place.role != Role::rows && role_of(select, place.scope, findings.aggregates()) != Role::rows) {
        check_select(select, place.scope, findings);
    } else if (!is_constant(select) && (select.limit_count != nullptr || select.limit_offset != nullptr)) {
        findings.add(Rule::limit_of_sub_query, leftmost(node));
    } else if (may_find_one_row(*node.sub_link, place, findings)) {
        check_select(select, place.scope, findings);
    } else if (!is_constant(select)) {
        findings.add(Rule::sub_query, leftmost(node));
    }
}

void check_node(const Node& node, const Place& place, Findings& findings) {
    switch (node.node_case) {
        case PG_QUERY__NODE__NODE_FUNC_CALL:
            check_call(node, place, findings);
            break;
        case PG_QUERY__NODE__NODE_COLUMN_REF:
            check_column(node, findings);
            break;
        case PG_QUERY__NODE__NODE_SUB_LINK:
            check_sub_query(node, place, findings);
            break;
        case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION:
            findings.add(is_time(*node.sqlvalue_function) ? Rule::time_dependent : Rule::session_dependent,
                         offset_of(node), display_name(*node.sqlvalue_function));
            break;
        case PG_QUERY__NODE__NODE_TYPE_CAST:
            if (is_moving_literal(*node.type_cast)) {
                findings.add(Rule::moving_literal, leftmost(node),
                             "'" + std::string(node.type_cast->arg->a_const->sval->sval) + "'");
            }
            break;
        case PG_QUERY__NODE__NODE_PARAM_REF:
            findings.add(Rule::parameter, offset_of(node), "$" + std::to_string(node.param_ref->number));
            break;
        case PG_QUERY__NODE__NODE_GROUPING_FUNC:
            findings.add(Rule::grouping_sets, offset_of(node), "GROUPING");
            break;
        default:
            break;
    }
}

}  // namespace

void check_expression(const Node* expression, const Place& place, Findings& findings) {
    walk(expression, [&](const Node& node) {
        check_node(node, place, findings);
        return node.node_case != PG_QUERY__NODE__NODE_SUB_LINK;
    });
}

}  // namespace freshet::query
