#include "freshet/cli/watch_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace freshet::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Watching : public ::testing::Test {
  protected:
    void SetUp() override {
        setenv("TZ", "UTC", 1);
        tzset();
    }
    WatchText watch_{Colour::none};
};

ViewStatus view(std::string name, std::int64_t pending) {
    ViewStatus status;
    status.view = std::move(name);
    status.strategy = "delta";
    status.state = "ready";
    status.staleness_seconds = 1;
    status.objective = 60s;
    status.pending_changes = pending;
    return status;
}

TEST_F(Watching, SaysWhetherThePileGrows) {
    EXPECT_THAT(watch_.looked({{view("a", 1000)}, 1715000000, true}),
                StartsWith("freshetd status  2024-05-06 12:53:20 UTC"));
    EXPECT_THAT(watch_.looked({{view("a", 2500)}, 1715000001, true}), HasSubstr("2,500 (+1,500)"));
    EXPECT_THAT(watch_.looked({{view("a", 400)}, 1715000002, true}), HasSubstr("400 (-2,100)"));
    EXPECT_THAT(watch_.looked({{view("a", 400)}, 1715000003, true}), Not(HasSubstr("(+")));
}

TEST_F(Watching, ShowsViewsInTroubleFirst) {
    auto late = view("z", 5);
    late.staleness_seconds = 90;
    const auto text = watch_.looked({{view("a", 0), late}, 1715000000, true});
    EXPECT_LT(text.find("\nz "), text.find("\na "));
}

TEST_F(Watching, GoesOnWithoutADatabase) {
    watch_.looked({{view("a", 3)}, 1715000000, true});
    watch_.failed("connection refused", "is it running?", 1715000001);
    const auto text = watch_.failed("connection refused", "is it running?", 1715000011);
    EXPECT_THAT(text, HasSubstr("the database does not answer, for 10s: connection refused\nhint: is it running?\n"));
    EXPECT_THAT(text, HasSubstr("as it was at 2024-05-06 12:53:20 UTC:\n\nview"));
    EXPECT_THAT(watch_.looked({{view("a", 3)}, 1715000012, true}), Not(HasSubstr("does not answer")));
}

TEST_F(Watching, WithoutADatabaseFromTheStartHasNothingToShow) {
    EXPECT_THAT(watch_.failed("no", "", 1715000000), Not(HasSubstr("as it was")));
}

}  // namespace
}  // namespace freshet::cli
