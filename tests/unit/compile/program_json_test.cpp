#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "freshet/compile/program.hpp"
#include "freshet/core/error.hpp"

namespace freshet::compile {
namespace {

Program every_field() {
    Program program;
    program.view_id = 3;
    program.sources = {{5, {"public", "Größe"}, {"a\"b", "c"}}};
    Level level;
    level.view_id = 3;
    level.index = 0;
    level.sources = program.sources;
    level.arms = {{{{{"public", "Größe"}, "s0", {"c"}, {"r.c = 'x''y'"}, {"s0.c = 1"}, {"c"}}},
                   {"s0.c > 1"},
                   {"s0.c"},
                   {"s0.\"a\"\"b\""}}};
    level.keys = {{"k0", "character varying(20)", "pg_catalog.\"C\"", false}};
    level.inputs = {
        {{"x0", "numeric(10,2)", "", true}, "numeric", "numeric", "numeric", true, {0, 2}, true, true, true, true}};
    level.aggregates = {{query::AggregateKind::count_rows, -1, ""},
                        {query::AggregateKind::count, 0, ""},
                        {query::AggregateKind::sum, 0, ""},
                        {query::AggregateKind::avg, 0, ""},
                        {query::AggregateKind::count_distinct, 0, ""},
                        {query::AggregateKind::sum_distinct, 0, ""},
                        {query::AggregateKind::avg_distinct, 0, ""},
                        {query::AggregateKind::min, 0, ""},
                        {query::AggregateKind::max, 0, ""},
                        {query::AggregateKind::recomputed, -1, "string_agg(x0, ',' ORDER BY x0)"}};
    level.recomputed = {{"r9", "text", "pg_catalog.\"C\"", true}};
    level.outputs = {{"key", query::OutputKind::key, "k0"},
                     {"n", query::OutputKind::computed, "a0 + 1"},
                     {"at", query::OutputKind::refreshed_at, ""}};
    level.having = "a0 > 1";
    level.total = true;
    level.tenant_key = 0;
    level.retention_key = 0;
    program.levels = {level};
    program.above = "SELECT * FROM w";
    program.with = {"\"w\" AS (SELECT * FROM freshet_level_0)"};
    program.columns = level.outputs;
    program.tenant = "key";
    program.retention_column = "key";
    return program;
}

TEST(ProgramJson, ComesBackAsItWas) {
    const auto text = to_json(every_field()).dump();
    EXPECT_EQ(program_from_json(nlohmann::json::parse(text)), every_field());
    EXPECT_EQ(program_from_json(to_json(Program{})), Program{});
}

core::Error refusal(const nlohmann::json& document) {
    try {
        program_from_json(document);
    } catch (const core::Error& error) {
        return error;
    }
    return core::Error("accepted");
}

TEST(ProgramJson, RefusesAnotherFormat) {
    auto document = to_json(every_field());
    const auto format = document["format"].get<int>();
    document["format"] = format + 1;
    EXPECT_EQ(std::string(refusal(document).what()), "the stored program has format " + std::to_string(format + 1) +
                                                         ", this freshetd reads " + std::to_string(format));
    EXPECT_EQ(refusal(document).hint(), "run freshetd install with this version");
}

TEST(ProgramJson, RefusesWhatIsNoProgram) {
    auto document = to_json(every_field());
    document["levels"][0].erase("keys");
    EXPECT_TRUE(std::string(refusal(document).what()).starts_with("the stored program cannot be read: "));
    EXPECT_TRUE(
        std::string(refusal(nlohmann::json::array()).what()).starts_with("the stored program cannot be read: "));
}

}  // namespace
}  // namespace freshet::compile
