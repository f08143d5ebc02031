// Sub-queries in expressions: each finds a row of one table by a unique key and so is a lookup, or, where it must find
// one, a join (docs/decisions/0005).
#include <algorithm>

#include "roles.hpp"
#include "scope.hpp"
#include "unique_match.hpp"

namespace freshet::query {

namespace {

using Select = PgQuery__SelectStmt;

constexpr const char* join_instead = "join its tables below the grouping, or use strategy \"concurrent\"";

const Select& select_of(const Node& node) {
    return *node.sub_link->subselect->select_stmt;
}

bool is_membership(const Node& node) {
    return node.sub_link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK;
}

// The server writes IN where the operator is its own "=".
void check_operator(const Node& node) {
    const auto& link = *node.sub_link;
    const auto name = nodes(link.n_oper_name, link.oper_name);
    if (!name.empty() && (name.size() > 1 || name.front()->string->sval != std::string("="))) {
        reject_at(node,
                  "ANY with an operator other than PostgreSQL's own =", "write EXISTS, with the condition in WHERE");
    }
}

bool has_sub_query(const Node* expression) {
    bool found = false;
    walk(expression, [&](const Node& node) {
        found = found || reads_rows(node);
        return !found;
    });
    return found;
}

void check_plain(const Node& node, const AggregateNames& aggregates) {
    const auto& select = select_of(node);
    const bool rows = select.op == PG_QUERY__SET_OPERATION__SETOP_NONE && select.n_from_clause == 1 &&
                      select.limit_count == nullptr && select.limit_offset == nullptr &&
                      select.with_clause == nullptr && role_of(select, {}, aggregates) == Role::rows;
    if (!rows) {
        reject_at(node, "a sub-query that does more than find a row of one table", join_instead);
    }
    // Those in WHERE say more of the row that is found.
    const auto refuse = [&](const Node* part) {
        if (has_sub_query(part)) {
            reject_at(node, "a sub-query in the select list or FROM of a sub-query", join_instead);
        }
    };
    for (const auto* target : nodes(select.n_target_list, select.target_list)) {
        refuse(target);
    }
    for (const auto* item : nodes(select.n_from_clause, select.from_clause)) {
        refuse(item);
    }
}

// What IN compares, or the columns of the sub-query.
std::vector<Node*> compared(const Node& node) {
    auto* test = node.sub_link->testexpr;
    return test->node_case == PG_QUERY__NODE__NODE_ROW_EXPR ? nodes(test->row_expr->n_args, test->row_expr->args)
                                                            : std::vector<Node*>{test};
}

Node* equality(Tree& tree, Node* left, Node* right) {
    const auto parsed = Tree::parse_expression("l = r");
    return transform(tree.clone(parsed.expression()), [&](Node& node) -> Node* {
        if (node.node_case != PG_QUERY__NODE__NODE_COLUMN_REF) {
            return nullptr;
        }
        return column_ref_parts(*node.column_ref).back() == "l" ? left : right;
    });
}

Node* of_alias(Tree& tree, const Node* expression, const std::string& from, const std::string& to) {
    return transform(tree.clone(expression), [&](Node& node) -> Node* {
        if (node.node_case != PG_QUERY__NODE__NODE_COLUMN_REF) {
            return nullptr;
        }
        const auto parts = column_ref_parts(*node.column_ref);
        return tree.column_ref({parts.front() == from ? to : parts.front(), parts.back()});
    });
}

}  // namespace

bool reads_rows(const Node& node) {
    return node.node_case == PG_QUERY__NODE__NODE_SUB_LINK && !is_constant(select_of(node));
}

Node* Flattener::expression(const Node* expression, Flattened& arm) {
    return transform(tree_.clone(expression), [&](Node& node) -> Node* {
        if (reads_rows(node)) {
            return sub_query(node, arm);
        }
        return node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF ? rewrite(tree_, &node, arm) : nullptr;
    });
}

void Flattener::add_condition(const Node& condition, Flattened& arm) {
    const bool must_find =
        reads_rows(condition) &&
        (is_membership(condition) || condition.sub_link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK);
    if (!must_find) {
        arm.conditions.push_back(expression(&condition, arm));
        return;
    }
    auto found = find_row(condition, arm);
    // Of at most one row it doesn't matter whether it is joined or looked for.
    auto by = std::move(found.inside.found_by.extract(found.inside.relations[found.relation].alias).mapped());
    arm = std::move(found.inside);
    arm.conditions.insert(arm.conditions.end(), by.begin(), by.end());
    if (found.besides != nullptr) {
        arm.conditions.push_back(found.besides);
    }
}

// The sub-query's table as the arm's last relation, a lookup.
Flattener::FoundRow Flattener::find_row(const Node& node, const Flattened& arm) {
    check_plain(node, facts_.aggregates);
    const auto& select = select_of(node);
    const auto source = from_item(*select.from_clause[0]);
    if (source.size() != 1 || source.front().relations.size() != 1) {
        reject_at(node, "a sub-query that reads more than one table", join_instead);
    }
    FoundRow found{product({arm}, source, node).front(), arm.relations.size(), {}, true};
    auto& inside = found.inside;
    const auto outer_names = static_cast<std::ptrdiff_t>(arm.scope.size());
    const auto first = static_cast<std::ptrdiff_t>(arm.conditions.size());
    // Its own names hide those around it.
    std::rotate(inside.scope.begin(), inside.scope.begin() + outer_names, inside.scope.end());
    std::vector<Node*> conditions(inside.conditions.begin() + first, inside.conditions.end());
    inside.conditions.resize(arm.conditions.size());
    std::vector<const Node*> besides;
    for (const auto* condition : conjuncts(select.where_clause)) {
        if (has_sub_query(condition)) {
            besides.push_back(condition);
        } else {
            conditions.push_back(rewrite(tree_, condition, inside));
        }
    }
    if (node.sub_link->sub_link_type != PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK) {
        for (const auto* target : nodes(select.n_target_list, select.target_list)) {
            found.values.push_back(rewrite(tree_, target->res_target->val, inside));
        }
    }
    if (is_membership(node)) {
        add_membership(node, arm, found, conditions);
    }
    look_up(inside, std::move(conditions), node, "the sub-query");
    for (const auto* condition : besides) {
        auto* value = expression(condition, inside);
        found.besides = found.besides == nullptr ? value : both(found.besides, value);
    }
    inside.scope.erase(inside.scope.begin(), inside.scope.end() - outer_names);
    return found;
}

// x IN (SELECT y ...) finds the row whose y is x.
void Flattener::add_membership(const Node& node, const Flattened& arm, FoundRow& found,
                               std::vector<Node*>& conditions) {
    check_operator(node);
    const auto tests = compared(node);
    for (std::size_t i = 0; i < std::min(tests.size(), found.values.size()); ++i) {
        auto* test = rewrite(tree_, tests[i], arm);
        auto* value = found.values[i];
        if (!same_equality(*test, *value, found.inside, facts_)) {
            reject_at(node, "IN compares values of different types, or of types that are not PostgreSQL's own",
                      "write EXISTS, with the comparison in WHERE");
        }
        found.never_null = found.never_null && query::never_null(test, found.inside, facts_) &&
                           query::never_null(value, found.inside, facts_);
        conditions.push_back(equality(tree_, test, value));
    }
}

// The expression that stands for the sub-query, over a lookup that the arm has or gets.
Node* Flattener::sub_query(const Node& node, Flattened& arm) {
    const auto kind = node.sub_link->sub_link_type;
    if (kind != PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK && kind != PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK &&
        kind != PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK) {
        reject_at(node, "a sub-query that collects rows, or compares with all of them", join_instead);
    }
    auto found = find_row(node, arm);
    if (is_membership(node) && !found.never_null) {
        reject_at(node, "IN, where it need not hold, is NULL as soon as a NULL is compared",
                  "write EXISTS or NOT EXISTS, which are never NULL");
    }
    const auto& made = found.inside.relations[found.relation];
    if (found.besides != nullptr) {
        auto* is_there = both(is_found(made), found.besides);
        auto* shown = kind == PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK
                          ? shown_if(is_there, found.values.front(), found.inside)
                          : never_unknown(is_there);
        arm = std::move(found.inside);
        return shown;
    }
    const auto known = same_lookup(found.inside);
    const Relation lookup = known == nullptr ? made : *known;
    auto* value =
        kind == PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK
            ? null_unless_found(of_alias(tree_, found.values.front(), made.alias, lookup.alias), lookup, found.inside)
            : is_found(lookup);
    if (known == nullptr) {
        arm = std::move(found.inside);
    }
    return value;
}

// A condition that is NULL does not find a row.
Node* Flattener::never_unknown(Node* condition) {
    const auto parsed = Tree::parse_expression("freshet_condition IS TRUE");
    return transform(tree_.clone(parsed.expression()), [&](Node& node) {
        return node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF ? condition : nullptr;
    });
}

// A lookup of the arm that finds the same row as its last relation; null for none.
const Relation* Flattener::same_lookup(const Flattened& arm) {
    const auto& made = arm.relations.back();
    const auto& by = arm.found_by.at(made.alias);
    const auto same = [&](const Relation& one) {
        const auto found = arm.found_by.find(one.alias);
        return one.alias != made.alias && one.table == made.table && found != arm.found_by.end() &&
               std::equal(by.begin(), by.end(), found->second.begin(), found->second.end(),
                          [&](const Node* left, const Node* right) {
                              return equal(of_alias(tree_, left, made.alias, one.alias), right);
                          });
    };
    const auto known = std::find_if(arm.relations.begin(), arm.relations.end(), same);
    return known == arm.relations.end() ? nullptr : &*known;
}

}  // namespace freshet::query
