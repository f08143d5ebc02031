#include "freshet/cli/select_views.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::cli {
namespace {

using ::testing::ElementsAre;

catalog::StoredView view(int id, sql::QualifiedName name, catalog::ViewState state = catalog::ViewState::ready) {
    catalog::StoredView stored;
    stored.id = id;
    stored.name = std::move(name);
    stored.state = state;
    return stored;
}

std::vector<catalog::StoredView> stored() {
    return {view(5, {"public", "mv_new"}, catalog::ViewState::building),
            view(4, {"public", "mv_a"}, catalog::ViewState::building),
            view(3, {"sales", "mv_c"}, catalog::ViewState::broken), view(2, {"public", "mv_b"}),
            view(1, {"public", "mv_a"})};
}

std::vector<int> ids(const std::vector<std::string>& names) {
    std::vector<int> chosen;
    for (const auto& one : select_views(stored(), names)) chosen.push_back(one.id);
    return chosen;
}

// "message | hint"
template <typename Action>
std::string refusal(Action action) {
    try {
        action();
    } catch (const core::Error& error) {
        return std::string(error.what()) + " | " + error.hint();
    }
    return "accepted";
}

TEST(SelectViews, WithoutNamesAllThatReadersSee) {
    EXPECT_THAT(ids({}), ElementsAre(1, 2, 3));
}

TEST(SelectViews, ByNameInTheOrderGivenAndOnce) {
    EXPECT_THAT(ids({"mv_b", "mv_a", "public.mv_b"}), ElementsAre(2, 1));
    EXPECT_THAT(ids({"MV_A"}), ElementsAre(1));
    EXPECT_THAT(ids({"sales.mv_c"}), ElementsAre(3));
}

TEST(SelectViews, AnUnknownNameGetsTheNearestAndTheKnownOnes) {
    EXPECT_EQ(refusal([] { ids({"sales.mv_d"}); }),
              "there is no view sales.mv_d | did you mean sales.mv_c? installed are mv_a, mv_b, sales.mv_c");
    EXPECT_EQ(refusal([] { ids({"xyzzy"}); }), "there is no view xyzzy | installed are mv_a, mv_b, sales.mv_c");
    EXPECT_EQ(refusal([] { select_views({}, {"mv_a"}); }),
              "there is no view mv_a | no view is installed; run freshetd install");
}

TEST(SelectViews, AViewBeingBuiltIsNoAnswerYet) {
    EXPECT_EQ(refusal([] { ids({"mv_new"}); }),
              "view mv_new is not built yet | run freshetd install, which goes on where it stopped");
}

TEST(SelectViews, ANameThatIsNoneIsRefused) {
    EXPECT_THAT(refusal([] { ids({"a.b.c"}); }), ::testing::StartsWith("\"a.b.c\" is not the name of a view: "));
}

TEST(TenantKey, EveryViewNeedsOne) {
    auto views = stored();
    views[2].program.tenant = "firm_id";
    EXPECT_EQ(refusal([&] { require_tenant_key({views[2]}); }), "accepted");
    EXPECT_EQ(refusal([&] {
                  require_tenant_key({views[2], views[3]});
              }),
              "mv_b has no tenant column | set \"tenant\" in the configuration and install again, or name only views "
              "that have one");
    EXPECT_THAT(refusal([&] {
                    require_tenant_key({views[0], views[3]});
                }),
                ::testing::StartsWith("mv_new, mv_b have no tenant column"));
}

TEST(FindSettings, KnowsAViewByEitherSpelling) {
    settings::Settings settings;
    settings.views.resize(2);
    settings.views[0].name = "public.mv_a";
    settings.views[0].retention = settings::Retention{"month", "5 years"};
    settings.views[1].name = "sales.mv_c";
    EXPECT_EQ(find_settings(settings, {"public", "mv_a"}), &settings.views[0]);
    EXPECT_EQ(find_settings(settings, {"public", "mv_c"}), nullptr);
    EXPECT_EQ(retention_of(settings, {"public", "mv_a"}), "5 years");
    EXPECT_EQ(retention_of(settings, {"sales", "mv_c"}), std::nullopt);
    EXPECT_EQ(shown_name("public.mv_a"), "mv_a");
    EXPECT_EQ(shown_name("sales.mv_c"), "sales.mv_c");
}

}  // namespace
}  // namespace freshet::cli
