#include "shape_rules.hpp"

#include <algorithm>
#include <stdexcept>

namespace freshet::query {
namespace {

// In a reason, {} stands for the subject.
struct RuleText {
    Rule rule;
    const char* reason;
    const char* hint;
};

constexpr const char* use_concurrent = "use strategy \"concurrent\"";

constexpr RuleText rule_texts[] = {
    {Rule::outer_join, "{} JOIN cannot be maintained incrementally",
     "use an inner JOIN if the rows always match, or strategy \"concurrent\""},
    {Rule::set_operation, "{} cannot be maintained incrementally", "use UNION ALL, or strategy \"concurrent\""},
    {Rule::union_all_on_top, "UNION ALL of whole results gives rows without a common key",
     "put the UNION ALL into a sub-select in FROM and group its result"},
    {Rule::with_clause, "WITH cannot be maintained incrementally", "write each WITH query as a sub-select in FROM"},
    {Rule::lateral, "LATERAL cannot be maintained incrementally", "use a plain join, or strategy \"concurrent\""},
    {Rule::function_in_from, "a function in FROM cannot be maintained incrementally",
     "read from tables only, or use strategy \"concurrent\""},
    {Rule::values_in_from, "VALUES in FROM cannot be maintained incrementally", "put the values into a table"},
    {Rule::table_sample, "TABLESAMPLE gives other rows each time", "read the whole table"},
    {Rule::only_table, "ONLY cannot be maintained incrementally", "drop ONLY if the table has no children"},
    {Rule::no_from, "a SELECT without FROM has no rows to follow", "read from a table"},
    {Rule::locking, "a view cannot lock rows", "drop FOR UPDATE, FOR SHARE and the like"},
    {Rule::into, "a view cannot write a table", "drop INTO"},
    {Rule::distinct, "SELECT DISTINCT cannot be maintained incrementally", "list the columns in GROUP BY instead"},
    {Rule::distinct_on, "DISTINCT ON cannot be maintained incrementally", use_concurrent},
    {Rule::grouping_sets, "{} cannot be maintained incrementally",
     "define one view for each grouping, or use strategy \"concurrent\""},
    {Rule::having, "HAVING cannot be maintained incrementally", "filter when reading the view"},
    {Rule::window, "window functions cannot be maintained incrementally",
     "compute them when reading the view, or use strategy \"concurrent\""},
    {Rule::order_by, "ORDER BY has no meaning in a view",
     "order when reading the view, and list the order in \"indexes\""},
    {Rule::limit, "{} cannot be maintained incrementally", "limit when reading the view"},
    {Rule::nested_group_by, "GROUP BY inside a sub-select cannot be maintained incrementally",
     "group once, in the outermost SELECT, or use strategy \"concurrent\""},
    {Rule::nested_aggregate_select, "aggregate {} inside a sub-select cannot be maintained incrementally",
     "aggregate once, in the outermost SELECT, or use strategy \"concurrent\""},
    {Rule::no_group_by, "the query has no GROUP BY, so its rows have no key", "group by at least one column"},
    {Rule::sub_query, "a sub-query in an expression cannot be maintained incrementally",
     "write it as a join, or use strategy \"concurrent\""},
    {Rule::set_returning, "{} returns a set and cannot be maintained incrementally", use_concurrent},
    {Rule::time_dependent, "{} changes with time, not with the rows",
     "move a moving window to \"retention\"; CURRENT_TIMESTAMP may stand alone in the outermost select list"},
    {Rule::volatile_value, "{} gives another value each time", "store the value in a table"},
    {Rule::session_dependent, "{} depends on the session", "write the value itself"},
    {Rule::moving_literal, "{} means another moment each day", "move a moving window to \"retention\""},
    {Rule::aggregate, "aggregate {} cannot be maintained incrementally",
     "use sum, count, avg, min or max, or strategy \"concurrent\""},
    {Rule::aggregate_of_aggregate, "aggregate {} stands inside another aggregate", "aggregate once"},
    {Rule::aggregate_order_by, "ORDER BY inside {} has no effect", "drop the ORDER BY"},
    {Rule::aggregate_distinct, "{}(DISTINCT) cannot be maintained incrementally",
     "use count(DISTINCT), or strategy \"concurrent\""},
    {Rule::parameter, "parameter {} has no value in a view", "write the value itself"},
    {Rule::system_column, "system column {} changes without the row's values", "use a column of the table"},
};

const RuleText& text_of(Rule rule) {
    for (const RuleText& text : rule_texts) {
        if (text.rule == rule) {
            return text;
        }
    }
    throw std::logic_error("a rule without a text");
}

}  // namespace

void Findings::add(Rule rule, std::size_t offset, const std::string& subject) {
    const RuleText& text = text_of(rule);
    std::string reason = text.reason;
    if (const auto place = reason.find("{}"); place != std::string::npos) {
        reason.replace(place, 2, subject);
    }
    found_.push_back({offset == std::string::npos ? 0 : offset, std::move(reason), text.hint});
}

std::vector<Rejection> Findings::take() {
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Rejection& left, const Rejection& right) { return left.offset < right.offset; });
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
}

}  // namespace freshet::query
