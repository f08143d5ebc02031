// Each planted fault is found, by a seed that finds nothing without it.
#include "mutations.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "player.hpp"
#include "support/files.hpp"

namespace freshet::breaking {

std::ostream& operator<<(std::ostream& out, const Mutation& one) {
    return out << one.description;
}

namespace {

constexpr std::uint64_t most_seeds = 60;

Place& place() {
    static Place one;
    return one;
}

bool is_wrong(const std::optional<Failure>& failure) {
    return failure && (failure->kind == Failure::Kind::differs || failure->kind == Failure::Kind::lies);
}

class Mutations : public ::testing::TestWithParam<Mutation> {};

TEST_P(Mutations, AreFound) {
    const auto& mutation = GetParam();
    int places = 0;
    Player mutant(place(), [&](const std::string& sql) { return plant(mutation, sql, places); });
    std::uint64_t seed = 1;
    while (seed <= most_seeds && !is_wrong(mutant.play(generate(seed, mutation.flavour)))) {
        ++seed;
    }
    EXPECT_GT(places, 0) << "the engine's SQL has no \"" << mutation.what << "\" any more";
    ASSERT_LE(seed, most_seeds) << "not found: " << mutation.description;
    RecordProperty("seed", std::to_string(seed));
    Player sound(place());
    const auto failure = sound.play(generate(seed, mutation.flavour));
    EXPECT_FALSE(failure) << "seed " << seed << " fails without the fault, too: " << failure->what;
}

TEST(ListOfMutations, IsInTheDocumentation) {
    const auto page = testing::read_text(std::filesystem::path(FRESHET_SOURCE_DIR) / "docs" / "testing.md");
    for (const auto& mutation : mutations()) {
        const auto row = "| `" + mutation.name + "` | " + mutation.description + " |";
        EXPECT_NE(page.find(row), std::string::npos) << "docs/testing.md lacks: " << row;
    }
}

INSTANTIATE_TEST_SUITE_P(Planted, Mutations, ::testing::ValuesIn(mutations()),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace freshet::breaking
