// Name resolution while a normalised query is flattened into arms. Private to query/.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "freshet/query/normal_form.hpp"
#include "freshet/query/tree.hpp"

namespace freshet::query {

// What an alias of the query stands for within one arm: a base relation under its new alias, or the columns of a
// flattened sub-select.
struct Binding {
    std::string relation_alias;                           // of a base relation; empty for a sub-select
    std::vector<std::string> columns;                     // in order
    std::map<std::string, Node*, std::less<>> rewritten;  // of a sub-select: column -> expression over base relations
};

// One arm while it is being built.
struct Flattened {
    std::vector<Relation> relations;
    std::vector<Node*> conditions;
    std::vector<std::pair<std::string, Binding>> scope;  // in FROM order
    // The conditions that find the row of a relation which is a lookup, by its alias.
    std::map<std::string, std::vector<Node*>> found_by{};
};

// Rewrites every column reference of a clone of `expression` to the arm's base relations. Throws Rejected.
Node* rewrite(Tree& tree, const Node* expression, const Flattened& arm);

// Flattens FROM and WHERE of one SELECT (no set operation at its top) into its arms.
class Flattener {
  public:
    Flattener(Tree& tree, const Facts& facts) : tree_(tree), facts_(facts) {}

    std::vector<Flattened> select(const PgQuery__SelectStmt& select);

    // A copy of the expression over the arm's base relations. Its sub-queries become lookups of the arm. Throws
    // Rejected.
    Node* expression(const Node* expression, Flattened& arm);

  private:
    // An arm that has the row which a sub-query finds, too: its last relation, a lookup.
    struct FoundRow {
        Flattened inside;
        std::size_t relation;       // which of the arm's relations it is
        std::vector<Node*> values;  // of the sub-query's select list; EXISTS has none
        bool never_null;            // neither side of what IN compares is ever NULL
        Node* besides = nullptr;    // what sub-queries in its WHERE say of the row that is found; null for none
    };

    std::vector<Flattened> from_item(const Node& item);
    std::vector<Flattened> range_var(const PgQuery__RangeVar& relation);
    std::vector<Flattened> join(const PgQuery__JoinExpr& join);
    std::vector<Flattened> sub_select(const PgQuery__RangeSubselect& sub_select);
    // Each arm of the one side with each of the other. Rejects what grows too large; `item` is where.
    std::vector<Flattened> product(const std::vector<Flattened>& left, const std::vector<Flattened>& right,
                                   const Node& item);
    // ON and USING, as conditions of the arm.
    void add_conditions(Flattened& arm, const PgQuery__JoinExpr& join, std::size_t left_size);
    void add_using(Flattened& arm, const PgQuery__JoinExpr& join, std::size_t left_size);
    std::vector<Flattened> lookup_join(const PgQuery__JoinExpr& join);
    void look_up(Flattened& arm, std::vector<Node*> conditions, const Node& item, const std::string& construct);
    std::vector<Relation> look_up_all(Flattened& arm, std::size_t first, std::vector<Node*> conditions,
                                      const Node& item, const std::string& construct);
    Node* is_found(const Relation& lookup);
    Node* both(Node* left, Node* right);
    Node* null_unless_found(Node* value, const Relation& lookup, const Flattened& arm);
    Node* shown_if(Node* condition, Node* value, const Flattened& arm);
    Node* modified_null(const Node& value, const Flattened& arm);
    void null_together(Flattened& arm, std::size_t first, const std::vector<Relation>& lookups);
    void add_condition(const Node& condition, Flattened& arm);
    FoundRow find_row(const Node& node, const Flattened& arm);
    void add_membership(const Node& node, const Flattened& arm, FoundRow& found, std::vector<Node*>& conditions);
    Node* sub_query(const Node& node, Flattened& arm);
    Node* never_unknown(Node* condition);
    const Relation* same_lookup(const Flattened& arm);

    Tree& tree_;
    const Facts& facts_;
};

// The leaves of a tree of UNION ALL, left to right; the select itself if it is no set operation.
std::vector<const PgQuery__SelectStmt*> union_leaves(const PgQuery__SelectStmt& select);

// The name PostgreSQL gives a select-list item.
std::string output_name(const PgQuery__ResTarget& target);

[[noreturn]] void reject(const Node* node, std::string reason, std::string hint = {});
// The same, told of the first table in an item of FROM, or of a SELECT.
[[noreturn]] void reject_at(const Node& item, std::string reason, std::string hint);

// A sub-query that reads tables.
bool reads_rows(const Node& node);

// Private predicates shared by the files of query/.
// What is known of the column that a reference of an arm reads; null for none.
const ColumnFact* fact_of(const PgQuery__ColumnRef& reference, const Flattened& arm, const Facts& facts);

bool never_null(const Node* expression, const Flattened& arm, const Facts& facts);

// The constant NULL, of whatever type.
bool always_null(const Node* expression);

// How many digits after the point a value of the numeric or integer expression may show; none if that is not known.
// NULL, NaN and infinities show none and do not count.
std::set<int> display_scales(const Node* expression, const Flattened& arm, const Facts& facts);

// Whether the expression is a predicate over one table's columns that is immutable, independent of every setting and
// cannot fail.
bool safe_in_capture(const Node* expression, const std::vector<ColumnFact>& columns);

}  // namespace freshet::query
