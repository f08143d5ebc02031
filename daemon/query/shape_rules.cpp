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
    {Rule::full_join, "FULL JOIN cannot be maintained incrementally",
     "add the rows of both sides up with UNION ALL, or use strategy \"concurrent\""},
    {Rule::outer_join_of_union, "{} JOIN to a UNION cannot be maintained incrementally",
     "join the tables one after the other: each LEFT JOIN finds one row by a unique key"},
    {Rule::set_operation, "{} of rows that are not grouped cannot be maintained incrementally",
     "use UNION ALL, with SELECT DISTINCT over it if duplicates must go"},
    {Rule::beside_grouping, "{} is read beside a grouping, not below it",
     "join it below the GROUP BY, or make the grouped SELECT a view of its own and let this view read that"},
    {Rule::lateral, "LATERAL cannot be maintained incrementally", "use a plain join, or strategy \"concurrent\""},
    {Rule::function_in_from, "a function in FROM cannot be maintained incrementally",
     "read from tables only, or use strategy \"concurrent\""},
    {Rule::values_in_from, "VALUES in FROM cannot be maintained incrementally", "put the values into a table"},
    {Rule::table_sample, "TABLESAMPLE gives other rows each time", "read the whole table"},
    {Rule::only_table, "ONLY cannot be maintained incrementally", "drop ONLY if the table has no children"},
    {Rule::no_from, "a SELECT without FROM has no rows to follow", "read from a table"},
    {Rule::locking, "a view cannot lock rows", "drop FOR UPDATE, FOR SHARE and the like"},
    {Rule::into, "a view cannot write a table", "drop INTO"},
    {Rule::distinct_on, "DISTINCT ON keeps one of several rows and cannot be maintained incrementally",
     "use min or max with GROUP BY, or strategy \"partial\""},
    {Rule::grouping_sets, "{} cannot be maintained incrementally",
     "define one view for each grouping, or use strategy \"concurrent\""},
    {Rule::window, "a window function below the grouping cannot be maintained incrementally",
     "compute it over the groups, in the grouped SELECT or above it"},
    {Rule::limit, "{} below the grouping cannot be maintained incrementally", "limit the groups, above the grouping"},
    {Rule::no_group_by, "the query groups nowhere, so its rows have no key",
     "group by at least one column, or select DISTINCT"},
    {Rule::sub_query, "a sub-query that does more than find a row of one table cannot be maintained incrementally",
     "write it as a join, or use strategy \"concurrent\""},
    {Rule::limit_of_sub_query, "LIMIT in a sub-query cannot be maintained incrementally",
     "find the one row by a unique key, which needs no LIMIT, or the first by min or max in a grouped sub-select"},
    {Rule::sub_query_in_outer_join, "a sub-query in ON of an outer join cannot be maintained incrementally",
     "compute it in a sub-select on the side whose rows are all kept"},
    {Rule::set_returning, "{} returns a set and cannot be maintained incrementally", use_concurrent},
    {Rule::time_dependent, "{} changes with time, not with the rows",
     "move a moving window to \"retention\"; CURRENT_TIMESTAMP may stand alone in a grouped select list or above it"},
    {Rule::volatile_value, "{} gives another value each time", "store the value in a table"},
    {Rule::session_dependent, "{} depends on the session", "write the value itself"},
    {Rule::moving_literal, "{} means another moment each day", "move a moving window to \"retention\""},
    {Rule::aggregate_of_aggregate, "aggregate {} stands inside another aggregate",
     "aggregate the groups in an outer SELECT"},
    {Rule::row_order, "{} lists rows in no certain order, so the query has more than one answer",
     "let the ORDER BY inside the call end with the argument itself"},
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
