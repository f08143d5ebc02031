#include "freshet/demo/action.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include "freshet/sql/texts.hpp"

namespace freshet::demo {
namespace {

TEST(Action, EveryDrawBelongsToAnActionInProportionToItsWeight) {
    std::map<std::size_t, unsigned> chosen;
    for (unsigned draw = 0; draw < total_weight; ++draw) ++chosen[choose_action(draw)];
    for (std::size_t index = 0; index < action_count; ++index) EXPECT_EQ(chosen[index], actions()[index].weight);
    EXPECT_THROW(choose_action(total_weight), std::logic_error);
}

TEST(Action, EveryActionHappensAndHasANameOfItsOwn) {
    std::set<std::string_view> names;
    for (const Action& action : actions()) {
        EXPECT_GT(action.weight, 0U) << action.name;
        EXPECT_TRUE(names.insert(action.name).second) << action.name;
    }
}

TEST(Action, EveryStatementTakesASeed) {
    for (const Action& action : actions()) {
        const std::string path = "triggers/queries/demo/" + std::string(action.statement) + ".sql";
        EXPECT_THAT(std::string(sql::text(path)), ::testing::HasSubstr("$1::bigint")) << path;
    }
}

std::size_t index_of(std::string_view name) {
    std::size_t index = 0;
    while (actions()[index].name != name) ++index;
    return index;
}

TEST(Ledger, TotalLeavesOutWhatWasRolledBack) {
    Ledger ledger;
    ledger.by_action[index_of("record_time")] = {3, 7};
    ledger.by_action[index_of("linger")] = {1, 2};
    ledger.by_action[index_of("roll_back")] = {5, 9};
    EXPECT_EQ(ledger.total(), (Tally{4, 9}));
}

TEST(Ledger, SinceIsTheDifference) {
    Ledger before;
    before.by_action[0] = {3, 7};
    before.retried = 1;
    Ledger after = before;
    after.by_action[0] = {5, 11};
    after.by_action[1] = {1, 1};
    after.retried = 4;
    const Ledger difference = after.since(before);
    EXPECT_EQ(difference.by_action[0], (Tally{2, 4}));
    EXPECT_EQ(difference.by_action[1], (Tally{1, 1}));
    EXPECT_EQ(difference.retried, 3U);
}

}  // namespace
}  // namespace freshet::demo
