#include "freshet/pg/result.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <array>
#include <stdexcept>

namespace freshet::pg {
namespace {

// One row made without a server: a, "B c", null.
Result sample() {
    PGresult* const raw = PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK);
    std::array<char, 2> a = {"a"};
    std::array<char, 4> b = {"B c"};
    std::array<char, 5> null = {"null"};
    std::array<PGresAttDesc, 3> columns{};
    columns[0].name = a.data();
    columns[1].name = b.data();
    columns[2].name = null.data();
    PQsetResultAttrs(raw, static_cast<int>(columns.size()), columns.data());
    std::array<char, 3> number = {"42"};
    std::array<char, 7> words = {"{x,\"\"}"};
    PQsetvalue(raw, 0, 0, number.data(), 2);
    PQsetvalue(raw, 0, 1, words.data(), 6);
    PQsetvalue(raw, 0, 2, nullptr, -1);
    return Result(raw);
}

TEST(Result, KnowsItsShape) {
    const Result result = sample();
    EXPECT_EQ(result.rows(), 1);
    EXPECT_EQ(result.columns(), 3);
    EXPECT_EQ(result.column_name(1), "B c");
    EXPECT_EQ(result.column_index("B c"), 1);
    EXPECT_THROW(result.column_index("b c"), std::logic_error);
    EXPECT_THROW(result.column_name(3), std::logic_error);
}

TEST(Result, GivesValues) {
    const Result result = sample();
    EXPECT_EQ(result.get(0, 0), "42");
    EXPECT_EQ(result.integer(0, 0), 42);
    EXPECT_DOUBLE_EQ(result.number(0, 0), 42.0);
    EXPECT_EQ(result.strings(0, 1), (std::vector<std::string>{"x", ""}));
}

TEST(Result, NullIsTold) {
    const Result result = sample();
    EXPECT_EQ(result.get(0, 2), std::nullopt);
    EXPECT_EQ(result.text(0, 2), "");
    EXPECT_TRUE(result.strings(0, 2).empty());
    EXPECT_THROW(result.integer(0, 2), std::logic_error);
    EXPECT_THROW(result.boolean(0, 2), std::logic_error);
}

TEST(Result, RefusesWhatIsNotThere) {
    const Result result = sample();
    EXPECT_THROW(result.get(1, 0), std::logic_error);
    EXPECT_THROW(result.get(0, 3), std::logic_error);
    EXPECT_THROW(result.integer(0, 1), std::logic_error);
    EXPECT_THROW(result.boolean(0, 0), std::logic_error);
}

TEST(Result, AnEmptyOneHasNothing) {
    const Result result;
    EXPECT_EQ(result.rows(), 0);
    EXPECT_EQ(result.affected(), 0);
    EXPECT_EQ(result.command(), "");
    EXPECT_FALSE(result);
}

}  // namespace
}  // namespace freshet::pg
