// One grouped SELECT, read as keys, aggregate inputs, and expressions over the groups. Private to query/.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "freshet/query/normal_form.hpp"
#include "freshet/query/tree.hpp"
#include "roles.hpp"
#include "with_scope.hpp"

namespace freshet::query {

// Keys and inputs are still in the names of the SELECT's own FROM clause; each arm rewrites them for itself.
struct Grouping {
    std::vector<Node*> keys;
    std::vector<Node*> inputs;
    std::vector<Aggregate> aggregates;
};

class GroupedSelect {
  public:
    // Called for a sub-query that reads levels of its own; rewrites it in place.
    using LiftSubQuery = std::function<void(PgQuery__SelectStmt&)>;

    // `scope`: what the SELECT's FROM sees.
    GroupedSelect(Tree& tree, const PgQuery__SelectStmt& select, WithScope scope, const AggregateNames& others,
                  LiftSubQuery lift);

    // A copy of an expression of the select list, HAVING or ORDER BY, over the groups: keys read k0, k1, ...,
    // aggregates a0, a1, ..., each a column of `relation` if that is not empty. New keys, inputs and aggregates are
    // noted.
    Node* over_groups(const Node* expression, const std::string& relation = {});

    // The key that the expression is, or -1.
    int key_of(const Node* expression) const;
    // Neither GROUP BY nor DISTINCT groups: one group, also of no rows.
    bool is_total() const { return total_; }
    const Grouping& grouping() const { return grouping_; }

  private:
    void add_keys(const PgQuery__SelectStmt& select);
    Node* replace(Node& node, const std::string& relation);
    Node* sub_query(Node& node, const std::string& relation);
    Node* key(const Node* expression, const std::string& relation);
    Node* aggregate(const PgQuery__FuncCall& call, const Node& node, const std::string& relation);
    Node* boolean_aggregate(const PgQuery__FuncCall& call, const std::string& relation);
    Node* recomputed(const PgQuery__FuncCall& call, const Node& node, const std::string& relation);
    Node* column(std::string name, const std::string& relation);
    Node* noted(Aggregate aggregate, const std::string& relation);
    Node* filtered(const PgQuery__FuncCall& call, Node* value);
    int input(const Node* expression);
    Node* over_inputs(const Node* expression);

    Tree& tree_;
    WithScope scope_;
    const AggregateNames& others_;
    LiftSubQuery lift_;
    Grouping grouping_;
    bool total_ = false;
};

// The argument by which an aggregate that lists its rows should be sorted and is not; null if its result is certain.
const Node* undecided_by_order(const PgQuery__FuncCall& call);

// CURRENT_TIMESTAMP or now(): in a select list, the moment at which a row was written.
bool is_moment_of_writing(const Node& node);

}  // namespace freshet::query
