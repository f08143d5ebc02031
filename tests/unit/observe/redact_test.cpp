#include "freshet/observe/redact.hpp"

#include <gtest/gtest.h>

namespace freshet::observe {
namespace {

TEST(Redact, LeavesTextsWithoutPasswordsAlone) {
    for (const auto* text : {"", "host=db user=me", "postgresql://me@db:5432/app?sslmode=require",
                             "password authentication failed for user \"me\"", "postgresql://db/app",
                             "postgresql://localhost:5432/db", "a:b@c"}) {
        EXPECT_EQ(redact(text), text);
    }
}

TEST(Redact, HidesPlainAndQuotedValues) {
    EXPECT_EQ(redact("host=db password=secret user=me"), "host=db password=*** user=me");
    EXPECT_EQ(redact("password = secret"), "password = ***");
    EXPECT_EQ(redact("password='se cret' user=me"), "password=*** user=me");
    EXPECT_EQ(redact(R"(password='it\'s' user=me)"), "password=*** user=me");
    EXPECT_EQ(redact(R"(password=a\ b user=me)"), "password=*** user=me");
    EXPECT_EQ(redact("sslpassword=a&b PGPASSWORD=c"), "sslpassword=*** PGPASSWORD=***");
}

TEST(Redact, HidesToTheEndWhenTheQuoteIsNotClosed) {
    EXPECT_EQ(redact("password='se cret"), "password=***");
}

TEST(Redact, HidesThePasswordOfAUri) {
    EXPECT_EQ(redact("postgresql://me:secret@db/app"), "postgresql://me:***@db/app");
    EXPECT_EQ(redact("postgres://me:secret@a:1,b:2/app"), "postgres://me:***@a:1,b:2/app");
    EXPECT_EQ(redact("postgresql://me:se?cret@db/app?sslmode=require"), "postgresql://me:***@db/app?sslmode=require");
    EXPECT_EQ(redact("postgresql://me:se@cret@db/app"), "postgresql://me:***@db/app");
    EXPECT_EQ(redact("postgresql://me:se cret@db/app"), "postgresql://me:***@db/app");
}

TEST(Redact, HidesPasswordsAmongAUrisParameters) {
    EXPECT_EQ(redact("postgresql://db/app?password=secret&user=me"), "postgresql://db/app?password=***&user=me");
    EXPECT_EQ(redact("postgresql://?host=/tmp&sslpassword=secret"), "postgresql://?host=/tmp&sslpassword=***");
}

TEST(Redact, KeepsAnAtSignAmongTheParameters) {
    EXPECT_EQ(redact("postgresql://db:5432/app?application_name=a@b"), "postgresql://db:5432/app?application_name=a@b");
}

TEST(Redact, FindsConninfosInProse) {
    EXPECT_EQ(redact("cannot open postgresql://me:secret@db/app and password=x either"),
              "cannot open postgresql://me:***@db/app and password=*** either");
}

}  // namespace
}  // namespace freshet::observe
