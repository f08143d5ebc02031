#include "freshet/compile/access.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::compile {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const sql::QualifiedName order{"s", "orders"};
const sql::QualifiedName line{"s", "line"};
const sql::QualifiedName product{"s", "product"};

Program program_of(const std::vector<sql::QualifiedName>& tables, const std::vector<std::string>& conditions) {
    Program program;
    auto& arm = program.levels.emplace_back().arms.emplace_back();
    for (const auto& table : tables) {
        arm.relations.push_back({table, "s" + std::to_string(arm.relations.size()), {}, {}, {}, {}});
    }
    arm.conditions = conditions;
    return program;
}

TEST(Access, GoesFromEachChangeAlongTheJoin) {
    EXPECT_THAT(
        accesses(program_of({order, line, product}, {"s1.order_id = s0.id", "s1.product_id = s2.id"})),
        UnorderedElementsAre(
            Access{line, {"order_id"}, "changes of s.orders"}, Access{product, {"id"}, "changes of s.orders"},
            Access{order, {"id"}, "changes of s.line"}, Access{product, {"id"}, "changes of s.line"},
            Access{line, {"product_id"}, "changes of s.product"}, Access{order, {"id"}, "changes of s.product"}));
}

TEST(Access, HasAllColumnsThatAreKnownAtOnce) {
    EXPECT_THAT(accesses(program_of({order, line}, {"s1.order_id = s0.id", "s0.shop = s1.shop", "s1.n > s0.n"})),
                UnorderedElementsAre(Access{line, {"order_id", "shop"}, "changes of s.orders"},
                                     Access{order, {"id", "shop"}, "changes of s.line"}));
}

TEST(Access, OfATableJoinedToItselfIsOne) {
    EXPECT_THAT(accesses(program_of({line, line}, {"s0.order_id = s1.order_id"})),
                UnorderedElementsAre(Access{line, {"order_id"}, "changes of s.line"}));
}

TEST(Access, OfALookupGoesBothWays) {
    auto program = program_of({line, product}, {});
    program.levels[0].arms[0].relations[1].lookup_conditions = {"s1.id = s0.product_id"};
    EXPECT_THAT(accesses(program), UnorderedElementsAre(Access{product, {"id"}, "changes of s.line"},
                                                        Access{line, {"product_id"}, "changes of s.product"}));
}

TEST(Access, WithoutEqualityOfColumnsHasNoIndexToAdvise) {
    EXPECT_THAT(accesses(program_of({order, line}, {"lower(s1.code) = s0.code", "s0.a = 1", "s0.a < s1.a"})),
                IsEmpty());
}

TEST(Access, OfGroupsThatAreRecomputedIsByTheirKeys) {
    auto program = program_of({order, line}, {"s1.order_id = s0.id"});
    auto& level = program.levels.front();
    level.arms.front().keys = {"s0.customer", "upper(s1.kind)"};
    const Access by_key{order, {"customer"}, "recomputing groups"};
    EXPECT_THAT(accesses(program), ::testing::Not(::testing::Contains(by_key)));
    level.recomputed = {{"r0", "text", "", true}};
    EXPECT_THAT(accesses(program),
                ::testing::AllOf(::testing::Contains(by_key),
                                 ::testing::Contains(Access{line, {"order_id"}, "recomputing groups"})));
}

}  // namespace
}  // namespace freshet::compile
