#include "freshet/http/router.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace freshet::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

Router sample() {
    Router router;
    router.get("/here", "a page", [](const Request& request) { return Response{200, "text/x", request.query, {}}; });
    return router;
}

TEST(Router, GivesTheRequestToTheHandler) {
    const auto response = sample().handle({"GET", "/here", "a=1"});
    EXPECT_EQ(response.status, 200U);
    EXPECT_EQ(response.content_type, "text/x");
    EXPECT_EQ(response.body, "a=1");
    EXPECT_EQ(sample().handle({"HEAD", "/here", ""}).status, 200U);
}

TEST(Router, AnUnknownPathIsAProblem) {
    for (const auto* path : {"/there", "/here/", "/Here", ""}) {
        const auto response = sample().handle({"GET", path, ""});
        EXPECT_EQ(response.status, 404U);
        EXPECT_EQ(response.content_type, "application/problem+json");
        const auto document = nlohmann::json::parse(response.body);
        EXPECT_EQ(document["title"], "Not Found");
        EXPECT_EQ(document["status"], 404);
        EXPECT_EQ(document["detail"], "there is nothing at " + std::string(path) + "; / lists what there is");
    }
}

TEST(Router, AnotherMethodIsAProblemThatNamesTheRightOnes) {
    const auto response = sample().handle({"POST", "/here", ""});
    EXPECT_EQ(response.status, 405U);
    EXPECT_THAT(response.headers, ElementsAre(Pair("Allow", "GET, HEAD")));
    EXPECT_EQ(nlohmann::json::parse(response.body)["detail"], "/here answers GET and HEAD, not POST");
}

TEST(Router, APathGivenTwiceIsOurMistake) {
    auto router = sample();
    EXPECT_THROW(router.get("/here", "", {}), std::logic_error);
}

}  // namespace
}  // namespace freshet::http
