#include "freshet/cli/exit_code.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "freshet/pg/error.hpp"

namespace freshet::cli {
namespace {

template <typename Error>
Failure described(const Error& error) {
    return describe(std::make_exception_ptr(error));
}

pg::Error server_error(std::string sqlstate) {
    pg::Error::Fields fields;
    fields.sqlstate = std::move(sqlstate);
    fields.message = "no luck";
    fields.hint = "try harder";
    return pg::Error(fields);
}

pg::Error lost() {
    pg::Error::Fields fields;
    fields.message = "gone";
    fields.connection_lost = true;
    return pg::Error(fields);
}

TEST(ExitCode, FollowsWhatWentWrong) {
    EXPECT_EQ(described(UsageError("x")).code, ExitCode::usage);
    EXPECT_EQ(described(core::Error("not installed")).code, ExitCode::usage);
    EXPECT_EQ(described(core::Faults({{"f", 1, 2, "bad", ""}})).code, ExitCode::usage);
    EXPECT_EQ(described(lost()).code, ExitCode::unreachable);
    EXPECT_EQ(described(server_error("57P01")).code, ExitCode::unreachable);
    EXPECT_EQ(described(RefreshError("x")).code, ExitCode::failed);
    EXPECT_EQ(described(Interrupted()).code, ExitCode::interrupted);
}

TEST(ExitCode, ServerErrorsAreAboutDefinitionsOrAboutData) {
    EXPECT_EQ(described(server_error("42501")).code, ExitCode::usage);
    EXPECT_EQ(described(server_error("22012")).code, ExitCode::failed);
    EXPECT_EQ(described(server_error("55P03")).code, ExitCode::failed);
    EXPECT_EQ(described(server_error("")).code, ExitCode::usage);  // a malformed conninfo
}

TEST(ExitCode, ATimeoutOfOursIsNoMalformedConninfo) {
    pg::Error::Fields fields;
    fields.message = "took too long";
    fields.timed_out = true;
    EXPECT_EQ(described(pg::Error(fields)).code, ExitCode::failed);
}

TEST(ExitCode, MistakesOfOursSayWhatTheyAre) {
    const auto failure = described(std::logic_error("row 7"));
    EXPECT_EQ(failure.code, ExitCode::failed);
    EXPECT_EQ(failure_text(failure),
              "freshetd: internal error: row 7\nhint: this is a bug in freshet; please report it\n");
}

TEST(FailureText, HasTheHintOnItsOwnLine) {
    EXPECT_EQ(failure_text(described(server_error("22012"))), "freshetd: no luck (SQLSTATE 22012)\nhint: try harder\n");
    EXPECT_EQ(failure_text(described(core::Error("no hint here"))), "freshetd: no hint here\n");
}

TEST(FailureText, ListsEveryFault) {
    const core::Faults faults({{"f.json", 3, 7, "unknown key x", "remove it"}, {"v.sql", 1, 2, "bad", ""}});
    EXPECT_EQ(failure_text(described(faults)), "f.json:3:7: unknown key x\nhint: remove it\nv.sql:1:2: bad\n");
}

TEST(FailureJson, IsADocument) {
    const core::Faults faults({{"f.json", 3, 7, "unknown key x", "remove it"}});
    const auto document = nlohmann::json::parse(failure_json(described(faults)));
    EXPECT_EQ(document["error"]["exit_code"], 2);
    EXPECT_EQ(document["error"]["message"], "the configuration has 1 fault");
    EXPECT_EQ(document["faults"][0]["line"], 3);
    EXPECT_EQ(document["faults"][0]["hint"], "remove it");
    const auto plain = nlohmann::json::parse(failure_json(described(core::Error("what", "remedy"))));
    EXPECT_EQ(plain["error"]["message"], "what");
    EXPECT_EQ(plain["error"]["hint"], "remedy");
    EXPECT_TRUE(plain["faults"].empty());
}

}  // namespace
}  // namespace freshet::cli
