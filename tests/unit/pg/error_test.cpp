#include "freshet/pg/error.hpp"

#include <gtest/gtest.h>

namespace freshet::pg {
namespace {

Error with_state(std::string state) {
    Error::Fields fields;
    fields.sqlstate = std::move(state);
    fields.message = "no";
    return Error(fields);
}

TEST(PgError, TextNamesStateAndDetail) {
    Error::Fields fields;
    fields.sqlstate = "23505";
    fields.message = "duplicate key value violates unique constraint \"t_pkey\"";
    EXPECT_STREQ(Error(fields).what(), "duplicate key value violates unique constraint \"t_pkey\" (SQLSTATE 23505)");
    fields.detail = "Key (id)=(1) already exists.";
    fields.hint = "Use another.";
    EXPECT_STREQ(
        Error(fields).what(),
        "duplicate key value violates unique constraint \"t_pkey\" (SQLSTATE 23505): Key (id)=(1) already exists");
    EXPECT_EQ(Error(fields).hint(), "Use another");
}

TEST(PgError, TextWithoutStateIsTheMessage) {
    Error::Fields fields;
    fields.message = "lost the connection to PostgreSQL";
    EXPECT_STREQ(Error(fields).what(), "lost the connection to PostgreSQL");
}

TEST(PgError, ClassesOfStates) {
    for (const char* state : {"40001", "40P01", "55P03"}) {
        EXPECT_TRUE(with_state(state).retryable()) << state;
        EXPECT_FALSE(with_state(state).connection_lost()) << state;
    }
    for (const char* state : {"57P01", "57P02", "57P03", "08006", "08P01"}) {
        EXPECT_TRUE(with_state(state).connection_lost()) << state;
        EXPECT_TRUE(with_state(state).retryable()) << state;
    }
    for (const char* state : {"", "42P01", "57014", "23505", "25P02"}) {
        EXPECT_FALSE(with_state(state).connection_lost()) << state;
        EXPECT_FALSE(with_state(state).retryable()) << state;
    }
}

TEST(PgError, InDoubtNeedsBothCommitAndLoss) {
    Error::Fields fields;
    fields.during_commit = true;
    fields.sqlstate = "40001";
    EXPECT_FALSE(Error(fields).in_doubt()) << "the server said no, so it is rolled back";
    fields.sqlstate = "57P01";
    EXPECT_TRUE(Error(fields).in_doubt());
    fields.sqlstate = "";
    fields.connection_lost = true;
    EXPECT_TRUE(Error(fields).in_doubt());
    fields.during_commit = false;
    EXPECT_FALSE(Error(fields).in_doubt());
}

}  // namespace
}  // namespace freshet::pg
