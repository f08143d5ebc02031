#include "freshet/schedule/suspicion.hpp"

#include <gtest/gtest.h>

namespace freshet::schedule {
namespace {

using namespace std::chrono_literals;
using Advice = Suspicion::Advice;
using Proof = Suspicion::Proof;

struct Suspected : ::testing::Test {
    Advice look(std::int64_t excess, const std::string& since = "") {
        clock.advance(5s);
        return suspicion.looked(clock.now(), {excess, since});
    }
    // Looks until something is to be done; how long that took.
    std::chrono::milliseconds until_proof(std::int64_t excess) {
        const auto began = clock.now();
        while (look(excess) != Advice::prove) {
            if (clock.now() - began > 48h) {
                return 48h;
            }
        }
        return std::chrono::duration_cast<std::chrono::milliseconds>(clock.now() - began);
    }
    core::ManualClock clock;
    Suspicion suspicion{{}, RowCounts{10, ""}};
};

TEST_F(Suspected, NothingWhileTheCountsAgree) {
    EXPECT_EQ(look(10), Advice::nothing);
    EXPECT_EQ(look(10), Advice::nothing);
}

TEST_F(Suspected, ADifferenceThatIsSeenTwice) {
    EXPECT_EQ(look(12), Advice::nothing);
    EXPECT_EQ(look(10), Advice::nothing);  // the other half of it was flushed meanwhile
    EXPECT_EQ(look(12), Advice::nothing);
    EXPECT_EQ(look(13), Advice::prove);
    EXPECT_EQ(suspicion.unaccounted(), 3);
    EXPECT_TRUE(suspicion.open());
    EXPECT_EQ(look(13), Advice::nothing);  // it is being proven
    suspicion.proven(clock.now(), Proof::exact, 10ms);
    EXPECT_EQ(suspicion.accounted(), (RowCounts{13, ""}));
    EXPECT_EQ(look(13), Advice::nothing);
}

TEST_F(Suspected, CountsThatFellOrWereReset) {
    look(4);
    EXPECT_EQ(look(4), Advice::prove);
    suspicion.proven(clock.now(), Proof::drift, 10ms);
    look(4, "yesterday");
    EXPECT_EQ(look(4, "yesterday"), Advice::prove);
    EXPECT_EQ(suspicion.unaccounted(), 0);
}

TEST_F(Suspected, WhatIsLeftOutAllTheTimeCostsFewerAndFewerProofs) {
    std::int64_t excess = 10;
    std::chrono::milliseconds last{0};
    int proofs = 0;
    const auto began = clock.now();
    while (clock.now() - began < 24h) {
        last = until_proof(++excess);
        suspicion.proven(clock.now(), Proof::exact, 10ms);
        ++proofs;
    }
    EXPECT_LE(proofs, 12);
    EXPECT_GE(last, 8h);
}

TEST_F(Suspected, AProofThatTakesLongComesSeldom) {
    until_proof(11);
    suspicion.proven(clock.now(), Proof::exact, 30s);
    EXPECT_GE(until_proof(12), 50min);
}

TEST_F(Suspected, AfterDriftTheNextProofDoesNotWait) {
    for (std::int64_t excess = 11; excess < 15; ++excess) {
        until_proof(excess);
        suspicion.proven(clock.now(), Proof::exact, 10ms);
    }
    until_proof(20);
    suspicion.proven(clock.now(), Proof::drift, 10ms);
    EXPECT_EQ(until_proof(21), 10s);
}

TEST_F(Suspected, QuietForgetsThePause) {
    for (std::int64_t excess = 11; excess < 15; ++excess) {
        until_proof(excess);
        suspicion.proven(clock.now(), Proof::exact, 10ms);
    }
    for (int i = 0; i < 12 * 20; ++i) {
        EXPECT_EQ(look(14), Advice::nothing);
    }
    EXPECT_EQ(until_proof(15), 10s);
}

TEST_F(Suspected, WhatCouldNotBeProvenIsStillOpen) {
    until_proof(11);
    suspicion.proven(clock.now(), Proof::failed, 10ms);
    EXPECT_EQ(suspicion.accounted(), (RowCounts{10, ""}));
    EXPECT_LE(until_proof(11), 65s);
}

TEST(Suspicion, TheFirstLookIsRemembered) {
    core::ManualClock clock;
    Suspicion suspicion({}, std::nullopt);
    EXPECT_EQ(suspicion.looked(clock.now(), {7, ""}), Advice::remember);
    EXPECT_EQ(suspicion.accounted(), (RowCounts{7, ""}));
}

}  // namespace
}  // namespace freshet::schedule
