// From the recordings below tests/golden to all SQL of a view, without a database. FRESHET_REGENERATE=1 rewrites
// plan.golden; read the difference before you commit it.
#include <gtest/gtest.h>

#include "freshet/capture/source_capture.hpp"
#include "freshet/compile/emit.hpp"
#include "freshet/core/error.hpp"
#include "freshet/query/shape.hpp"
#include "support/golden_case.hpp"

namespace freshet::testing {
namespace {

std::string listing(const std::vector<std::string>& items) {
    std::string text;
    for (const auto& item : items) text += (text.empty() ? "" : ", ") + item;
    return text;
}

std::string section(const std::string& title, const std::vector<std::string>& statements) {
    std::string text = "\n-- " + title + "\n";
    for (const auto& statement : statements) text += statement + ";\n";
    return text;
}

std::string describe(const compile::TypedColumn& column) {
    return column.type + (column.collation.empty() ? "" : " COLLATE " + column.collation) +
           (column.nullable ? "" : " NOT NULL");
}

std::string describe(const query::Arm& arm) {
    std::string text = "arm\n";
    for (const auto& relation : arm.relations) {
        text +=
            "  from " + relation.alias + " = " + relation.table.display() + " (" + listing(relation.columns) + ")\n";
        for (const auto& condition : relation.lookup_conditions) text += "    looked up by " + condition + "\n";
        for (const auto& condition : relation.capture_conditions) text += "    captured if " + condition + "\n";
    }
    for (const auto& condition : arm.conditions) text += "  where " + condition + "\n";
    for (std::size_t i = 0; i < arm.keys.size(); ++i) text += "  k" + std::to_string(i) + " = " + arm.keys[i] + "\n";
    for (std::size_t i = 0; i < arm.inputs.size(); ++i) {
        text += "  x" + std::to_string(i) + " = " + arm.inputs[i] + "\n";
    }
    return text;
}

std::string describe(const compile::Input& input) {
    auto text = input.column.name + " " + describe(input.column) + " keeps:";
    if (input.count) text += " count";
    if (!input.sum_type.empty()) text += " sum(" + input.sum_type + ")";
    if (input.distinct) text += " distinct";
    if (!input.distinct_sum_type.empty()) text += " distinct sum(" + input.distinct_sum_type + ")";
    if (input.min) text += " min(" + input.ordered_type + ")";
    if (input.max) text += " max(" + input.ordered_type + ")";
    return text + "\n";
}

std::string describe(const compile::Level& level) {
    auto text = "level " + std::to_string(level.index) + (level.total ? " (one row)\n" : "\n");
    for (const auto& arm : level.arms) text += describe(arm);
    for (const auto& key : level.keys) text += key.name + " " + describe(key) + "\n";
    for (const auto& input : level.inputs) text += describe(input);
    std::size_t next = 0;
    for (const auto& aggregate : level.aggregates) {
        if (aggregate.kind != query::AggregateKind::recomputed) continue;
        const auto& column = level.recomputed[next++];
        text += column.name + " " + describe(column) + " recomputed: " + aggregate.call + "\n";
    }
    if (!level.having.empty()) text += "having " + level.having + "\n";
    for (const auto& output : level.outputs) {
        text += "output " + output.name + " = " +
                (output.kind == query::OutputKind::refreshed_at ? "(moment of writing)" : output.expression) +
                (output.kind == query::OutputKind::key ? " (key)" : "") + "\n";
    }
    return text;
}

std::string describe(const compile::Program& program) {
    std::string text = "-- program\n";
    for (const auto& source : program.sources) {
        text += "source " + std::to_string(source.id) + " = " + source.table.display() + " (" +
                listing(source.columns) + ")\n";
    }
    for (const auto& level : program.levels) text += describe(level);
    if (!program.above.empty()) text += "above\n" + program.above + "\n";
    for (const auto& query : program.with) text += "with " + query + "\n";
    if (program.has_tenant()) text += "tenant " + program.tenant + "\n";
    if (program.has_retention()) text += "retention " + program.retention_column + "\n";
    return text;
}

std::string fold_section(const compile::Program& program, const std::set<int>& changed) {
    std::vector<std::string> names;
    for (const auto id : changed) names.push_back(std::to_string(id));
    std::vector<std::string> statements;
    for (const auto& fold : compile::fold(program, changed)) {
        statements.push_back(fold.merge);
        statements.push_back(fold.delete_emptied);
        for (const auto& statement : {fold.spill, fold.settle_spilled, fold.renew}) {
            if (!statement.empty()) statements.push_back(statement);
        }
    }
    return section("fold of changes to " + listing(names) + ": " +
                       std::to_string(compile::fold_terms(program, changed)) + " terms",
                   statements);
}

std::string recompute_section(const compile::Program& program, const compile::Scope& scope) {
    std::vector<std::string> statements;
    for (const auto& level : compile::recompute(program, scope)) {
        for (const auto& table : level.tables) {
            for (const auto& statement :
                 {table.create_fresh, table.fill_fresh, table.delete_stale, table.upsert_changed}) {
                statements.push_back(statement);
            }
        }
        statements.push_back(level.drop_fresh);
    }
    return section(scope.tenant ? "recompute one tenant" : "recompute all", statements);
}

std::string sql_of(const compile::Program& program, const GoldenCase& one) {
    auto text = section("state", compile::create_state(program, one.indexes)) +
                section("public relation", {compile::public_select(program)});
    std::set<int> all;
    for (const auto& source : program.sources) all.insert(source.id);
    text += fold_section(program, {program.sources.front().id});
    if (all.size() > 1) text += fold_section(program, all);
    text += recompute_section(program, {});
    if (program.has_tenant()) text += recompute_section(program, {true});
    if (program.has_retention()) text += section("retention", compile::delete_before_horizon(program));
    return text + section("compare",
                          {compile::compare(program, "\"public\".\"v\"", "SELECT 1", {program.has_tenant()}, {}, 20)});
}

std::vector<capture::CapturedEvent> events_of(const GoldenFacts& facts, const sql::QualifiedName& table) {
    std::vector<capture::CapturedEvent> events;
    for (const auto& event : facts.events) {
        if (event.table != table) continue;
        const auto relation = query::normalise_filter(event.normalised, facts.facts);
        std::string predicate;
        for (const auto& condition : relation.capture_conditions) {
            predicate += (predicate.empty() ? "(" : " AND (") + condition + ")";
        }
        events.push_back({event.name, static_cast<int>(events.size()), predicate, relation.columns});
    }
    return events;
}

std::string capture_of(const compile::Program& program, const GoldenFacts& facts) {
    std::string text;
    for (const auto& source : program.sources) {
        const auto capture =
            capture::make_capture(source.id, source.table, facts.facts.tables.at(source.table),
                                  facts.primary_keys.at(source.table), {&program}, events_of(facts, source.table), 0);
        text += section("log of " + source.table.display(), capture::create_log(capture)) +
                section("triggers of " + source.table.display(), capture::create_triggers(capture));
    }
    return text;
}

std::string rejection_text(const std::vector<query::Rejection>& rejections) {
    std::string text;
    for (const auto& rejection : rejections)
        text += "rejected: " + rejection.reason + "\nhint: " + rejection.hint + "\n";
    return text;
}

std::string plan_of(const GoldenCase& one, const GoldenFacts& facts) {
    if (const auto shape = query::check_shape(one.query); !shape.rejections.empty()) {
        return rejection_text(shape.rejections);
    }
    const auto form = query::normalise(facts.normalised, facts.facts);
    compile::CompileOptions options;
    options.view_id = 7;
    options.tenant = one.tenant;
    options.retention_column = one.retention;
    int next = 1;
    for (const auto& [table, columns] : facts.facts.tables) options.source_ids[table] = next++;
    const auto program = compile::compile(form, facts.types, options);
    std::string asked;
    for (const auto& level : form.levels) asked += compile::describe_sql(level) + ";\n";
    return describe(program) + "\n-- asked for its types\n" + asked + sql_of(program, one) + capture_of(program, facts);
}

std::string plan_or_rejection(const GoldenCase& one) {
    try {
        return plan_of(one, load_golden_facts(one));
    } catch (const query::Rejected& rejected) {
        return rejection_text(rejected.rejections);
    } catch (const core::Error& error) {
        return rejection_text({{0, error.what(), error.hint()}});
    }
}

class Golden : public ::testing::TestWithParam<GoldenCase> {};

TEST_P(Golden, PlanIsAsReviewed) {
    const auto& one = GetParam();
    const auto plan = plan_or_rejection(one);
    const auto file = one.folder / "plan.golden";
    if (regenerate()) write_whole(file, plan);
    EXPECT_EQ(plan, read_whole(file));
    EXPECT_EQ(plan.starts_with("rejected: "), one.name().starts_with("rejected_")) << plan;
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, ::testing::ValuesIn(golden_cases()),
                         [](const auto& one) { return one.param.name(); });

}  // namespace
}  // namespace freshet::testing
