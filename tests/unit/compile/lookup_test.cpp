// The terms of lookups by hand; that they add up is shown on a server in integration.folds_by_hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "freshet/compile/emit.hpp"
#include "freshet/compile/unique_keys.hpp"

namespace freshet::compile {
namespace {

using testing::HasSubstr;
using testing::Not;

// a LEFT JOIN b ON b.id = a.b_id LEFT JOIN c ON c.id = b.c_id, grouped by c.name; b and c are sources 2 and 3.
Program chain_of_lookups() {
    Program program;
    program.view_id = 1;
    program.sources = {
        {1, {"public", "a"}, {"b_id"}}, {2, {"public", "b"}, {"c_id", "id"}}, {3, {"public", "c"}, {"id", "name"}}};
    query::Arm arm;
    arm.relations = {{{"public", "a"}, "s0", {"b_id"}, {}, {}, {}},
                     {{"public", "b"}, "s1", {"c_id", "id"}, {}, {"s1.id = s0.b_id"}, {"id"}},
                     {{"public", "c"}, "s2", {"id", "name"}, {}, {"s2.id = s1.c_id"}, {"id"}}};
    arm.keys = {"s2.name"};
    auto& level = program.levels.emplace_back();
    level.view_id = 1;
    level.sources = program.sources;
    level.arms = {arm};
    level.keys = {{"k0", "text", "", true}};
    level.aggregates = {{query::AggregateKind::count_rows, -1, {}}};
    level.outputs = {{"k", query::OutputKind::key, "k0"}, {"n", query::OutputKind::computed, "a0"}};
    program.columns = level.outputs;
    return program;
}

std::string merge(const std::set<int>& changed) {
    return fold(chain_of_lookups(), changed).front().merge;
}

TEST(Lookup, UnchangedIsALeftJoinOfTheTable) {
    EXPECT_EQ(fold_terms(chain_of_lookups(), {1}), 1U);
    EXPECT_THAT(merge({1}), HasSubstr("(s0.freshet_sign)::integer AS sign, (s2.name) AS k0\n    FROM d1 AS s0\n    "
                                      "LEFT JOIN \"public\".\"b\" AS s1 ON (s1.id = s0.b_id)\n    "
                                      "LEFT JOIN \"public\".\"c\" AS s2 ON (s2.id = s1.c_id)"));
}

TEST(Lookup, ChangedTakesTheRowAndGivesTheNullsBack) {
    EXPECT_EQ(fold_terms(chain_of_lookups(), {2}), 2U);
    EXPECT_THAT(merge({2}), HasSubstr("(s1.freshet_sign)::integer AS sign, (s2.name) AS k0\n    FROM \"public\".\"a\" "
                                      "AS s0\n    JOIN d2 AS s1 ON (s1.id = s0.b_id)\n    LEFT JOIN"));
    EXPECT_THAT(merge({2}),
                HasSubstr("(s1_match.freshet_sign * -1)::integer AS sign, (s2.name) AS k0\n    FROM "
                          "\"public\".\"a\" AS s0\n    JOIN LATERAL (SELECT s1.freshet_sign FROM d2 AS s1 "
                          "WHERE (s1.id = s0.b_id)) AS s1_match ON true\n    LEFT JOIN \"public\".\"b\" AS s1 "
                          "ON false\n    LEFT JOIN \"public\".\"c\" AS s2 ON (s2.id = s1.c_id)"));
}

// |S| = 2 turns the sign, each lost match turns it again.
TEST(Lookup, SignsOfTwoChangedOnes) {
    EXPECT_EQ(fold_terms(chain_of_lookups(), {2, 3}), 8U);
    const auto sql = merge({2, 3});
    EXPECT_THAT(sql, HasSubstr("(s1.freshet_sign * s2.freshet_sign * -1)::integer"));
    EXPECT_THAT(sql, HasSubstr("(s1_match.freshet_sign * s2.freshet_sign)::integer"));
    EXPECT_THAT(sql, HasSubstr("(s1.freshet_sign * s2_match.freshet_sign)::integer"));
    EXPECT_THAT(sql, HasSubstr("(s1_match.freshet_sign * s2_match.freshet_sign * -1)::integer"));
    EXPECT_EQ(fold_terms(chain_of_lookups(), {1, 2, 3}), 17U);
}

// The comma would bind less than the join, whose condition could not read s0.
TEST(Lookup, InnerRelationsAreCrossJoined) {
    auto program = chain_of_lookups();
    auto& relations = program.levels.front().arms.front().relations;
    relations.push_back({{"public", "a"}, "s3", {"b_id"}, {}, {}, {}});
    const auto sql = recompute(program, {}).front().tables.front().fill_fresh;
    EXPECT_THAT(sql, HasSubstr("FROM \"public\".\"a\" AS s0 CROSS JOIN \"public\".\"a\" AS s3\n    LEFT JOIN"));
    EXPECT_THAT(sql, Not(HasSubstr(", \"public\".\"a\"")));
}

TEST(Lookup, RestsOnAUniqueKey) {
    auto program = chain_of_lookups();
    auto& relations = program.levels.front().arms.front().relations;
    relations.push_back({{"public", "b"}, "s3", {"id"}, {}, {"s3.id = s0.b_id"}, {"id"}});
    relations.push_back({{"public", "c"}, "s4", {"id", "name"}, {}, {}, {"name", "id"}});
    const std::set<UniqueKey> expected{
        {{"public", "b"}, {"id"}}, {{"public", "c"}, {"id"}}, {{"public", "c"}, {"name", "id"}}};
    EXPECT_EQ(unique_keys(program), expected);
}

}  // namespace
}  // namespace freshet::compile
