#include "freshet/catalog/chain.hpp"

#include <gtest/gtest.h>

namespace freshet::catalog {
namespace {

StoredView view(int id, const std::vector<std::string>& tables, Strategy strategy = Strategy::delta) {
    StoredView one;
    one.id = id;
    one.strategy = strategy;
    one.state = ViewState::ready;
    for (const auto& table : tables) {
        StoredSource source;
        source.table = {table.starts_with("state_") ? "freshet" : "public", table};
        one.sources.push_back(source);
    }
    return one;
}

std::vector<int> ids(const std::vector<StoredView>& views) {
    std::vector<int> result;
    for (const auto& one : views) {
        result.push_back(one.id);
    }
    return result;
}

TEST(Chain, AStateTableTellsItsView) {
    EXPECT_EQ(view_of_state({"freshet", "state_7"}), 7);
    EXPECT_EQ(view_of_state({"freshet", "state_12_1"}), 12);
    EXPECT_EQ(view_of_state({"public", "state_7"}), std::nullopt);
    EXPECT_EQ(view_of_state({"freshet", "state_"}), std::nullopt);
    EXPECT_EQ(view_of_state({"freshet", "state_7x"}), std::nullopt);
    EXPECT_EQ(view_of_state({"freshet", "values_7_0"}), std::nullopt);
}

TEST(Chain, IsAllThatIsConnectedInDependencyOrder) {
    // Newest first, as they are stored: 4 stands on 2 and 3, both on 1; 5 has nothing to do with them.
    const std::vector<StoredView> stored{view(5, {"entry"}), view(4, {"state_2", "state_3"}), view(3, {"state_1", "account"}),
                                         view(2, {"state_1"}), view(1, {"entry"})};
    for (int id = 1; id <= 4; ++id) {
        EXPECT_EQ(ids(chain_of(stored, id)), (std::vector<int>{1, 2, 3, 4})) << "of " << id;
    }
    EXPECT_EQ(ids(chain_of(stored, 5)), std::vector<int>{5});
}

TEST(Chain, LeavesOutWhatIsBeingBuiltAndWhatIsRefreshedAsAWhole) {
    auto building = view(3, {"state_1"});
    building.state = ViewState::building;
    const std::vector<StoredView> stored{building, view(2, {"state_1"}, Strategy::concurrent), view(1, {"entry"})};
    EXPECT_EQ(ids(chain_of(stored, 1)), std::vector<int>{1});
    EXPECT_EQ(ids(chain_of(stored, 2)), std::vector<int>{2});
}

TEST(Chain, WhatFailsTakesAllAboveItAlong) {
    const std::vector<StoredView> chain{view(1, {"entry"}), view(2, {"state_1"}), view(3, {"state_1"}), view(4, {"state_2"})};
    EXPECT_EQ(with_all_above(chain, {2}), (std::set<int>{2, 4}));
    EXPECT_EQ(with_all_above(chain, {3}), std::set<int>{3});
    EXPECT_EQ(with_all_above(chain, {1}), (std::set<int>{1, 2, 3, 4}));
}

}  // namespace
}  // namespace freshet::catalog
