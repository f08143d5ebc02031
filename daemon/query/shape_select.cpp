// The clauses of one SELECT, and of the SELECTs below it in FROM.
#include "outputs.hpp"
#include "shape_names.hpp"
#include "shape_rules.hpp"

namespace freshet::query {
namespace {

using Select = PgQuery__SelectStmt;

// A bare DISTINCT is a list of one empty node. DISTINCT ON is fine over groups.
void check_distinct_on(const Select& select, const Place& place, Findings& findings) {
    if (place.role == Role::level && groups_by_distinct(select, findings.aggregates()) &&
        select.distinct_clause[0]->node_case != PG_QUERY__NODE__NODE__NOT_SET) {
        findings.add(Rule::distinct_on,
                     findings.text().last_before(leftmost(*select.distinct_clause[0]), {PG_QUERY__TOKEN__DISTINCT}));
    }
}

std::string name_of(PgQuery__GroupingSetKind kind) {
    switch (kind) {
        case PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_ROLLUP:
            return "ROLLUP";
        case PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_CUBE:
            return "CUBE";
        case PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_EMPTY:
            return "GROUP BY ()";
        default:
            return "GROUPING SETS";
    }
}

void check_group_by(const Select& select, const Place& place, Findings& findings) {
    for (const Node* key : nodes(select.n_group_clause, select.group_clause)) {
        if (place.role == Role::level && key->node_case == PG_QUERY__NODE__NODE_GROUPING_SET) {
            findings.add(Rule::grouping_sets, offset_of(*key), name_of(key->grouping_set->kind));
        }
        check_expression(key, place, findings);
    }
}

void check_limit(const Select& select, const Place& place, Findings& findings) {
    const SourceText& text = findings.text();
    if (place.role != Role::rows) {
        return;
    }
    if (select.limit_count != nullptr) {
        findings.add(Rule::limit,
                     text.last_before(leftmost(*select.limit_count), {PG_QUERY__TOKEN__LIMIT, PG_QUERY__TOKEN__FETCH}),
                     "LIMIT");
    }
    if (select.limit_offset != nullptr) {
        findings.add(Rule::limit, text.last_before(leftmost(*select.limit_offset), {PG_QUERY__TOKEN__OFFSET}),
                     "OFFSET");
    }
}

void check_surroundings(const Select& select, Findings& findings) {
    if (select.into_clause != nullptr) {
        const auto name = static_cast<std::size_t>(select.into_clause->rel->location);
        findings.add(Rule::into, findings.text().last_before(name, {PG_QUERY__TOKEN__INTO}));
    }
    if (select.n_locking_clause > 0) {
        findings.add(Rule::locking, findings.text().locking_after(leftmost(select)));
    }
}

void check_select_list(const Select& select, const Place& place, Findings& findings) {
    for (const Node* item : nodes(select.n_target_list, select.target_list)) {
        const Node* value = item->res_target->val;
        if (place.role == Role::rows || !is_moment_of_writing(*value)) {
            check_expression(value, place, findings);
        }
    }
}

void check_from(const Select& select, const Place& place, Findings& findings) {
    if (select.n_from_clause == 0 && place.role == Role::level) {
        findings.add(Rule::no_from, select_keyword(select, findings.text()));
    }
    for (const Node* item : nodes(select.n_from_clause, select.from_clause)) {
        check_from_item(*item, place, findings);
    }
}

const char* name_of(PgQuery__SetOperation operation) {
    switch (operation) {
        case PG_QUERY__SET_OPERATION__SETOP_INTERSECT:
            return "INTERSECT";
        case PG_QUERY__SET_OPERATION__SETOP_EXCEPT:
            return "EXCEPT";
        default:
            return "UNION";
    }
}

void check_operand(const Select& operand, const Place& place, Findings& findings) {
    if (place.role == Role::above && is_constant(operand)) {
        return;
    }
    if (place.role == Role::above && role_of(operand, place.scope, findings.aggregates()) == Role::rows) {
        findings.add(Rule::beside_grouping, select_keyword(operand, findings.text()), "a SELECT that does not group");
    }
    check_select(operand, place.scope, findings);
}

void check_set_operation(const Select& select, const Place& place, Findings& findings) {
    const bool union_all = select.op == PG_QUERY__SET_OPERATION__SETOP_UNION && select.all != 0;
    if (place.role == Role::rows && !union_all) {
        findings.add(
            Rule::set_operation,
            findings.text().last_before(leftmost(*select.rarg),
                                        {PG_QUERY__TOKEN__UNION, PG_QUERY__TOKEN__INTERSECT, PG_QUERY__TOKEN__EXCEPT}),
            name_of(select.op));
    }
    check_operand(*select.larg, place, findings);
    check_operand(*select.rarg, place, findings);
}

void check_expressions(std::size_t count, Node** list, const Place& place, Findings& findings) {
    for (const Node* expression : nodes(count, list)) {
        check_expression(expression, place, findings);
    }
}

// Constants are fine above the groups, where they are only read.
void check_values(const Select& select, Findings& findings) {
    findings.add(Rule::values_in_from, findings.text().last_before(leftmost(select), {PG_QUERY__TOKEN__VALUES}));
}

}  // namespace

void check_select(const Select& select, const WithScope& around, Findings& findings) {
    const Place place{role_of(select, around, findings.aggregates()), around.inside(select)};
    check_surroundings(select, findings);
    check_limit(select, place, findings);
    if (select.op != PG_QUERY__SET_OPERATION__SETOP_NONE) {
        check_set_operation(select, place, findings);
        return;
    }
    if (select.n_values_lists > 0 && place.role == Role::rows) {
        check_values(select, findings);
        return;
    }
    check_distinct_on(select, place, findings);
    check_select_list(select, place, findings);
    check_from(select, place, findings);
    check_expression(select.where_clause, place, findings);
    check_group_by(select, place, findings);
    check_expression(select.having_clause, place, findings);
    check_expressions(select.n_sort_clause, select.sort_clause, place, findings);
    check_expressions(select.n_window_clause, select.window_clause, place, findings);
}

}  // namespace freshet::query
