#include "freshet/observe/failure_reason.hpp"

#include <gtest/gtest.h>

namespace freshet::observe {
namespace {

TEST(FailureReason, IsReadFromTheSqlstate) {
    EXPECT_EQ(failure_reason(""), FailureReason::connection);
    EXPECT_EQ(failure_reason("08006"), FailureReason::connection);
    EXPECT_EQ(failure_reason("57P01"), FailureReason::connection);
    EXPECT_EQ(failure_reason("57014"), FailureReason::statement_timeout);
    EXPECT_EQ(failure_reason("55P03"), FailureReason::lock_timeout);
    EXPECT_EQ(failure_reason("40001"), FailureReason::conflict);
    EXPECT_EQ(failure_reason("40P01"), FailureReason::conflict);
    EXPECT_EQ(failure_reason("42P01"), FailureReason::definition);
    EXPECT_EQ(failure_reason("22003"), FailureReason::data);
    EXPECT_EQ(failure_reason("53100"), FailureReason::resources);
    EXPECT_EQ(failure_reason("XX000"), FailureReason::other);
}

TEST(FailureReason, EachHasItsName) {
    EXPECT_EQ(to_string(FailureReason::connection), "connection");
    EXPECT_EQ(to_string(FailureReason::other), "other");
}

}  // namespace
}  // namespace freshet::observe
