#include "freshet/schedule/calendar.hpp"

#include <gmock/gmock.h>

namespace freshet::schedule {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

Calendar::TimePoint at(std::chrono::seconds time) {
    return Calendar::TimePoint(time);
}

const DueEntry a{at(10s), "a", std::nullopt};
const DueEntry a_of_one{at(20s), "a", "1"};
const DueEntry b{at(30s), "b", std::nullopt};

TEST(Calendar, IsEmptyAtFirst) {
    Calendar calendar;
    EXPECT_TRUE(calendar.empty());
    EXPECT_EQ(calendar.next_due(), std::nullopt);
    EXPECT_THAT(calendar.take_due(at(100s)), IsEmpty());
}

TEST(Calendar, TakesWhatIsDueInOrder) {
    Calendar calendar;
    calendar.replace({b, a_of_one, a});
    EXPECT_EQ(calendar.next_due(), at(10s));
    EXPECT_THAT(calendar.take_due(at(9s)), IsEmpty());
    EXPECT_THAT(calendar.take_due(at(20s)), ElementsAre(a, a_of_one));
    EXPECT_EQ(calendar.next_due(), at(30s));
    EXPECT_THAT(calendar.take_due(at(20s)), IsEmpty());
    EXPECT_THAT(calendar.take_due(at(30s)), ElementsAre(b));
    EXPECT_TRUE(calendar.empty());
}

TEST(Calendar, AnAnswerReplacesTheOneBefore) {
    Calendar calendar;
    calendar.replace({a, b});
    calendar.replace({a_of_one});
    EXPECT_THAT(calendar.take_due(at(100s)), ElementsAre(a_of_one));
}

TEST(Calendar, TenantsAreApart) {
    Calendar calendar;
    calendar.replace({{at(5s), "a", "1"}, {at(5s), "a", "2"}, {at(5s), "a", std::nullopt}});
    EXPECT_EQ(calendar.take_due(at(5s)).size(), 3U);
}

TEST(Calendar, AnEntryNamedTwiceIsTakenOnce) {
    Calendar calendar;
    calendar.replace({a, a});
    EXPECT_THAT(calendar.take_due(at(10s)), ElementsAre(a));
}

TEST(Calendar, WhatWasTakenDoesNotComeBackWithAnOldAnswer) {
    Calendar calendar;
    calendar.replace({a, b});
    calendar.take_due(at(10s));
    calendar.replace({a, b});
    EXPECT_EQ(calendar.next_due(), at(30s));
    calendar.replace({a, b});
    EXPECT_EQ(calendar.next_due(), at(30s)) << "the memory outlives an answer";
    const DueEntry tomorrow{at(10s) + 24h, "a", std::nullopt};
    calendar.replace({tomorrow});
    EXPECT_EQ(calendar.next_due(), tomorrow.due);
}

}  // namespace
}  // namespace freshet::schedule
