// The clauses of one SELECT, and of the SELECTs below it in FROM.
#include "shape_names.hpp"
#include "shape_rules.hpp"

namespace freshet::query {
namespace {

using Select = PgQuery__SelectStmt;

// Where the SELECT itself begins, after its WITH.
std::size_t select_keyword(const Select& select, const Findings& findings) {
    const std::size_t first = select.n_target_list > 0 ? leftmost(*select.target_list[0]) : leftmost(select);
    return findings.text().last_before(first, {PG_QUERY__TOKEN__SELECT});
}

// A bare DISTINCT is a list of one empty node.
bool is_distinct_on(const Select& select) {
    return select.distinct_clause[0]->node_case != PG_QUERY__NODE__NODE__NOT_SET;
}

void check_distinct(const Select& select, Findings& findings) {
    if (select.n_distinct_clause == 0) {
        return;
    }
    const bool on = is_distinct_on(select);
    const std::size_t after = on                         ? leftmost(*select.distinct_clause[0])
                              : select.n_target_list > 0 ? leftmost(*select.target_list[0])
                                                         : leftmost(select);
    findings.add(on ? Rule::distinct_on : Rule::distinct,
                 findings.text().last_before(after, {PG_QUERY__TOKEN__DISTINCT}));
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

void check_group_by(const Select& select, Place place, Findings& findings) {
    if (select.n_group_clause == 0) {
        if (place == Place::grouped_select) {
            findings.add(Rule::no_group_by, select_keyword(select, findings));
        }
        return;
    }
    if (place == Place::sub_select) {
        const std::size_t first = leftmost(*select.group_clause[0]);
        findings.add(Rule::nested_group_by, findings.text().last_before(first, {PG_QUERY__TOKEN__GROUP_P}));
    }
    for (const Node* key : nodes(select.n_group_clause, select.group_clause)) {
        if (key->node_case == PG_QUERY__NODE__NODE_GROUPING_SET) {
            findings.add(Rule::grouping_sets, offset_of(*key), name_of(key->grouping_set->kind));
        }
        check_expression(key, place, findings);
    }
}

void check_having(const Select& select, Findings& findings) {
    if (select.having_clause != nullptr) {
        const std::size_t condition = leftmost(*select.having_clause);
        findings.add(Rule::having, findings.text().last_before(condition, {PG_QUERY__TOKEN__HAVING}));
    }
}

void check_ends(const Select& select, Findings& findings) {
    const SourceText& text = findings.text();
    if (select.n_sort_clause > 0) {
        findings.add(Rule::order_by, text.last_before(leftmost(*select.sort_clause[0]), {PG_QUERY__TOKEN__ORDER}));
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
    if (select.n_locking_clause > 0) {
        findings.add(Rule::locking, text.locking_after(leftmost(select)));
    }
}

void check_surroundings(const Select& select, Findings& findings) {
    if (select.with_clause != nullptr) {
        findings.add(Rule::with_clause, static_cast<std::size_t>(select.with_clause->location));
    }
    if (select.into_clause != nullptr) {
        const auto name = static_cast<std::size_t>(select.into_clause->rel->location);
        findings.add(Rule::into, findings.text().last_before(name, {PG_QUERY__TOKEN__INTO}));
    }
    for (const Node* window : nodes(select.n_window_clause, select.window_clause)) {
        findings.add(Rule::window, findings.text().last_before(leftmost(*window), {PG_QUERY__TOKEN__WINDOW}));
    }
}

// The moment a row was written, in the outermost select list: understood, and not part of the query's result.
bool is_write_time(const Node& item) {
    if (item.node_case == PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION) {
        return item.sqlvalue_function->op == PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP;
    }
    return item.node_case == PG_QUERY__NODE__NODE_FUNC_CALL && display_name(*item.func_call) == "now";
}

void check_select_list(const Select& select, Place place, Findings& findings) {
    for (const Node* item : nodes(select.n_target_list, select.target_list)) {
        const Node* value = item->res_target->val;
        if (place == Place::sub_select || !is_write_time(*value)) {
            check_expression(value, place, findings);
        }
    }
}

void check_from(const Select& select, Findings& findings) {
    if (select.n_from_clause == 0) {
        findings.add(Rule::no_from, select_keyword(select, findings));
    }
    for (const Node* item : nodes(select.n_from_clause, select.from_clause)) {
        check_from_item(*item, findings);
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

void check_set_operation(const Select& select, Place place, Findings& findings) {
    const std::size_t keyword = findings.text().last_before(
        leftmost(*select.rarg), {PG_QUERY__TOKEN__UNION, PG_QUERY__TOKEN__INTERSECT, PG_QUERY__TOKEN__EXCEPT});
    const bool union_all = select.op == PG_QUERY__SET_OPERATION__SETOP_UNION && select.all != 0;
    if (!union_all) {
        findings.add(Rule::set_operation, keyword, name_of(select.op));
    } else if (place == Place::grouped_select) {
        findings.add(Rule::union_all_on_top, keyword);
    }
    check_select(*select.larg, place, findings);
    check_select(*select.rarg, place, findings);
}

}  // namespace

void check_select(const Select& select, Place place, Findings& findings) {
    check_surroundings(select, findings);
    check_ends(select, findings);
    if (select.op != PG_QUERY__SET_OPERATION__SETOP_NONE) {
        check_set_operation(select, place, findings);
        return;
    }
    if (select.n_values_lists > 0) {
        findings.add(Rule::values_in_from, findings.text().last_before(leftmost(select), {PG_QUERY__TOKEN__VALUES}));
        return;
    }
    check_distinct(select, findings);
    check_select_list(select, place, findings);
    check_from(select, findings);
    check_expression(select.where_clause, place, findings);
    check_group_by(select, place, findings);
    check_having(select, findings);
}

}  // namespace freshet::query
