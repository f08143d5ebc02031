#include "install/view_order.hpp"

#include <gtest/gtest.h>

namespace freshet::install {
namespace {

settings::ViewSettings view(const std::string& name, const std::string& query) {
    settings::ViewSettings one;
    one.name = name;
    one.query = query;
    return one;
}

std::vector<std::size_t> read_by(const std::vector<settings::ViewSettings>& views, std::size_t reader) {
    std::vector<std::size_t> result;
    const auto named = views_named(views);
    for (const auto& one : named.at(reader)) {
        result.push_back(one.view);
    }
    return result;
}

using Numbers = std::vector<std::size_t>;

TEST(ViewOrder, AnUnqualifiedNameMeansTheReadersSchemaBeforePublic) {
    const std::vector<settings::ViewSettings> views{view("a", "SELECT 1 FROM t"), view("s.a", "SELECT 1 FROM t"),
                                                    view("s.b", "SELECT 1 FROM a"), view("b", "SELECT 1 FROM a"),
                                                    view("s.c", "SELECT 1 FROM public.a, \"s\".\"b\", a x, a y")};
    EXPECT_EQ(read_by(views, 2), Numbers{1});
    EXPECT_EQ(read_by(views, 3), Numbers{0});
    EXPECT_EQ(read_by(views, 4), (Numbers{0, 2, 1}));
}

TEST(ViewOrder, ATextThatDoesNotParseAndAWithQueryNameNothing) {
    const std::vector<settings::ViewSettings> views{view("a", "SELECT FROM FROM a"), view("b", ""),
                                                    view("c", "WITH a AS (SELECT 1 FROM t) SELECT 1 FROM a")};
    for (std::size_t i = 0; i < views.size(); ++i) {
        EXPECT_EQ(read_by(views, i), Numbers{});
    }
}

TEST(ViewOrder, EveryViewComesAfterWhatItReadsAndElseAsConfigured) {
    const std::vector<settings::ViewSettings> views{
        view("top", "SELECT 1 FROM left_side, right_side"), view("alone", "SELECT 1 FROM t"),
        view("left_side", "SELECT 1 FROM base"), view("right_side", "SELECT 1 FROM base"),
        view("base", "SELECT 1 FROM t")};
    const auto order = order_of(views_named(views));
    EXPECT_EQ(order.order, (Numbers{4, 2, 3, 0, 1}));
    EXPECT_TRUE(order.cycles.empty());
}

TEST(ViewOrder, ACycleIsToldWithItsPath) {
    settings::Settings settings;
    settings.file = "freshet.json";
    settings.views = {view("entry", "SELECT 1 FROM a"), view("a", "SELECT 1 FROM b"), view("b", "SELECT 1 FROM t, a")};
    settings.views[1].query_file = "a.sql";
    const auto faults = cycle_faults(settings);
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults[0].message, "view a reads itself: a reads b reads a");
    EXPECT_EQ(faults[0].file, "a.sql");
    EXPECT_EQ(faults[0].column, 15);
}

}  // namespace
}  // namespace freshet::install
