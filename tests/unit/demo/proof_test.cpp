#include "freshet/demo/proof.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "freshet/demo/readings.hpp"

namespace freshet::demo {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<std::string> columns = {"firm_id", "month", "hours", "refreshed_at"};

TEST(ProofStatement, ComparesEveryColumnBothWaysButTheTimeOfWriting) {
    const std::string statement = proof_statement({"mv_a", "SELECT 1", ""}, columns);
    EXPECT_THAT(statement, HasSubstr(R"(SELECT "firm_id", "month", "hours" FROM public."mv_a")"));
    EXPECT_THAT(statement, HasSubstr("TABLE live EXCEPT ALL TABLE report"));
    EXPECT_THAT(statement, HasSubstr("TABLE report EXCEPT ALL TABLE live"));
    EXPECT_THAT(statement, Not(HasSubstr("refreshed_at")));
    EXPECT_THAT(statement, Not(HasSubstr("WHERE")));
}

TEST(ProofStatement, StartsAtTheOldestPeriodThatIsKept) {
    EXPECT_THAT(proof_statement({"mv_a", "SELECT 1", "month"}, columns),
                HasSubstr(R"(WHERE "month" >= (SELECT min("month") FROM public."mv_a"))"));
}

TEST(ProofStatement, AQueryMayEndInAComment) {
    EXPECT_THAT(proof_statement({"mv_a", "SELECT 1 -- one", ""}, columns), HasSubstr("-- one\n)"));
}

TEST(Proof, IsExactWithoutDifferencesEitherWay) {
    EXPECT_TRUE((Proof{5, 0, 0}.exact()));
    EXPECT_FALSE((Proof{5, 1, 0}.exact()));
    EXPECT_FALSE((Proof{5, 0, 1}.exact()));
}

TEST(ParseExplain, ReadsTimeAndRows) {
    const Execution execution =
        parse_explain(R"([{"Plan": {"Node Type": "Aggregate", "Actual Rows": 42}, "Execution Time": 7.25}])");
    EXPECT_EQ(execution.milliseconds, 7.25);
    EXPECT_EQ(execution.rows, 42);
    EXPECT_THROW(parse_explain("[]"), std::logic_error);
    EXPECT_THROW(parse_explain("nonsense"), std::logic_error);
}

}  // namespace
}  // namespace freshet::demo
