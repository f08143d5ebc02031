#include "freshet/sql/identifier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace freshet::sql {
namespace {

using ::testing::HasSubstr;

std::string reason_against(std::string_view text) {
    try {
        parse_qualified_name(text, "public");
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "accepted";
}

TEST(Quote, DoublesTheQuoteCharacter) {
    EXPECT_EQ(quote("month"), R"("month")");
    EXPECT_EQ(quote(R"(a"b)"), R"("a""b")");
    EXPECT_EQ(quote(""), R"("")");
}

TEST(Literal, DoublesTheApostrophe) {
    EXPECT_EQ(literal("it's"), "'it''s'");
    EXPECT_EQ(literal(""), "''");
}

TEST(Literal, MarksBackslashesSoThatNoSettingChangesTheirMeaning) {
    EXPECT_EQ(literal(R"(a\b)"), R"(E'a\\b')");
    EXPECT_EQ(literal(R"(\')"), R"(E'\\''')");
}

TEST(QualifiedName, TakesTheDefaultSchema) {
    EXPECT_EQ(parse_qualified_name("firms", "public"), (QualifiedName{"public", "firms"}));
    EXPECT_EQ(parse_qualified_name("finance.invoices", "public"), (QualifiedName{"finance", "invoices"}));
}

TEST(QualifiedName, FoldsOnlyUnquotedParts) {
    EXPECT_EQ(parse_qualified_name(R"(Sales."Order Lines")", "public"), (QualifiedName{"sales", "Order Lines"}));
    EXPECT_EQ(parse_qualified_name(R"("a.b"."c""d")", "public"), (QualifiedName{"a.b", R"(c"d)"}));
}

TEST(QualifiedName, ShowsAndQuotesBothParts) {
    const QualifiedName name{"sales", "Order \"x\""};
    EXPECT_EQ(name.quoted(), R"("sales"."Order ""x""")");
    EXPECT_EQ(name.display(), R"(sales.Order "x")");
}

TEST(QualifiedName, RefusesWhatIsNoName) {
    EXPECT_THAT(reason_against(""), HasSubstr("empty name"));
    EXPECT_THAT(reason_against("a."), HasSubstr("empty name"));
    EXPECT_THAT(reason_against(".a"), HasSubstr("empty name"));
    EXPECT_THAT(reason_against("a.b.c"), HasSubstr("expected a name or schema.name"));
    EXPECT_THAT(reason_against(R"("a"b)"), HasSubstr("expected a name or schema.name"));
    EXPECT_THAT(reason_against(R"("a)"), HasSubstr("unterminated quoted name"));
}

}  // namespace
}  // namespace freshet::sql
