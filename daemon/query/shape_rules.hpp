// Everything that keeps a query out of the incremental class as far as its text tells, each with reason and remedy.
#pragma once

#include <string>
#include <vector>

#include "freshet/query/shape.hpp"
#include "roles.hpp"
#include "source_text.hpp"
#include "with_scope.hpp"

namespace freshet::query {

enum class Rule {
    full_join,
    outer_join_of_union,
    set_operation,
    beside_grouping,
    lateral,
    function_in_from,
    values_in_from,
    table_sample,
    only_table,
    no_from,
    locking,
    into,
    distinct_on,
    grouping_sets,
    window,
    limit,
    no_group_by,
    sub_query,
    limit_of_sub_query,
    sub_query_in_outer_join,
    set_returning,
    time_dependent,
    volatile_value,
    session_dependent,
    moving_literal,
    aggregate_of_aggregate,
    row_order,
    parameter,
    system_column
};

// Where the checks of clauses and expressions leave what they find.
class Findings {
  public:
    // `aggregates`: what is taken for one besides PostgreSQL's own.
    Findings(const SourceText& text, AggregateNames aggregates) : text_(&text), aggregates_(std::move(aggregates)) {}

    // `subject` is what the reason names.
    void add(Rule rule, std::size_t offset, const std::string& subject = {});
    const SourceText& text() const { return *text_; }
    const AggregateNames& aggregates() const { return aggregates_; }
    // In text order.
    std::vector<Rejection> take();

  private:
    const SourceText* text_;
    AggregateNames aggregates_;
    std::vector<Rejection> found_;
};

// A SELECT that is checked: what it is, and the WITH queries that its clauses see.
struct Place {
    Role role = Role::rows;
    WithScope scope;
};

// `around`: what stands around the SELECT. Throws Rejected for WITH queries that cannot be read.
void check_select(const PgQuery__SelectStmt& select, const WithScope& around, Findings& findings);
// Whether the SELECT is no more than rows of one table. Anything else that is no table has a rule of its own.
bool reads_one_table(const PgQuery__SelectStmt& select, const WithScope& scope);
void check_from_item(const Node& item, const Place& place, Findings& findings);
// One expression of a clause other than FROM.
void check_expression(const Node* expression, const Place& place, Findings& findings);

}  // namespace freshet::query
