#include "freshet/pg/connect_failure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::pg {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ConnectFailure, NamesActionAddressAndReason) {
    const Error error(
        connect_failure("connection to server on socket \"/tmp/.s.PGSQL.5432\" failed: No such file or directory\n"
                        "\tIs the server running locally and accepting connections on that socket?\n"));
    EXPECT_STREQ(error.what(),
                 "cannot connect to PostgreSQL: connection to server on socket \"/tmp/.s.PGSQL.5432\" failed: No such "
                 "file or directory");
    EXPECT_TRUE(error.connection_lost());
    EXPECT_TRUE(error.retryable());
    EXPECT_EQ(error.hint(), "check that the server runs, and host and port in the conninfo");
}

TEST(ConnectFailure, FindsTheStateInTheVerboseText) {
    const Error::Fields fields = connect_failure(
        "connection to server on socket \"/tmp/.s.PGSQL.5432\" failed: FATAL:  3D000: database \"nope\" does not "
        "exist\nLOCATION:  InitPostgres, postinit.c:885\n");
    EXPECT_EQ(fields.sqlstate, "3D000");
    EXPECT_EQ(fields.message,
              "cannot connect to PostgreSQL: connection to server on socket \"/tmp/.s.PGSQL.5432\" failed: FATAL: "
              "database \"nope\" does not exist");
    EXPECT_THAT(fields.hint, HasSubstr("create the database"));
}

TEST(ConnectFailure, ReadsATranslatedText) {
    EXPECT_EQ(connect_failure("connection to server at \"db\" failed: FATAL:  28P01: Passwort falsch\n").sqlstate,
              "28P01");
}

TEST(ConnectFailure, HintsByCause) {
    const auto hint = [](const std::string& state) {
        return connect_failure("connection to server at \"db\" failed: FATAL:  " + state + ": no\n").hint;
    };
    EXPECT_THAT(hint("28P01"), HasSubstr("password"));
    EXPECT_THAT(hint("28000"), HasSubstr("pg_hba.conf"));
    EXPECT_THAT(hint("53300"), HasSubstr("max_connections"));
    EXPECT_THAT(hint("57P03"), HasSubstr("starting up"));
    EXPECT_THAT(connect_failure("connection to server at \"db\" failed: fe_sendauth: no password supplied\n").hint,
                HasSubstr("passfile"));
}

TEST(ConnectFailure, NamesEveryAddressTried) {
    EXPECT_EQ(connect_failure("connection to server at \"a\" failed: Connection refused\n\tIs it running?\n"
                              "connection to server at \"b\" failed: FATAL:  57P03: starting up\n")
                  .message,
              "cannot connect to PostgreSQL: connection to server at \"a\" failed: Connection refused; "
              "connection to server at \"b\" failed: FATAL: starting up");
}

TEST(ConninfoFailure, IsNotWorthAnotherTry) {
    const Error error(conninfo_failure("hst=a", "invalid connection option \"hst\"\n"));
    EXPECT_STREQ(error.what(),
                 "cannot connect to PostgreSQL: the conninfo is malformed: invalid connection option \"hst\"");
    EXPECT_FALSE(error.retryable());
}

TEST(ConninfoFailure, NeverQuotesAPassword) {
    const Error words(conninfo_failure("password=open sesame", "missing \"=\" after \"sesame\"\n"));
    EXPECT_THAT(words.what(), Not(HasSubstr("sesame")));
    const Error uri(conninfo_failure("postgresql://u:se%same@h", "invalid percent-encoded token: \"se%same\"\n"));
    EXPECT_THAT(uri.what(), Not(HasSubstr("same")));
}

}  // namespace
}  // namespace freshet::pg
