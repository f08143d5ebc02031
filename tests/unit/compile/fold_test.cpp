// Inclusion-exclusion by hand; the whole text is below tests/golden.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "freshet/compile/emit.hpp"

namespace freshet::compile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Program join_of(const std::vector<std::string>& tables) {
    Program program;
    program.view_id = 1;
    query::Arm arm;
    arm.keys = {"s0.k"};
    for (const auto& table : tables) {
        arm.relations.push_back({{"public", table}, "s" + std::to_string(arm.relations.size()), {"k"}, {}, {}, {}});
        const sql::QualifiedName name{"public", table};
        const bool known = std::any_of(program.sources.begin(), program.sources.end(),
                                       [&](const Source& source) { return source.table == name; });
        if (!known) {
            program.sources.push_back({static_cast<int>(program.sources.size()) + 1, name, {"k"}});
        }
    }
    auto& level = program.levels.emplace_back();
    level.view_id = 1;
    level.sources = program.sources;
    level.arms = {arm};
    level.keys = {{"k0", "integer", "", false}};
    level.aggregates = {{query::AggregateKind::count_rows, -1, {}}};
    level.outputs = {{"k", query::OutputKind::key, "k0"}, {"n", query::OutputKind::computed, "a0"}};
    program.columns = level.outputs;
    return program;
}

std::size_t occurrences(const std::string& text, const std::string& word) {
    std::size_t count = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        ++count;
    }
    return count;
}

TEST(Fold, OneChangedTableIsOneTerm) {
    const auto program = join_of({"a", "b"});
    const auto sql = fold(program, {1}).front().merge;
    EXPECT_EQ(fold_terms(program, {1}), 1U);
    EXPECT_EQ(occurrences(sql, "AS sign"), 1U);
    EXPECT_THAT(sql, HasSubstr("(s0.freshet_sign)::integer AS sign"));
    EXPECT_THAT(sql, HasSubstr("FROM d1 AS s0, \"public\".\"b\" AS s1"));
    EXPECT_THAT(sql, Not(HasSubstr("d2")));
}

TEST(Fold, TwoChangedTablesAreSubtractedWhereBothChanged) {
    const auto program = join_of({"a", "b"});
    const auto sql = fold(program, {1, 2}).front().merge;
    EXPECT_EQ(fold_terms(program, {1, 2}), 3U);
    EXPECT_EQ(occurrences(sql, "AS sign"), 3U);
    EXPECT_THAT(
        sql, HasSubstr("(s0.freshet_sign)::integer AS sign, (s0.k) AS k0\n    FROM d1 AS s0, \"public\".\"b\" AS s1"));
    EXPECT_THAT(
        sql, HasSubstr("(s1.freshet_sign)::integer AS sign, (s0.k) AS k0\n    FROM \"public\".\"a\" AS s0, d2 AS s1"));
    EXPECT_THAT(
        sql,
        HasSubstr(
            "(s0.freshet_sign * s1.freshet_sign * -1)::integer AS sign, (s0.k) AS k0\n    FROM d1 AS s0, d2 AS s1"));
}

TEST(Fold, ThreeChangedTablesAddWhatAllThreeChanged) {
    const auto program = join_of({"a", "b", "c"});
    const auto sql = fold(program, {1, 2, 3}).front().merge;
    EXPECT_EQ(fold_terms(program, {1, 2, 3}), 7U);
    EXPECT_EQ(occurrences(sql, "AS sign"), 7U);
    EXPECT_EQ(occurrences(sql, "* -1)::integer"), 3U);
    EXPECT_THAT(sql, HasSubstr("(s0.freshet_sign * s1.freshet_sign * s2.freshet_sign)::integer AS sign"));
}

TEST(Fold, OccurrencesOfASelfJoinChangeTogether) {
    const auto program = join_of({"a", "a"});
    EXPECT_EQ(fold_terms(program, {1}), 3U);
    EXPECT_THAT(fold(program, {1}).front().merge, HasSubstr("FROM d1 AS s0, d1 AS s1"));
}

TEST(Fold, ArmsAddUp) {
    auto program = join_of({"a", "b"});
    program.levels.front().arms.push_back(program.levels.front().arms.front());
    EXPECT_EQ(fold_terms(program, {1, 2}), 6U);
    EXPECT_EQ(occurrences(fold(program, {1, 2}).front().merge, "AS sign"), 6U);
}

TEST(State, HasFirstWhatReadersReadAndOfThatWhatIsOfFixedWidth) {
    auto program = join_of({"a"});
    auto& level = program.levels.front();
    level.keys = {{"k0", "text", "", true}, {"k1", "date", "", false}, {"k2", "bigint", "", false}};
    level.inputs = {{{"x0", "numeric", "", true}, "numeric", "", "text", true, {0, 2}, true, true, true, false}};
    level.aggregates = {{query::AggregateKind::sum, 0, ""},
                        {query::AggregateKind::count_distinct, 0, ""},
                        {query::AggregateKind::min, 0, ""}};
    EXPECT_THAT(create_state(program, {}).front(),
                HasSubstr("(\n    k2 bigint NOT NULL,\n    d0 bigint NOT NULL,\n    refreshed_at timestamptz NOT "
                          "NULL,\n    k1 date NOT NULL,\n    k0 text,\n    s0 numeric,\n    lo0 text,\n    n bigint "
                          "NOT NULL,\n    c0 bigint NOT NULL,\n    sc0 bigint NOT NULL,\n    v0 numeric[],\n    m0 "
                          "integer[],\n    spill bigint\n)"));
    level.aggregates.push_back({query::AggregateKind::avg, 0, ""});
    EXPECT_THAT(create_state(program, {}).front(), HasSubstr("(\n    k2 bigint NOT NULL,\n    c0 bigint NOT NULL,"));
}

TEST(State, KeepsRoomForUpdatesUnlessTheyCannotBeHot) {
    auto program = join_of({"a"});
    program.levels.front().outputs.push_back({"at", query::OutputKind::refreshed_at, ""});
    program.columns = program.levels.front().outputs;
    EXPECT_THAT(create_state(program, {}).front(), HasSubstr("fillfactor"));
    EXPECT_THAT(create_state(program, {{"k DESC"}}).front(), HasSubstr("fillfactor"));
    EXPECT_THAT(create_state(program, {{"k DESC"}, {"k", "at DESC"}}).front(), Not(HasSubstr("fillfactor")));
}

class KeyIndex : public ::testing::Test {
  protected:
    KeyIndex() {
        auto& level = program_.levels.front();
        level.keys = {{"k0", "text", "", true}, {"k1", "date", "", false}, {"k2", "bigint", "", false}};
        level.outputs = {{"name", query::OutputKind::key, "k0"},
                         {"day", query::OutputKind::key, "k1"},
                         {"firm", query::OutputKind::key, "k2"},
                         {"at", query::OutputKind::refreshed_at, ""}};
        program_.columns = level.outputs;
    }
    // Their columns.
    std::vector<std::string> made(const std::vector<std::vector<std::string>>& asked) const {
        std::vector<std::string> result;
        for (const auto& statement : create_state(program_, asked)) {
            if (statement.find("INDEX ON") != std::string::npos) {
                result.push_back((statement.find("UNIQUE") == std::string::npos ? "" : "unique ") +
                                 statement.substr(statement.find('(')));
            }
        }
        return result;
    }
    Program program_ = join_of({"a"});
};

TEST_F(KeyIndex, HasKeysWithoutNullsFirst) {
    EXPECT_THAT(made({}), ElementsAre("unique (k1, k2, k0) NULLS NOT DISTINCT"));
}

TEST_F(KeyIndex, BeginsAsTheReadersIndexWithTheMostKeys) {
    EXPECT_THAT(made({{"day DESC"}, {"firm", "day DESC NULLS LAST"}, {"day", "firm"}}),
                ElementsAre("unique (k2, k1 DESC NULLS LAST, k0) NULLS NOT DISTINCT", "(k1 DESC)", "(k1, k2)"));
    EXPECT_THAT(made({{"firm", "day", "name DESC"}}), ElementsAre("unique (k2, k1, k0 DESC) NULLS NOT DISTINCT"));
}

TEST_F(KeyIndex, IsOfItsOwnWhereReadersWantNullsFirstOrNoKeys) {
    EXPECT_THAT(made({{"name", "day"}, {"at DESC"}, {"day", "at"}, {"day", "day"}}),
                ElementsAre("unique (k1, k2, k0) NULLS NOT DISTINCT", "(k0, k1)", "(refreshed_at DESC)",
                            "(k1, refreshed_at)", "(k1, k1)"));
}

TEST_F(KeyIndex, KeepsTheRowsOfATenantTogether) {
    program_.levels.front().tenant_key = 2;
    EXPECT_THAT(made({{"day", "firm"}}), ElementsAre("unique (k2, k1, k0) NULLS NOT DISTINCT", "(k1, k2)"));
    EXPECT_THAT(made({{"firm DESC"}}), ElementsAre("unique (k2 DESC, k1, k0) NULLS NOT DISTINCT"));
}

TEST(Fold, ManyTermsDoNotOverflow) {
    EXPECT_GT(fold_terms(join_of(std::vector<std::string>(80, "a")), {1}), 1'000'000U);
}

// A published column may be called like a key of ours, and two columns may show one key.
TEST(Compare, ScopeReadsKeysUnderANameOfItsOwn) {
    auto program = join_of({"a"});
    program.columns = {{"k0", query::OutputKind::computed, "a0"},
                       {"tenant", query::OutputKind::key, "k0"},
                       {"x", query::OutputKind::key, "k0"}};
    program.levels.front().tenant_key = 0;
    program.tenant = "tenant";
    const auto sql = compare(program, "p", "SELECT 1", {true}, {}, 5);
    EXPECT_THAT(sql,
                HasSubstr("SELECT q.\"k0\", q.\"tenant\", q.\"x\" FROM p AS q CROSS JOIN LATERAL (SELECT q.\"tenant\" "
                          "AS k0) AS r WHERE r.k0 = $1::integer"));
    EXPECT_THAT(sql, HasSubstr("to_jsonb(x.*)"));
}

// "=" of an extension's type may not be found under the pinned search_path; of arrays it is.
TEST(Recompute, ComparesTypesOfOtherSchemasAsArrays) {
    auto program = join_of({"a"});
    program.levels.front().keys.front().type = "public.citext";
    program.levels.front().tenant_key = 0;
    program.tenant = "tenant";
    EXPECT_THAT(recompute(program, {true}).front().tables.front().fill_fresh,
                HasSubstr("WHERE ARRAY[r.k0] = ARRAY[$1::public.citext]"));
}

}  // namespace
}  // namespace freshet::compile
