// Everything that keeps a query out of the incremental class as far as its text tells, each with reason and remedy.
#pragma once

#include <string>
#include <vector>

#include "freshet/query/shape.hpp"
#include "source_text.hpp"

namespace freshet::query {

enum class Rule {
    outer_join,
    set_operation,
    union_all_on_top,
    with_clause,
    lateral,
    function_in_from,
    values_in_from,
    table_sample,
    only_table,
    no_from,
    locking,
    into,
    distinct,
    distinct_on,
    grouping_sets,
    having,
    window,
    order_by,
    limit,
    nested_group_by,
    nested_aggregate_select,
    no_group_by,
    sub_query,
    set_returning,
    time_dependent,
    volatile_value,
    session_dependent,
    moving_literal,
    aggregate,
    aggregate_of_aggregate,
    aggregate_order_by,
    aggregate_distinct,
    parameter,
    system_column
};

// Where the checks of clauses and expressions leave what they find.
class Findings {
  public:
    explicit Findings(const SourceText& text) : text_(&text) {}

    // `subject` is what the reason names.
    void add(Rule rule, std::size_t offset, const std::string& subject = {});
    const SourceText& text() const { return *text_; }
    // In text order.
    std::vector<Rejection> take();

  private:
    const SourceText* text_;
    std::vector<Rejection> found_;
};

enum class Place { grouped_select, sub_select };

void check_select(const PgQuery__SelectStmt& select, Place place, Findings& findings);
void check_from_item(const Node& item, Findings& findings);
// One expression of a clause other than FROM.
void check_expression(const Node* expression, Place place, Findings& findings);

}  // namespace freshet::query
