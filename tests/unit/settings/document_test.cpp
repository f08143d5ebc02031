#include "freshet/settings/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::settings {
namespace {

using core::Position;
using ::testing::HasSubstr;

core::Fault fault_in(std::string_view text) {
    try {
        parse_document(text, "f.json");
    } catch (const core::Faults& faults) {
        return faults.faults().at(0);
    }
    return {};
}

TEST(Document, KnowsThePositionOfEveryKeyAndValue) {
    const auto root = parse_document(R"(// first line
{
  /* a "quoted" comment \*/ "a" : "x",
  "k\"\\" :
      "with \"escapes\" and {braces}\\",
  "ä": -12 , "n": null,"t":true,   "f": false,
  "list": [1.5e+3, 7]
})",
                                     "f.json");
    EXPECT_EQ(root.at, (Position{2, 1}));
    ASSERT_EQ(root.members.size(), 7U);
    const auto expect = [&](std::string_view key, Position key_at, Position value_at, Node::Type type) {
        const auto* member = root.find(key);
        ASSERT_NE(member, nullptr) << key;
        EXPECT_EQ(member->at, key_at) << key;
        EXPECT_EQ(member->value.at, value_at) << key;
        EXPECT_EQ(member->value.type, type) << key;
    };
    expect("a", {3, 29}, {3, 35}, Node::Type::text);
    expect("k\"\\", {4, 3}, {5, 7}, Node::Type::text);
    expect("ä", {6, 3}, {6, 8}, Node::Type::integer);
    expect("n", {6, 14}, {6, 19}, Node::Type::null);
    expect("t", {6, 24}, {6, 28}, Node::Type::boolean);
    expect("f", {6, 36}, {6, 41}, Node::Type::boolean);
    expect("list", {7, 3}, {7, 11}, Node::Type::array);
    EXPECT_EQ(root.find("a")->value.text, "x");
    EXPECT_EQ(root.find("ä")->value.integer, -12);
    const auto& items = root.find("list")->value.items;
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].at, (Position{7, 12}));
    EXPECT_EQ(items[0].type, Node::Type::real);
    EXPECT_EQ(items[1].at, (Position{7, 20}));
}

TEST(Document, KeepsOrderAndRepeatedKeys) {
    const auto root = parse_document(R"({"b": {"x": []}, "a": 1, "b": 2})", "f.json");
    ASSERT_EQ(root.members.size(), 3U);
    EXPECT_EQ(root.members[0].key, "b");
    EXPECT_EQ(root.members[2].at, (Position{1, 26}));
    EXPECT_EQ(root.members[2].value.integer, 2);
    EXPECT_EQ(root.find("b"), &root.members[0]);
}

TEST(Document, ATextThatEndsWithItsNumberOrStartsWithAMarkIsRead) {
    EXPECT_EQ(parse_document("\n 42", "f").at, (Position{2, 2}));
    EXPECT_EQ(parse_document("\xEF\xBB\xBF{}", "f").type, Node::Type::object);
}

TEST(Document, ANumberTooLargeForUsIsNoWholeNumber) {
    EXPECT_EQ(parse_document("9223372036854775807", "f").type, Node::Type::integer);
    EXPECT_EQ(parse_document("9223372036854775808", "f").type, Node::Type::real);
}

TEST(Document, PointsAtTheWordThatIsNotJson) {
    const auto fault = fault_in("{\n  \"a\": tru\n}");
    EXPECT_EQ(fault.line, 2);
    EXPECT_EQ(fault_in("[1, nul]").column, 8);  // where it stops being a word JSON knows
    EXPECT_EQ(fault_in("[1 23]").column, 4);
    EXPECT_THAT(fault.message, HasSubstr("not valid JSON: syntax error"));
    EXPECT_EQ(fault.file, "f.json");
}

TEST(Document, PointsAtTheUnexpectedToken) {
    const auto fault = fault_in("{\n  \"a\": 1\n  \"bcd\": 2\n}");
    EXPECT_EQ((Position{fault.line, fault.column}), (Position{3, 3}));
    EXPECT_THAT(fault.message, HasSubstr("unexpected string literal"));
}

TEST(Document, ExplainsATrailingComma) {
    const auto object = fault_in("{\"a\": 1,\n}");
    EXPECT_EQ((Position{object.line, object.column}), (Position{2, 1}));
    EXPECT_THAT(object.hint, HasSubstr("remove the comma"));
    EXPECT_THAT(fault_in("[1, ]").hint, HasSubstr("remove the comma"));
}

TEST(Document, AnUnfinishedTextPointsAtItsEnd) {
    const auto fault = fault_in("{\n  \"a\": [");
    EXPECT_EQ((Position{fault.line, fault.column}), (Position{2, 9}));
    EXPECT_THAT(fault.message, HasSubstr("unexpected end of input"));
    EXPECT_EQ(fault_in("").line, 1);
}

TEST(Document, RefusesAbsurdDepth) {
    EXPECT_THAT(fault_in(std::string(1'000'000, '[')).message, HasSubstr("nested deeper than 32 levels"));
}

}  // namespace
}  // namespace freshet::settings
