#include "freshet/settings/values.hpp"

#include <gtest/gtest.h>

namespace freshet::settings {
namespace {

TEST(Endpoint, IsHostAndPort) {
    EXPECT_EQ(parse_endpoint("127.0.0.1:9632"), (Endpoint{"127.0.0.1", 9632}));
    EXPECT_EQ(parse_endpoint("[::1]:0"), (Endpoint{"::1", 0}));
    EXPECT_EQ(parse_endpoint("back-office.local:65535"), (Endpoint{"back-office.local", 65535}));
}

TEST(Endpoint, RefusesTheRest) {
    for (const char* text : {"", ":", ":80", "localhost", "localhost:", "localhost:65536", "localhost:+1", "::1:80",
                             "[::1]", "[::1:80", "[x]:80", "1.2.3:80", "256.0.0.1:80", "a b:80", "h:80x", "[]:80"}) {
        EXPECT_EQ(parse_endpoint(text), std::nullopt) << text;
    }
}

TEST(TimeOfDay, IsTwoAndTwoDigits) {
    for (const char* text : {"00:00", "02:00", "23:59"}) {
        EXPECT_TRUE(is_time_of_day(text)) << text;
    }
    for (const char* text : {"", "2:00", "24:00", "12:60", "12.30", "12:3", "12:300", "ab:cd", "-1:00"}) {
        EXPECT_FALSE(is_time_of_day(text)) << text;
    }
}

TEST(Interval, IsPositiveAndInKnownUnits) {
    for (const char* text : {"3 years", "1 year 6 months", "36 hours", "1 Week", "0 years 1 day"}) {
        EXPECT_TRUE(is_interval(text)) << text;
    }
    for (const char* text : {"", "years", "3", "3years", "-3 years", "0 days", "3 moons", "3 years 2", "1.5 years",
                             "9999999 years", "3 years ago"}) {
        EXPECT_FALSE(is_interval(text)) << text;
    }
}

TEST(ZoneName, LooksLikeOne) {
    for (const char* text : {"UTC", "Europe/Berlin", "America/Port-au-Prince", "Etc/GMT+5"}) {
        EXPECT_TRUE(is_zone_name(text)) << text;
    }
    for (const char* text : {"", "+02:00", "Europe Berlin", "'; DROP"}) {
        EXPECT_FALSE(is_zone_name(text)) << text;
    }
}

TEST(IndexColumn, IsANameWithAnOrder) {
    for (const char* text : {"month", "month DESC", "month asc nulls first", "a NULLS LAST", R"("Odd ""name" DESC)",
                             "größe", "_x$1  desc"}) {
        EXPECT_TRUE(is_index_column(text)) << text;
    }
    for (const char* text : {"", " month", "1st", "month DOWN", "month DESC DESC", "month NULLS", "lower(name)",
                             R"("")", R"("open)", R"("a"DESC)", "month; DROP", "a NULLS FIRST x"}) {
        EXPECT_FALSE(is_index_column(text)) << text;
    }
}

}  // namespace
}  // namespace freshet::settings
