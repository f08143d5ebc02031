#include "freshet/cli/verify_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace freshet::cli {
namespace {

using namespace std::chrono_literals;

class Verify : public ::testing::Test {
  protected:
    void SetUp() override {
        setenv("TZ", "UTC", 1);
        tzset();
    }
};

VerifyReport exact() {
    VerifyReport report;
    report.view = "mv_a";
    report.keys = {"firm_id", "month"};
    report.proof.as_of = 1715000000;
    report.duration = 85ms;
    return report;
}

VerifyReport drifted() {
    auto report = exact();
    report.proof.differences = 5;
    report.proof.examples = {{"missing", R"({"firm_id": 1, "month": "2024-03-01", "hours": 12.50, "n": 2})"},
                             {"missing", R"({"firm_id": 2, "month": "2024-03-01", "hours": 1, "n": 1})"},
                             {"unexpected", R"({"firm_id": 1, "month": "2024-03-01", "hours": 11, "n": 2})"},
                             {"unexpected", R"({"firm_id": 3, "month": null, "hours": 4, "n": 1})"}};
    return report;
}

TEST_F(Verify, AnExactViewIsOk) {
    EXPECT_EQ(verify_text(exact(), Colour::none), "mv_a: OK, as of 2024-05-06 12:53:20, in 85ms\n");
    EXPECT_EQ(verify_code({exact()}), ExitCode::done);
}

TEST_F(Verify, DriftIsShownByKey) {
    EXPECT_EQ(verify_text(drifted(), Colour::none),
              "mv_a: 5 differing rows, as of 2024-05-06 12:53:20, in 85ms\n"
              "  firm_id=1 month=2024-03-01: hours is 11, should be 12.50\n"
              "  firm_id=2 month=2024-03-01: missing from the view\n"
              "  firm_id=3 month=null: should not be in the view\n"
              "  and 1 more\n");
}

TEST_F(Verify, DriftIsANoEvenIfRepaired) {
    auto report = drifted();
    report.proof.repair = refresh::Outcome{};
    EXPECT_THAT(verify_text(report, Colour::none), ::testing::HasSubstr("5 differing rows, repaired, as of"));
    EXPECT_EQ(verify_code({exact(), report}), ExitCode::answer_is_no);
}

TEST_F(Verify, NoDigitIsLost) {
    auto report = exact();
    report.proof.differences = 2;
    report.proof.examples = {{"missing", R"({"firm_id": 1, "month": "m", "hours": 12345678901234567890.01})"},
                             {"unexpected", R"({"firm_id": 1, "month": "m", "hours": 12345678901234567890.02})"}};
    EXPECT_THAT(verify_text(report, Colour::none),
                ::testing::HasSubstr("hours is 12345678901234567890.02, should be 12345678901234567890.01\n"));
}

TEST_F(Verify, WithoutKeysTheWholeRowIsShown) {
    auto report = exact();
    report.keys.clear();
    report.proof.differences = 1;
    report.proof.examples = {{"missing", R"({"a": 1, "b": "x"})"}};
    EXPECT_THAT(verify_text(report, Colour::none), ::testing::HasSubstr("  a=1 b=x: missing from the view\n"));
}

TEST_F(Verify, JsonHasBothSides) {
    const auto document = verify_json({exact(), drifted()});
    EXPECT_EQ(document["exact"], false);
    EXPECT_EQ(document["views"][0]["exact"], true);
    const auto& examples = document["views"][1]["examples"];
    ASSERT_EQ(examples.size(), 3U);
    EXPECT_EQ(examples[0]["key"]["firm_id"], 1);
    EXPECT_EQ(examples[0]["published"]["hours"], 11);
    EXPECT_EQ(examples[0]["expected"]["hours"], "12.50");
    EXPECT_TRUE(examples[1]["published"].is_null());
}

TEST_F(Verify, AViewThatCannotBeProvenIsAFailure) {
    auto report = exact();
    report.error = "no such column";
    report.hint = "install again";
    EXPECT_EQ(verify_text(report, Colour::none), "mv_a: failed: no such column\nhint: install again\n");
    EXPECT_EQ(verify_code({drifted(), report}), ExitCode::failed);
    const auto document = verify_json({report});
    EXPECT_EQ(document["exact"], false);
    EXPECT_TRUE(document["views"][0]["exact"].is_null());
    EXPECT_EQ(document["views"][0]["error"], "no such column");
}

TEST_F(Verify, KeyColumnsAreTheKeyOutputs) {
    catalog::StoredView view;
    view.program.columns = {{"firm_id", query::OutputKind::key, "k0"},
                            {"hours", query::OutputKind::computed, "a0"},
                            {"month", query::OutputKind::key, "k1"}};
    EXPECT_THAT(key_columns(view), ::testing::ElementsAre("firm_id", "month"));
}

}  // namespace
}  // namespace freshet::cli
