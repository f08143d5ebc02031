#include "freshet/cli/plan_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "freshet/cli/capture_cost_text.hpp"
#include "freshet/cli/index_advice_text.hpp"
#include "freshet/cli/locks_text.hpp"

namespace freshet::cli {
namespace {

using ::testing::HasSubstr;

install::Plan sample() {
    install::Plan plan;
    install::ViewPlan created;
    created.action = install::Action::create;
    created.name = {"public", "mv_a"};
    created.estimated_rows = 120000;
    created.adopt = true;
    created.create_statements = {"CREATE TABLE freshet.state_1_0 ();"};
    install::ViewPlan kept;
    kept.name = {"sales", "mv_b"};
    kept.strategy = catalog::Strategy::concurrent;
    kept.reasons = {"ORDER BY has no meaning in a view", "an outer join"};
    plan.views = {created, kept};
    install::SourcePlan source;
    source.action = install::Action::rebuild;
    source.table = {"public", "invoices"};
    plan.sources = {source};
    install::EventPlan event;
    event.name = "invoice_paid";
    event.table = {"public", "invoices"};
    event.predicate = "r.status = 'paid'";
    plan.events = {event};
    return plan;
}

TEST(Plan, CountsViewsAndSources) {
    auto plan = sample();
    EXPECT_EQ(plan_summary(plan), "1 to create, 1 to change, 0 to drop");
    plan.create_schema = true;
    plan.events_changed = true;
    EXPECT_EQ(plan_summary(plan),
              "1 to create, 1 to change, 0 to drop; the schema freshet will be created; events will be updated");
}

TEST(Plan, IsTablesReasonsAndASummary) {
    const std::string create(install::name_of(install::Action::create));
    const auto text = plan_text(sample(), Colour::none);
    EXPECT_THAT(text,
                HasSubstr(create + "  mv_a        delta       reads about 120,000 rows, replaces the materialized "
                                   "view (--adopt)\n"));
    EXPECT_THAT(text, HasSubstr("sales.mv_b  concurrent\n"));
    EXPECT_THAT(text, HasSubstr("\nsales.mv_b\n  - ORDER BY has no meaning in a view\n  - an outer join\n"));
    EXPECT_THAT(text, HasSubstr("invoice_paid  public.invoices  r.status = 'paid'\n"));
    EXPECT_THAT(text, ::testing::EndsWith("\n1 to create, 1 to change, 0 to drop\n"));
}

TEST(Plan, OneReasonGoesIntoTheTable) {
    auto plan = sample();
    plan.views[1].reasons.resize(1);
    const auto text = plan_text(plan, Colour::none);
    EXPECT_THAT(text, ::testing::ContainsRegex("sales\\.mv_b  concurrent  +ORDER BY has no meaning in a view\n"));
    EXPECT_THAT(text, ::testing::Not(HasSubstr("  - ")));
}

install::Plan with_a_program(install::Action action) {
    install::Plan plan;
    auto& view = plan.views.emplace_back();
    view.action = action;
    view.name = {"public", "mv_a"};
    auto& level = view.program.levels.emplace_back();
    level.arms.emplace_back().relations.push_back({{"public", "invoices"}, "s0", {}, {}, {}, {}});
    level.total = true;
    level.aggregates.push_back({query::AggregateKind::count_rows, -1, {}});
    level.having = "a0 > 5";
    return plan;
}

TEST(Plan, ExplainsTheClausesOfWhatChanges) {
    const auto text = plan_text(with_a_program(install::Action::create), Colour::none);
    EXPECT_THAT(text, HasSubstr("\nmv_a\n  incremental  FROM public.invoices: changes are captured by triggers\n"));
    EXPECT_THAT(text, HasSubstr("\n  on read      HAVING count(*) > 5: over the groups\n"));
}

TEST(Plan, ExplainsWhatStaysOnlyWhenAsked) {
    const auto kept = with_a_program(install::Action::keep);
    EXPECT_THAT(plan_text(kept, Colour::none), ::testing::Not(HasSubstr("incremental")));
    EXPECT_THAT(plan_text(kept, Colour::none, {Explained::all}), HasSubstr("  incremental  FROM public.invoices"));
    const auto clauses = plan_json(kept, Statements::leave_out)["views"][0]["clauses"];
    EXPECT_EQ(clauses[0]["clause"], "FROM public.invoices");
    EXPECT_EQ(clauses[0]["treatment"], "incremental");
    EXPECT_THAT(clauses.back()["how"].get<std::string>(), HasSubstr("over the groups"));
}

TEST(Plan, SectionsStandBeforeTheSummary) {
    const auto text = plan_text(sample(), Colour::none, {Explained::changed, {"", "locks\n"}});
    EXPECT_THAT(text, ::testing::EndsWith("\n\nlocks\n\n1 to create, 1 to change, 0 to drop\n"));
}

TEST(Plan, TellsItsLocksAndHowItTriesForThem) {
    const auto text = locks_text(sample(), "tries", Colour::none);
    EXPECT_THAT(text, HasSubstr("capture changes  SHARE ROW EXCLUSIVE  public.invoices"));
    EXPECT_THAT(text, ::testing::EndsWith("\ntries\n"));
    EXPECT_EQ(locks_text({}, "tries", Colour::none), "");
    EXPECT_EQ(locks_json(sample())[0]["lock"], "SHARE ROW EXCLUSIVE");
}

TEST(Plan, AdvisesIndexesAsAScriptWithReasons) {
    const std::vector<install::IndexAdvice> advice = {{"CREATE INDEX ON t (a)", {"one", "two"}}};
    EXPECT_EQ(index_advice_text(advice), "indexes that would help:\n-- one\n-- two\nCREATE INDEX ON t (a);\n");
    EXPECT_EQ(index_advice_text({}), "");
    EXPECT_EQ(index_advice_json(advice)[0]["why"][1], "two");
}

TEST(Plan, TellsWhatCaptureCosts) {
    install::CaptureCost cost;
    cost.table = {"public", "invoices"};
    cost.insert = {2, 3};
    cost.remove = {1, 2.5};
    cost.single_insert = {10, 40};
    install::CaptureCost not_measured;
    not_measured.table = {"public", "t"};
    not_measured.unmeasured = "no time";
    const auto text = capture_cost_text({cost, not_measured}, Colour::none);
    EXPECT_THAT(text,
                HasSubstr("public.invoices       2.0 -> 3.0 (1.5x)  -       1.0 -> 2.5 (2.5x)  10.0 -> 40.0 (4.0x)\n"));
    EXPECT_THAT(text, ::testing::EndsWith("write no WAL\nwhat capture of public.t costs was not measured: no time\n"));
    EXPECT_EQ(capture_cost_text({}, Colour::none), "");
    const auto json = capture_cost_json({cost, not_measured});
    EXPECT_EQ(json[0]["insert"]["ratio"], 1.5);
    EXPECT_EQ(json[1]["not_measured"], "no time");
}

TEST(Plan, WasCarriedOut) {
    auto plan = sample();
    plan.views[0].adopt = false;
    EXPECT_EQ(done_text(plan), "created mv_a\ndone: 1 created, 1 changed, 0 dropped\n");
}

TEST(Plan, TellsHowFarAnAdoptedViewWasBehind) {
    auto plan = sample();
    plan.views[0].notes = {"not kept: the index by_total"};
    EXPECT_THAT(done_text(plan), HasSubstr("adopted mv_a: proven equal to its query; the materialized view was never "
                                           "populated\n  - not kept: the index by_total\n"));
    plan.views[0].rows_that_differed = 0;
    EXPECT_THAT(done_text(plan), HasSubstr("; so was the materialized view\n"));
    plan.views[0].rows_that_differed = 12;
    EXPECT_THAT(done_text(plan), HasSubstr("; the materialized view differed by 12 rows\n"));
    EXPECT_THAT(plan_text(plan, Colour::none), HasSubstr("\nmv_a\n  - not kept: the index by_total\n"));
}

TEST(Plan, TheScriptEndsEveryStatementOnce) {
    install::Plan plan;
    plan.schema_statements = {"CREATE SCHEMA freshet;\n", "SELECT 1", "SELECT 2 -- why"};
    plan.create_schema = true;
    const auto script = plan_script(plan);
    EXPECT_THAT(script, ::testing::StartsWith("-- 0 to create"));
    EXPECT_THAT(script, HasSubstr("CREATE SCHEMA freshet;\nSELECT 1;\nSELECT 2 -- why\n;\n"));
}

TEST(Plan, JsonNamesEverything) {
    const auto document = plan_json(sample(), Statements::leave_out);
    EXPECT_EQ(document["create"], 1);
    EXPECT_EQ(document["change"], 1);
    EXPECT_EQ(document["has_changes"], true);
    EXPECT_EQ(document["views"][1]["name"], "sales.mv_b");
    EXPECT_EQ(document["views"][1]["reasons"].size(), 2U);
    EXPECT_EQ(document["events"][0]["when"], "r.status = 'paid'");
    EXPECT_FALSE(document.contains("statements"));
    EXPECT_TRUE(plan_json(sample(), Statements::include)["statements"].is_array());
}

TEST(Plan, ViewsThatReadViewsSayWhich) {
    auto plan = sample();
    plan.views[0].id = 1;
    plan.views[1].reads = {{"public", "mv_a"}};
    plan.sources.push_back({install::Action::create, {"freshet", "state_1_0"}, 2, {}});
    const auto text = plan_text(plan, Colour::none);
    EXPECT_THAT(text, HasSubstr("  - an outer join\n  - reads the view mv_a\n"));
    EXPECT_THAT(text, HasSubstr("create   the view mv_a\n"));
    EXPECT_EQ(plan_json(plan, Statements::leave_out)["views"][1]["reads"], Json({"mv_a"}));
}

}  // namespace
}  // namespace freshet::cli
