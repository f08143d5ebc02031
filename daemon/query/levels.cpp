#include "levels.hpp"

#include <algorithm>
#include <set>

#include "columns_above.hpp"
#include "scope.hpp"

namespace freshet::query {

namespace {

using Select = PgQuery__SelectStmt;

class Lifter {
  public:
    Lifter(Tree& tree, const AggregateNames& others) : tree_(tree), others_(others) {}

    Lifted run();

  private:
    void lift(Select& select, const WithScope& around);
    void lift_root_level(Select& select);
    void lift_level(Select& select, const WithScope& around);
    void lift_above(Select& select, const WithScope& scope);
    void lift_operand(Select& select, const WithScope& scope);
    void lift_from(Node& item, const WithScope& scope);
    void lift_with(const PgQuery__RangeVar& relation, const WithScope& scope);
    void lift_sub_queries(const Select& select, const WithScope& scope);
    GroupedSelect grouped(const Select& select, const WithScope& scope);
    std::size_t keep(FoundLevel level);
    void over_level(Select& select, GroupedSelect& groups, std::size_t index);
    void drop_unused_with(Select& select);

    Tree& tree_;
    const AggregateNames& others_;
    std::set<const Select*> lifted_with_;
    Lifted result_;
};

[[noreturn]] void reject_beside(const Node& item, const std::string& name) {
    reject(&item, name + " is read beside a grouping, not below it",
           "join it below the GROUP BY, or make the grouped SELECT a view of its own and let this view read that");
}

// MATERIALIZED is advice for a planner that would read tables.
std::vector<std::string> take_with(Select& select) {
    std::vector<std::string> queries;
    if (select.with_clause == nullptr) {
        return queries;
    }
    for (const auto* item : nodes(select.with_clause->n_ctes, select.with_clause->ctes)) {
        const auto& query = *item->common_table_expr;
        std::string columns;
        for (const auto* name : nodes(query.n_aliascolnames, query.aliascolnames)) {
            columns += (columns.empty() ? "(" : ", ") + sql::quote(name->string->sval);
        }
        queries.push_back(sql::quote(query.ctename) + (columns.empty() ? "" : columns + ")") + " AS (" +
                          deparse(*query.ctequery->select_stmt) + ")");
    }
    select.with_clause = nullptr;
    return queries;
}

Lifted Lifter::run() {
    auto& root = tree_.select();
    const auto role = role_of(root, {}, others_);
    if (role == Role::rows) {
        reject(nullptr, "the query groups nowhere, so its rows have no key",
               "group by at least one column, or select DISTINCT");
    }
    if (role == Role::level && !computes_over_groups(root, {}, others_)) {
        lift_root_level(root);
        return std::move(result_);
    }
    lift(root, {});
    result_.columns = columns_above(root);
    result_.rows_are_groups = rows_are_groups(root);
    result_.with = take_with(root);
    result_.above = deparse(root);
    return std::move(result_);
}

GroupedSelect Lifter::grouped(const Select& select, const WithScope& scope) {
    return {tree_, select, scope, others_, [this, scope](Select& sub_query) { lift(sub_query, scope); }};
}

std::size_t Lifter::keep(FoundLevel level) {
    result_.levels.push_back(std::move(level));
    return result_.levels.size() - 1;
}

Output output_of(const PgQuery__ResTarget& target, GroupedSelect& groups) {
    Output output;
    output.name = output_name(target);
    if (is_moment_of_writing(*target.val)) {
        output.kind = OutputKind::refreshed_at;
        return output;
    }
    const bool column = target.val->node_case == PG_QUERY__NODE__NODE_COLUMN_REF;
    output.kind = groups.key_of(target.val) >= 0 || column ? OutputKind::key : OutputKind::computed;
    output.expression = deparse(groups.over_groups(target.val));
    return output;
}

// The query is a level and nothing else: its columns are the level's.
void Lifter::lift_root_level(Select& select) {
    const auto index = keep({});
    auto groups = grouped(select, WithScope{}.inside(select));
    FoundLevel level;
    level.select = &select;
    for (const auto* target : nodes(select.n_target_list, select.target_list)) {
        level.outputs.push_back(output_of(*target->res_target, groups));
    }
    level.having = select.having_clause == nullptr ? "" : deparse(groups.over_groups(select.having_clause));
    level.grouping = groups.grouping();
    level.total = groups.is_total();
    result_.columns = level.outputs;
    result_.rows_are_groups = true;
    result_.levels[index] = std::move(level);
}

// `around`: what stands around the SELECT.
void Lifter::lift(Select& select, const WithScope& around) {
    const auto scope = around.inside(select);
    switch (role_of(select, around, others_)) {
        case Role::rows:
            reject(nullptr, "a SELECT without grouping stands beside a grouping", "join its tables below the GROUP BY");
        case Role::level:
            lift_level(select, around);
            break;
        case Role::above:
            if (select.op == PG_QUERY__SET_OPERATION__SETOP_NONE) {
                lift_above(select, scope);
            } else {
                lift_operand(*select.larg, scope);
                lift_operand(*select.rarg, scope);
            }
            break;
    }
    drop_unused_with(select);
}

void Lifter::lift_operand(Select& select, const WithScope& scope) {
    if (!is_constant(select)) {
        lift(select, scope);
    }
}

// The groups' own columns, and again the keys under the names that the SELECT gives them: settings name those.
std::vector<Output> outputs_of_level(const Select& select, const GroupedSelect& groups) {
    std::vector<Output> outputs;
    std::set<std::string> names;
    const auto add = [&](std::string name, OutputKind kind, std::string expression) {
        if (names.insert(name).second) {
            outputs.push_back({std::move(name), kind, std::move(expression)});
        }
    };
    for (std::size_t i = 0; i < groups.grouping().keys.size(); ++i) {
        add("k" + std::to_string(i), OutputKind::key, "k" + std::to_string(i));
    }
    for (std::size_t i = 0; i < groups.grouping().aggregates.size(); ++i) {
        add("a" + std::to_string(i), OutputKind::computed, "a" + std::to_string(i));
    }
    add(written_column, OutputKind::refreshed_at, "");
    for (const auto* target : nodes(select.n_target_list, select.target_list)) {
        if (const int key = groups.key_of(target->res_target->val); key >= 0) {
            add(output_name(*target->res_target), OutputKind::key, "k" + std::to_string(key));
        }
    }
    return outputs;
}

// The SELECT becomes one that reads the level's relation; what it computed over its groups stays.
void Lifter::lift_level(Select& select, const WithScope& around) {
    const auto scope = around.inside(select);
    auto* copy = tree_.clone(select);
    const auto index = keep({});
    auto groups = grouped(*copy, scope);
    FoundLevel level;
    level.select = copy;
    level.scope = around;
    result_.levels[index].select = copy;
    over_level(select, groups, index);
    level.outputs = outputs_of_level(*level.select, groups);
    level.grouping = groups.grouping();
    level.total = groups.is_total();
    result_.levels[index] = std::move(level);
}

void Lifter::over_level(Select& select, GroupedSelect& groups, std::size_t index) {
    const auto relation = level_relation(index);
    const auto over_groups = [&](std::size_t count, Node** list) {
        for (std::size_t i = 0; i < count; ++i) {
            list[i] = groups.over_groups(list[i], relation);
        }
    };
    for (auto* node : nodes(select.n_target_list, select.target_list)) {
        auto& target = *node->res_target;
        const auto name = output_name(target);
        target.val = is_moment_of_writing(*target.val) ? tree_.column_ref({relation, written_column})
                                                       : groups.over_groups(target.val, relation);
        target.name = tree_.text(std::string_view(name));
    }
    over_groups(select.n_sort_clause, select.sort_clause);
    over_groups(select.n_window_clause, select.window_clause);
    if (groups_by_distinct(*result_.levels[index].select, others_)) {
        select.n_distinct_clause = 0;
    } else {
        over_groups(select.n_distinct_clause, select.distinct_clause);
    }
    const auto reading = Tree::parse_select("SELECT 1 FROM " + relation);
    const auto* from = tree_.clone(reading.select());
    select.n_from_clause = from->n_from_clause;
    select.from_clause = from->from_clause;
    // Windows and DISTINCT come after either.
    select.where_clause = groups.over_groups(select.having_clause, relation);
    select.having_clause = nullptr;
    select.n_group_clause = 0;
}

void Lifter::lift_above(Select& select, const WithScope& scope) {
    for (auto* item : nodes(select.n_from_clause, select.from_clause)) {
        lift_from(*item, scope);
    }
    lift_sub_queries(select, scope);
    pass_moment_through(tree_, select, scope);
}

void Lifter::lift_from(Node& item, const WithScope& scope) {
    switch (item.node_case) {
        case PG_QUERY__NODE__NODE_RANGE_VAR:
            lift_with(*item.range_var, scope);
            return;
        case PG_QUERY__NODE__NODE_JOIN_EXPR:
            lift_from(*item.join_expr->larg, scope);
            lift_from(*item.join_expr->rarg, scope);
            return;
        case PG_QUERY__NODE__NODE_RANGE_SUBSELECT: {
            auto& select = *item.range_subselect->subquery->select_stmt;
            if (!is_constant(select)) {
                if (role_of(select, scope, others_) == Role::rows) {
                    reject_beside(item, "a sub-select that does not group");
                }
                lift(select, scope);
            }
            return;
        }
        default:
            reject(&item, "a source beside a grouping that is neither a table nor a sub-select",
                   "join the results of grouped SELECTs only");
    }
}

void Lifter::lift_with(const PgQuery__RangeVar& relation, const WithScope& scope) {
    const auto found = scope.find(relation);
    const auto item = [&] { return std::string(relation.relname); };
    if (!found) {
        reject(nullptr, item() + " is read beside a grouping, not below it",
               "join it below the GROUP BY, or make the grouped SELECT a view of its own and let this view read that");
    }
    // The tree is ours to change; the scope only looks at it.
    auto& select = const_cast<Select&>(found->select());
    if (lifted_with_.contains(&select) || is_constant(select)) {
        return;
    }
    if (role_of(select, found->scope, others_) == Role::rows) {
        reject(nullptr, "the WITH query " + item() + " does not group and is read beside a grouping",
               "join it below the GROUP BY");
    }
    lifted_with_.insert(&select);
    lift(select, found->scope);
}

void Lifter::lift_sub_queries(const Select& select, const WithScope& scope) {
    const auto look = [&](const Node& node) {
        if (node.node_case == PG_QUERY__NODE__NODE_SUB_LINK) {
            auto& sub_query = *node.sub_link->subselect->select_stmt;
            if (!is_constant(sub_query)) {
                lift(sub_query, scope);
            }
            return false;
        }
        return node.node_case != PG_QUERY__NODE__NODE_RANGE_SUBSELECT;
    };
    const auto look_at = [&](std::size_t count, Node** list) {
        for (const auto* node : nodes(count, list)) {
            walk(node, look);
        }
    };
    look_at(select.n_target_list, select.target_list);
    look_at(select.n_from_clause, select.from_clause);
    walk(select.where_clause, look);
    look_at(select.n_group_clause, select.group_clause);
    walk(select.having_clause, look);
    look_at(select.n_sort_clause, select.sort_clause);
}

// A WITH query whose rows went into levels is read no more, and would read tables.
void Lifter::drop_unused_with(Select& select) {
    if (select.with_clause == nullptr) {
        return;
    }
    auto& with = *select.with_clause;
    auto* const end = std::remove_if(with.ctes, with.ctes + with.n_ctes, [&](const Node* item) {
        const auto& query = *item->common_table_expr->ctequery->select_stmt;
        return !lifted_with_.contains(&query) && !is_constant(query);
    });
    with.n_ctes = static_cast<std::size_t>(end - with.ctes);
    if (with.n_ctes == 0) {
        select.with_clause = nullptr;
    }
}

}  // namespace

Lifted lift_levels(Tree& tree, const AggregateNames& others) {
    return Lifter(tree, others).run();
}

}  // namespace freshet::query
