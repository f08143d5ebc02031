// What is said of the clauses of recorded queries.
#include "freshet/compile/treatment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/golden_case.hpp"

namespace freshet::compile {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Program recorded(const std::string& name) {
    const auto one = freshet::testing::load_golden_case(freshet::testing::golden_folder() / name);
    const auto facts = freshet::testing::load_golden_facts(one);
    CompileOptions options;
    int next = 1;
    for (const auto& [table, columns] : facts.facts.tables) options.source_ids[table] = next++;
    return compile(query::normalise(facts.normalised, facts.facts), facts.types, options);
}

// "clause: treatment" of each.
std::vector<std::string> treatments(const std::string& name) {
    std::vector<std::string> lines;
    for (const auto& one : explain(recorded(name))) {
        lines.push_back(one.clause + ": " + std::string(name_of(one.treatment)));
    }
    return lines;
}

std::string how(const Program& program, const std::string& clause) {
    for (const auto& one : explain(program)) {
        if (one.clause == clause) return one.how;
    }
    return "no such clause";
}

std::string how(const std::string& name, const std::string& clause) {
    return how(recorded(name), clause);
}

TEST(Treatment, OfOneTableWithFilters) {
    EXPECT_THAT(treatments("filter"),
                ElementsAre("FROM public.child: incremental", "WHERE amount IS NOT NULL: incremental",
                            "GROUP BY kind: incremental", "count(*) FILTER (WHERE flag): incremental",
                            "sum(amount) FILTER (WHERE quantity > 2): incremental"));
}

TEST(Treatment, TellsWhereAConditionIsChecked) {
    EXPECT_EQ(how("filter", "WHERE amount IS NOT NULL"),
              "checked in the writer's statement, so that rows without it are not logged for this view");
    EXPECT_EQ(how("kept_predicates", "WHERE upper(kind) = 'A'::text"), "checked when changes are folded in");
}

TEST(Treatment, AnOccurrenceWithoutConditionsNeedsEveryRowLogged) {
    auto program = recorded("self_join");
    const auto checked = [&] { return how(program, "WHERE child.flag"); };
    EXPECT_THAT(checked(), HasSubstr("in the writer's statement"));
    program.levels.front().arms.front().relations.back().capture_conditions.clear();
    EXPECT_EQ(checked(), "checked when changes are folded in");
}

TEST(Treatment, OfJoins) {
    EXPECT_THAT(treatments("self_join"),
                Contains("JOIN public.child AS child_2 ON child.parent_id = child_2.parent_id AND "
                         "child.day < child_2.day: incremental"));
    EXPECT_THAT(treatments("no_columns_needed"), Contains(HasSubstr("CROSS JOIN public.")));
}

TEST(Treatment, OfALookup) {
    query::Arm arm;
    arm.relations = {{{"public", "a"}, "s0", {"b_id"}, {}, {}, {}},
                     {{"public", "b"}, "s1", {"id", "name"}, {}, {"s1.id = s0.b_id"}, {"id"}}};
    arm.conditions = {"s1.name <> 'x'"};
    arm.keys = {"s1.name"};
    Program program;
    auto& level = program.levels.emplace_back();
    level.arms = {arm};
    level.keys = {{"k0", "text", "", true}};
    const auto all = explain(program);
    EXPECT_EQ(all.at(1).clause, "LEFT JOIN public.b ON b.id = a.b_id");
    EXPECT_EQ(all.at(1).how, "looked up by its unique key (id); changes are captured by triggers");
    EXPECT_EQ(all.at(2).clause, "WHERE b.name <> 'x'");
    EXPECT_EQ(all.at(3).clause, "DISTINCT or GROUP BY b.name");
}

TEST(Treatment, OfUnionsIsToldInTheNamesOfTheOutput) {
    const auto all = treatments("sample_revenue_by_project_month");
    EXPECT_THAT(all, Contains("UNION ALL of 3 SELECTs: incremental"));
    EXPECT_THAT(all,
                Contains("GROUP BY firm_id, project_id, project_name, project_code, client_id, month: incremental"));
    EXPECT_THAT(all, Contains("count(finance_invoices.id) FILTER (WHERE finance_invoices.status = 'paid'::text): "
                              "incremental"));
    EXPECT_THAT(all, Contains("COALESCE(sum(projects_expenses.amount::numeric), 0::numeric) AS expense_cost: on read"));
    EXPECT_THAT(all, Contains("CURRENT_TIMESTAMP AS refreshed_at: incremental"));
}

TEST(Treatment, OfBooleanAggregatesIsNotThatOfTheirCounts) {
    EXPECT_THAT(
        treatments("boolean_aggregates"),
        ElementsAre("FROM public.child: incremental", "GROUP BY kind: incremental", "bool_and(flag): incremental",
                    "bool_or(quantity > 3): incremental", "bool_and(flag) FILTER (WHERE small > 0): incremental"));
}

TEST(Treatment, OfWhatIsComputedFromAllRowsOfAGroup) {
    EXPECT_THAT(treatments("float_sum"), Contains("sum(size): recomputed"));
    EXPECT_THAT(how("float_sum", "sum(size)"), HasSubstr("each group with a changed row"));
    EXPECT_THAT(how("integer_sums", "sum(quantity)"), Not(HasSubstr("NaN")));
    EXPECT_EQ(how("integer_sums", "sum(big)"), "added and taken back exactly");
}

TEST(Treatment, OfWhatStandsAboveTheGroups) {
    EXPECT_THAT(treatments("windows_over_groups"),
                ElementsAre("FROM public.child: incremental", "GROUP BY kind: incremental",
                            "sum(quantity): incremental", "count(*): incremental", "HAVING count(*) > 1: on read",
                            "rank() OVER (ORDER BY sum(quantity) DESC, kind) AS place: on read",
                            "sum(sum(quantity)) OVER () AS total: on read",
                            "ORDER BY rank() OVER (ORDER BY sum(quantity) DESC, kind): on read", "LIMIT 10: on read"));
    EXPECT_THAT(treatments("having"), Contains("HAVING count(*) > 1: on read"));
    EXPECT_THAT(treatments("two_levels"), Contains("FULL JOIN ON spent.parent_id = sold.parent_id: on read"));
    EXPECT_THAT(treatments("distinct_on_groups"), Contains("DISTINCT ON (kind): on read"));
    EXPECT_THAT(treatments("union_of_groupings"), Contains("UNION ALL: on read"));
    EXPECT_THAT(treatments("groups_of_groups"),
                AllOf(Contains("GROUP BY g.kind: on read"), Contains("max(g.n) AS most: on read")));
}

// Each recorded query that is accepted at all can be explained.
TEST(Treatment, OfEveryRecordedQuery) {
    for (const auto& one : freshet::testing::golden_cases()) {
        if (one.name().starts_with("rejected_") || one.name().find("tenant") != std::string::npos) continue;
        const auto all = explain(recorded(one.name()));
        EXPECT_FALSE(all.empty()) << one.name();
        for (const auto& clause : all) {
            EXPECT_THAT(clause.clause, Not(::testing::ContainsRegex("\\bs[0-9]+\\.|freshet_level"))) << one.name();
            EXPECT_FALSE(clause.how.empty()) << one.name() << ": " << clause.clause;
        }
    }
}

}  // namespace
}  // namespace freshet::compile
