#include "shape_rules.hpp"

namespace freshet::query {
namespace {

void check_join(const PgQuery__JoinExpr& join, Findings& findings) {
    const auto keyword = [&] {
        return findings.text().last_before(leftmost(*join.rarg),
                                           {PG_QUERY__TOKEN__LEFT, PG_QUERY__TOKEN__RIGHT, PG_QUERY__TOKEN__FULL});
    };
    switch (join.jointype) {
        case PG_QUERY__JOIN_TYPE__JOIN_LEFT:
            findings.add(Rule::outer_join, keyword(), "LEFT");
            break;
        case PG_QUERY__JOIN_TYPE__JOIN_RIGHT:
            findings.add(Rule::outer_join, keyword(), "RIGHT");
            break;
        case PG_QUERY__JOIN_TYPE__JOIN_FULL:
            findings.add(Rule::outer_join, keyword(), "FULL");
            break;
        default:
            break;
    }
    check_from_item(*join.larg, findings);
    check_from_item(*join.rarg, findings);
    check_expression(join.quals, Place::sub_select, findings);
}

void check_sub_select(const Node& item, const PgQuery__RangeSubselect& source, Findings& findings) {
    const auto& select = *source.subquery->select_stmt;
    if (source.lateral != 0) {
        findings.add(Rule::lateral, findings.text().last_before(leftmost(item), {PG_QUERY__TOKEN__LATERAL_P}));
    }
    if (select.n_values_lists > 0) {
        findings.add(Rule::values_in_from, findings.text().last_before(leftmost(item), {PG_QUERY__TOKEN__VALUES}));
        return;
    }
    check_select(select, Place::sub_select, findings);
}

}  // namespace

void check_from_item(const Node& item, Findings& findings) {
    const SourceText& text = findings.text();
    switch (item.node_case) {
        case PG_QUERY__NODE__NODE_RANGE_VAR:
            if (item.range_var->inh == 0) {
                findings.add(Rule::only_table, text.last_before(leftmost(item), {PG_QUERY__TOKEN__ONLY}));
            }
            break;
        case PG_QUERY__NODE__NODE_JOIN_EXPR:
            check_join(*item.join_expr, findings);
            break;
        case PG_QUERY__NODE__NODE_RANGE_SUBSELECT:
            check_sub_select(item, *item.range_subselect, findings);
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
