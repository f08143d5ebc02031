#include "freshet/query/rename.hpp"

#include <gtest/gtest.h>

namespace freshet::query {
namespace {

std::optional<std::string> renamed(std::string_view expression) {
    return rename_columns(expression, [](const std::string& name) {
        return name == "kind"  ? std::optional<std::string>("k0")
               : name == "Day" ? std::optional<std::string>("k1")
                               : std::nullopt;
    });
}

TEST(RenameColumns, RenamesEveryReference) {
    EXPECT_EQ(renamed("lower(kind)"), "lower(k0)");
    EXPECT_EQ(renamed(R"(((kind || 'kind'::text) = (kind)::text) AND ("Day" > '2026-01-10'::date))"),
              "(k0 || 'kind'::text) = k0::text AND k1 > '2026-01-10'::date");
    EXPECT_EQ(renamed("1"), "1");
}

TEST(RenameColumns, HasNoAnswerForAnUnknownColumnOrAnUnreadableText) {
    EXPECT_EQ(renamed("lower(other)"), std::nullopt);
    EXPECT_EQ(renamed("report.kind"), std::nullopt);
    EXPECT_EQ(renamed("lower(kind"), std::nullopt);
}

}  // namespace
}  // namespace freshet::query
