#include <algorithm>

#include "scope.hpp"
#include "shape_rules.hpp"

namespace freshet::query {
namespace {

bool reads_one_table(const Node& item, const WithScope& scope) {
    if (item.node_case == PG_QUERY__NODE__NODE_RANGE_VAR) {
        const auto with = scope.find(*item.range_var);
        return !with || reads_one_table(with->select(), with->scope);
    }
    if (item.node_case == PG_QUERY__NODE__NODE_RANGE_SUBSELECT) {
        return reads_one_table(*item.range_subselect->subquery->select_stmt, scope);
    }
    return item.node_case != PG_QUERY__NODE__NODE_JOIN_EXPR;
}

bool adds_up(const PgQuery__SelectStmt& select, const WithScope& around);

// Whether a UNION is among what stands in FROM.
bool adds_up(const Node& item, const WithScope& scope) {
    if (item.node_case == PG_QUERY__NODE__NODE_JOIN_EXPR) {
        return adds_up(*item.join_expr->larg, scope) || adds_up(*item.join_expr->rarg, scope);
    }
    if (item.node_case == PG_QUERY__NODE__NODE_RANGE_VAR) {
        const auto with = scope.find(*item.range_var);
        return with && adds_up(with->select(), with->scope);
    }
    return item.node_case == PG_QUERY__NODE__NODE_RANGE_SUBSELECT &&
           adds_up(*item.range_subselect->subquery->select_stmt, scope);
}

bool adds_up(const PgQuery__SelectStmt& select, const WithScope& around) {
    const auto scope = around.inside(select);
    const auto items = nodes(select.n_from_clause, select.from_clause);
    return select.op != PG_QUERY__SET_OPERATION__SETOP_NONE ||
           std::any_of(items.begin(), items.end(), [&](const Node* item) { return adds_up(*item, scope); });
}

// Whether a unique key decides which row is found is the server's business.
void check_outer_join(const PgQuery__JoinExpr& join, const Place& place, Findings& findings) {
    const auto keyword = [&] {
        return findings.text().last_before(leftmost(*join.rarg),
                                           {PG_QUERY__TOKEN__LEFT, PG_QUERY__TOKEN__RIGHT, PG_QUERY__TOKEN__FULL});
    };
    if (join.jointype == PG_QUERY__JOIN_TYPE__JOIN_FULL) {
        findings.add(Rule::full_join, keyword());
        return;
    }
    walk(join.quals, [&](const Node& node) {
        if (reads_rows(node)) {
            findings.add(Rule::sub_query_in_outer_join, leftmost(node));
        }
        return true;
    });
    const bool left = join.jointype == PG_QUERY__JOIN_TYPE__JOIN_LEFT;
    if (adds_up(left ? *join.rarg : *join.larg, place.scope)) {
        findings.add(Rule::outer_join_of_union, keyword(), left ? "LEFT" : "RIGHT");
    }
}

void check_join(const PgQuery__JoinExpr& join, const Place& place, Findings& findings) {
    if (place.role != Role::above && join.jointype != PG_QUERY__JOIN_TYPE__JOIN_INNER) {
        check_outer_join(join, place, findings);
    }
    check_from_item(*join.larg, place, findings);
    check_from_item(*join.rarg, place, findings);
    check_expression(join.quals, place, findings);
}

// A sub-select of a SELECT above levels.
void check_beside(const Node& item, const PgQuery__SelectStmt& select, const Place& place, Findings& findings) {
    if (is_constant(select)) {
        return;
    }
    if (role_of(select, place.scope, findings.aggregates()) == Role::rows) {
        findings.add(Rule::beside_grouping, leftmost(item), "a sub-select that does not group");
    }
    check_select(select, place.scope, findings);
}

void check_sub_select(const Node& item, const PgQuery__RangeSubselect& source, const Place& place, Findings& findings) {
    const auto& select = *source.subquery->select_stmt;
    if (place.role == Role::above) {
        check_beside(item, select, place, findings);
        return;
    }
    if (source.lateral != 0) {
        findings.add(Rule::lateral, findings.text().last_before(leftmost(item), {PG_QUERY__TOKEN__LATERAL_P}));
    }
    if (select.n_values_lists > 0) {
        findings.add(Rule::values_in_from, findings.text().last_before(leftmost(item), {PG_QUERY__TOKEN__VALUES}));
        return;
    }
    check_select(select, place.scope, findings);
}

// The same WITH query may be named often: what it reads itself is told once, by Findings.
void check_table(const Node& item, const Place& place, Findings& findings) {
    const auto& relation = *item.range_var;
    if (const auto with = place.scope.find(relation)) {
        if (is_constant(with->select())) {
            return;
        }
        if (place.role == Role::above && role_of(with->select(), with->scope, findings.aggregates()) == Role::rows) {
            findings.add(Rule::beside_grouping, leftmost(item),
                         "the WITH query " + std::string(relation.relname) + ", which does not group,");
        }
        check_select(with->select(), with->scope, findings);
        return;
    }
    if (place.role == Role::above) {
        findings.add(Rule::beside_grouping, leftmost(item), "table " + std::string(relation.relname));
    }
    if (relation.inh == 0) {
        findings.add(Rule::only_table, findings.text().last_before(leftmost(item), {PG_QUERY__TOKEN__ONLY}));
    }
}

}  // namespace

bool reads_one_table(const PgQuery__SelectStmt& select, const WithScope& scope) {
    return select.op == PG_QUERY__SET_OPERATION__SETOP_NONE && select.n_from_clause <= 1 &&
           (select.n_from_clause == 0 || reads_one_table(*select.from_clause[0], scope.inside(select)));
}

void check_from_item(const Node& item, const Place& place, Findings& findings) {
    const SourceText& text = findings.text();
    switch (item.node_case) {
        case PG_QUERY__NODE__NODE_RANGE_VAR:
            check_table(item, place, findings);
            break;
        case PG_QUERY__NODE__NODE_JOIN_EXPR:
            check_join(*item.join_expr, place, findings);
            break;
        case PG_QUERY__NODE__NODE_RANGE_SUBSELECT:
            check_sub_select(item, *item.range_subselect, place, findings);
            break;
        case PG_QUERY__NODE__NODE_RANGE_TABLE_SAMPLE:
            findings.add(Rule::table_sample, text.last_before(offset_of(item), {PG_QUERY__TOKEN__TABLESAMPLE}));
            break;
        default:
            findings.add(Rule::function_in_from, leftmost(item));
            break;
    }
}

}  // namespace freshet::query
