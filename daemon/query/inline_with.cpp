#include "inline_with.hpp"

#include <algorithm>
#include <utility>

#include "with_scope.hpp"

namespace freshet::query {

namespace {

using Select = PgQuery__SelectStmt;

Select& leftmost_leaf(Select& select) {
    return select.op == PG_QUERY__SET_OPERATION__SETOP_NONE ? select : leftmost_leaf(*select.larg);
}

class Inliner {
  public:
    Inliner(Tree& tree, const AggregateNames& others) : tree_(tree), others_(others) {}

    // `around`: what stands around the SELECT.
    void inline_in(Select& select, const WithScope& around);

  private:
    void inline_below(Select& select, const WithScope& scope);
    Node* replacement(Node& node, const WithScope& scope);
    Node* sub_select(const PgQuery__RangeVar& relation, const WithScope::Found& found);
    void drop(Select& select, const WithScope& scope, Role role);

    Tree& tree_;
    const AggregateNames& others_;
};

void Inliner::inline_in(Select& select, const WithScope& around) {
    const auto scope = around.inside(select);
    const auto role = role_of(select, around, others_);
    if (select.with_clause != nullptr) {
        for (const auto* item : nodes(select.with_clause->n_ctes, select.with_clause->ctes)) {
            const auto& query = *item->common_table_expr;
            inline_in(*query.ctequery->select_stmt, scope.before(query));
        }
    }
    if (select.op != PG_QUERY__SET_OPERATION__SETOP_NONE) {
        inline_in(*select.larg, scope);
        inline_in(*select.rarg, scope);
    }
    inline_below(select, scope);
    if (select.with_clause != nullptr) {
        drop(select, scope, role);
    }
}

// Its clauses, but for WITH and the operands of a set operation.
void Inliner::inline_below(Select& select, const WithScope& scope) {
    auto* with = std::exchange(select.with_clause, nullptr);
    auto* left = std::exchange(select.larg, nullptr);
    auto* right = std::exchange(select.rarg, nullptr);
    transform(select, [&](Node& node) { return replacement(node, scope); });
    select.with_clause = with;
    select.larg = left;
    select.rarg = right;
}

Node* Inliner::replacement(Node& node, const WithScope& scope) {
    if (node.node_case == PG_QUERY__NODE__NODE_SELECT_STMT) {
        inline_in(*node.select_stmt, scope);
        return &node;
    }
    if (node.node_case != PG_QUERY__NODE__NODE_RANGE_VAR) {
        return nullptr;
    }
    const auto found = scope.find(*node.range_var);
    const bool rows = found && role_of(found->select(), found->scope, others_) == Role::rows;
    return rows ? sub_select(*node.range_var, *found) : nullptr;
}

// The query was inlined before: all that could read it stands behind it.
Node* Inliner::sub_select(const PgQuery__RangeVar& relation, const WithScope::Found& found) {
    const auto& query = *found.query;
    const auto form = Tree::parse_select("SELECT 1 FROM (SELECT 1) AS a");
    auto* item = tree_.clone(form.select().from_clause[0]);
    auto& body = *tree_.clone(found.select());
    auto& alias = *item->range_subselect->alias;
    item->range_subselect->subquery->select_stmt = &body;
    alias.aliasname = relation.alias != nullptr ? relation.alias->aliasname : query.ctename;
    if (relation.alias != nullptr && relation.alias->n_colnames > 0) {
        alias.n_colnames = relation.alias->n_colnames;
        alias.colnames = relation.alias->colnames;
    } else if (body.n_values_lists > 0) {
        alias.n_colnames = query.n_aliascolnames;
        alias.colnames = query.aliascolnames;
    }
    auto& leaf = leftmost_leaf(body);
    for (std::size_t i = 0; i < std::min(query.n_aliascolnames, leaf.n_target_list); ++i) {
        leaf.target_list[i]->res_target->name = query.aliascolnames[i]->string->sval;
    }
    return item;
}

// What is read in its place is no longer read by name. A SELECT of rows reads no groups, so it needs none of its WITH.
void Inliner::drop(Select& select, const WithScope& scope, Role role) {
    auto& with = *select.with_clause;
    auto* const end = std::remove_if(with.ctes, with.ctes + with.n_ctes, [&](const Node* item) {
        const auto& query = *item->common_table_expr;
        return role_of(*query.ctequery->select_stmt, scope.before(query), others_) == Role::rows;
    });
    with.n_ctes = role == Role::rows ? 0 : static_cast<std::size_t>(end - with.ctes);
    if (with.n_ctes == 0) {
        select.with_clause = nullptr;
    }
}

}  // namespace

void inline_with(Tree& tree, const AggregateNames& others) {
    Inliner(tree, others).inline_in(tree.select(), {});
}

}  // namespace freshet::query
