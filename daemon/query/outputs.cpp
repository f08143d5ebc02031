#include "outputs.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "scope.hpp"
#include "shape_names.hpp"

namespace freshet::query {

namespace {

struct AggregateName {
    std::string_view name;
    AggregateKind kind;
    AggregateKind distinct;
};
constexpr std::array algebraic = {
    AggregateName{"count", AggregateKind::count, AggregateKind::count_distinct},
    AggregateName{"sum", AggregateKind::sum, AggregateKind::sum_distinct},
    AggregateName{"avg", AggregateKind::avg, AggregateKind::avg_distinct},
    AggregateName{"min", AggregateKind::min, AggregateKind::min},
    AggregateName{"max", AggregateKind::max, AggregateKind::max},
};

const AggregateName* algebraic_name(const std::string& name) {
    const auto* found =
        std::find_if(algebraic.begin(), algebraic.end(), [&](const auto& entry) { return entry.name == name; });
    return found == algebraic.end() ? nullptr : found;
}

bool is_boolean_aggregate(const std::string& name) {
    return name == "bool_and" || name == "bool_or" || name == "every";
}

// Their result is a list in the order of the rows.
bool keeps_order_of_rows(const std::string& name) {
    static const std::set<std::string> names{"array_agg",       "string_agg",       "json_agg", "jsonb_agg",
                                             "json_object_agg", "jsonb_object_agg", "xmlagg"};
    return names.contains(name);
}

bool reads_columns(const Node* expression) {
    bool found = false;
    walk(expression, [&](const Node& node) {
        found = found || node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF;
        return !found;
    });
    return found;
}

std::size_t find_equal(const std::vector<Node*>& list, const Node* wanted) {
    return static_cast<std::size_t>(
        std::find_if(list.begin(), list.end(), [&](const Node* node) { return equal(node, wanted); }) - list.begin());
}

bool is_distinct_on(const PgQuery__SelectStmt& select) {
    return select.n_distinct_clause > 0 && select.distinct_clause[0]->node_case != PG_QUERY__NODE__NODE__NOT_SET;
}

}  // namespace

// The rows of a group come in no order. Sorted by all that the result shows, there is only one result.
const Node* undecided_by_order(const PgQuery__FuncCall& call) {
    if (!keeps_order_of_rows(display_name(call)) || call.agg_distinct != 0) {
        return nullptr;
    }
    std::vector<Node*> sorted;
    for (const auto* item : nodes(call.n_agg_order, call.agg_order)) {
        sorted.push_back(item->sort_by->node);
    }
    const auto arguments = nodes(call.n_args, call.args);
    const auto found = std::find_if(arguments.begin(), arguments.end(), [&](const Node* argument) {
        return reads_columns(argument) && find_equal(sorted, argument) == sorted.size();
    });
    return found == arguments.end() ? nullptr : *found;
}

bool is_moment_of_writing(const Node& node) {
    if (node.node_case == PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION) {
        return node.sqlvalue_function->op == PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP;
    }
    return node.node_case == PG_QUERY__NODE__NODE_FUNC_CALL && node.func_call->n_args == 0 &&
           display_name(*node.func_call) == "now";
}

GroupedSelect::GroupedSelect(Tree& tree, const PgQuery__SelectStmt& select, WithScope scope,
                             const AggregateNames& others, LiftSubQuery lift)
    : tree_(tree), scope_(std::move(scope)), others_(others), lift_(std::move(lift)) {
    add_keys(select);
    if (grouping_.keys.empty()) {
        total_ = true;
        const auto constant = Tree::parse_expression("true");
        grouping_.keys.push_back(tree_.clone(constant.expression()));
    }
}

void GroupedSelect::add_keys(const PgQuery__SelectStmt& select) {
    for (const auto* key : nodes(select.n_group_clause, select.group_clause)) {
        if (key->node_case == PG_QUERY__NODE__NODE_GROUPING_SET) {
            reject(key, "GROUPING SETS, ROLLUP and CUBE group the same rows several times",
                   "define one view for each grouping");
        }
        grouping_.keys.push_back(tree_.clone(key));
    }
    if (!groups_by_distinct(select, others_)) {
        return;
    }
    if (is_distinct_on(select)) {
        reject(select.distinct_clause[0], "DISTINCT ON keeps one of several rows",
               "use min or max with GROUP BY, or strategy \"partial\"");
    }
    for (const auto* target : nodes(select.n_target_list, select.target_list)) {
        const auto* value = target->res_target->val;
        if (!is_moment_of_writing(*value) && key_of(value) < 0) {
            grouping_.keys.push_back(tree_.clone(value));
        }
    }
}

int GroupedSelect::key_of(const Node* expression) const {
    const auto index = find_equal(grouping_.keys, expression);
    return index == grouping_.keys.size() || total_ ? -1 : static_cast<int>(index);
}

Node* GroupedSelect::over_groups(const Node* expression, const std::string& relation) {
    return transform(tree_.clone(expression), [&](Node& node) { return replace(node, relation); });
}

Node* GroupedSelect::replace(Node& node, const std::string& relation) {
    if (const int index = key_of(&node); index >= 0) {
        return column("k" + std::to_string(index), relation);
    }
    if (node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
        // Determined by a grouped primary key: as a key of its own it makes the same groups.
        return key(&node, relation);
    }
    if (node.node_case == PG_QUERY__NODE__NODE_SUB_LINK) {
        return sub_query(node, relation);
    }
    return is_aggregate(node, others_) ? aggregate(*node.func_call, node, relation) : nullptr;
}

// Over levels of its own it is computed above. Over rows it is determined by the keys that it reads, so that it makes
// the same groups as a key.
Node* GroupedSelect::sub_query(Node& node, const std::string& relation) {
    auto& link = *node.sub_link;
    auto& select = *link.subselect->select_stmt;
    if (role_of(select, scope_, others_) == Role::rows) {
        return key(&node, relation);
    }
    link.testexpr = transform(link.testexpr, [&](Node& child) { return replace(child, relation); });
    lift_(select);
    return &node;
}

Node* GroupedSelect::key(const Node* expression, const std::string& relation) {
    if (total_) {
        reject(expression, "a value beside the aggregates of a SELECT without GROUP BY", "group by it");
    }
    walk(expression, [&](const Node& node) {
        if (is_aggregate(node, others_)) {
            reject(&node, "a sub-query that compares an aggregate with rows of a table",
                   "compare in an outer SELECT over the grouped one");
        }
        return true;
    });
    const auto index = find_equal(grouping_.keys, expression);
    if (index == grouping_.keys.size()) {
        grouping_.keys.push_back(tree_.clone(expression));
    }
    return column("k" + std::to_string(index), relation);
}

Node* GroupedSelect::column(std::string name, const std::string& relation) {
    std::vector<std::string> parts;
    if (!relation.empty()) {
        parts.push_back(relation);
    }
    parts.push_back(std::move(name));
    return tree_.column_ref(parts);
}

Node* GroupedSelect::noted(Aggregate aggregate, const std::string& relation) {
    auto& known = grouping_.aggregates;
    const auto found = std::find(known.begin(), known.end(), aggregate);
    const auto index = found - known.begin();
    if (found == known.end()) {
        known.push_back(std::move(aggregate));
    }
    return column("a" + std::to_string(index), relation);
}

// What FILTER leaves out counts as NULL, which every algebraic aggregate passes over.
Node* GroupedSelect::filtered(const PgQuery__FuncCall& call, Node* value) {
    return call.agg_filter == nullptr ? value : tree_.case_when(call.agg_filter, value);
}

int GroupedSelect::input(const Node* expression) {
    const auto index = find_equal(grouping_.inputs, expression);
    if (index == grouping_.inputs.size()) {
        grouping_.inputs.push_back(tree_.clone(expression));
    }
    return static_cast<int>(index);
}

Node* GroupedSelect::aggregate(const PgQuery__FuncCall& call, const Node& node, const std::string& relation) {
    const auto name = display_name(call);
    if (is_boolean_aggregate(name)) {
        return boolean_aggregate(call, relation);
    }
    const auto* known = algebraic_name(name);
    if (known == nullptr) {
        return recomputed(call, node, relation);
    }
    if (call.agg_star != 0 && call.agg_filter == nullptr) {
        return noted({AggregateKind::count_rows}, relation);
    }
    const auto one = Tree::parse_expression("1");
    auto* value = call.agg_star != 0 ? tree_.clone(one.expression()) : call.args[0];
    const auto kind = call.agg_distinct != 0 ? known->distinct : known->kind;
    return noted({kind, input(filtered(call, value))}, relation);
}

// bool_and(x) holds if as many x are true as are not NULL, bool_or(x) if any is.
Node* GroupedSelect::boolean_aggregate(const PgQuery__FuncCall& call, const std::string& relation) {
    auto* value = filtered(call, call.args[0]);
    const auto one = Tree::parse_expression("1");
    const Aggregate known{AggregateKind::count, input(value)};
    const Aggregate holding{AggregateKind::count, input(tree_.case_when(value, tree_.clone(one.expression())))};
    const bool any = display_name(call) == "bool_or";
    const auto text = Tree::parse_expression(any ? "CASE WHEN known > 0 THEN holding > 0 END"
                                                 : "CASE WHEN known > 0 THEN holding = known END");
    return transform(tree_.clone(text.expression()), [&](Node& node) -> Node* {
        if (node.node_case != PG_QUERY__NODE__NODE_COLUMN_REF) {
            return nullptr;
        }
        return noted(column_ref_parts(*node.column_ref).back() == "known" ? known : holding, relation);
    });
}

// Arguments, FILTER and ORDER BY become inputs; what reads no column stays as it is, and keeps its type.
Node* GroupedSelect::over_inputs(const Node* expression) {
    if (expression == nullptr || !reads_columns(expression)) {
        return tree_.clone(expression);
    }
    return tree_.column_ref({"x" + std::to_string(input(expression))});
}

Node* GroupedSelect::recomputed(const PgQuery__FuncCall& call, const Node& node, const std::string& relation) {
    if (const auto* argument = undecided_by_order(call)) {
        reject(&node, display_name(call) + " lists rows in no certain order, so the query has more than one answer",
               "let the ORDER BY inside the call end with " + deparse(argument));
    }
    auto* copy = tree_.clone(&node);
    auto& made = *copy->func_call;
    for (std::size_t i = 0; i < made.n_args; ++i) {
        // The direct arguments of WITHIN GROUP are computed once for a group: keys or constants.
        const int index = call.agg_within_group != 0 ? key_of(call.args[i]) : -1;
        made.args[i] = index >= 0 ? tree_.column_ref({"k" + std::to_string(index)}) : over_inputs(call.args[i]);
    }
    for (std::size_t i = 0; i < made.n_agg_order; ++i) {
        made.agg_order[i]->sort_by->node = over_inputs(call.agg_order[i]->sort_by->node);
    }
    made.agg_filter = over_inputs(call.agg_filter);
    return noted({AggregateKind::recomputed, -1, deparse(copy)}, relation);
}

}  // namespace freshet::query
