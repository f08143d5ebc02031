#include "freshet/query/tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "freshet/core/error.hpp"

namespace freshet::query {
namespace {

using testing::ElementsAre;

constexpr const char* grammar_hint = "the grammar is that of PostgreSQL 15; newer syntax is not understood";

SyntaxError select_error(const std::string& sql) {
    try {
        Tree::parse_select(sql);
    } catch (const SyntaxError& error) {
        return error;
    }
    ADD_FAILURE() << "parsed: " << sql.substr(0, 80);
    return {};
}

SyntaxError expression_error(const std::string& sql) {
    try {
        Tree::parse_expression(sql);
    } catch (const SyntaxError& error) {
        return error;
    }
    ADD_FAILURE() << "parsed: " << sql;
    return {};
}

std::string repeated(const std::string& text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) {
        result += text;
    }
    return result;
}

std::vector<std::string> columns_of(const Node* node) {
    std::vector<std::string> names;
    walk(node, [&](const Node& found) {
        if (found.node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
            names.push_back(column_ref_parts(*found.column_ref).back());
        }
        return true;
    });
    return names;
}

TEST(ParseSelect, AcceptsOneStatementWithSemicolonAndComments) {
    const Tree tree = Tree::parse_select("-- report\nSELECT a FROM t; /* end */\n");
    EXPECT_EQ(tree.select().n_target_list, 1U);
    EXPECT_THROW(tree.expression(), std::logic_error);
}

TEST(ParseSelect, PointsAtTheSyntaxError) {
    const auto error = select_error("SELECT a FROM WHERE b");
    EXPECT_EQ(error.offset, 14U);
    EXPECT_EQ(error.message, "syntax error at or near \"WHERE\"");
    EXPECT_EQ(error.hint, grammar_hint);
}

TEST(ParseSelect, CountsBytesNotCharacters) {
    EXPECT_EQ(select_error("SELECT 'größe', '日本' FROM WHERE b").offset,
              std::string("SELECT 'größe', '日本' FROM ").size());
}

TEST(ParseSelect, PointsAtAnUnterminatedString) {
    const auto error = select_error("SELECT a, 'oops");
    EXPECT_EQ(error.offset, 10U);
    EXPECT_EQ(error.message, "unterminated quoted string at or near \"'oops\"");
}

TEST(ParseSelect, RefusesAnythingButOneSelect) {
    EXPECT_EQ(select_error("").message, "the query is empty");
    EXPECT_EQ(select_error(" -- nothing\n").message, "the query is empty");
    EXPECT_EQ(select_error("SELECT 1; -- one\n SELECT 2").offset, 18U);
    EXPECT_EQ(select_error("SELECT 1; SELECT 2").message, "a second statement follows the query");
    EXPECT_EQ(select_error("/* x */ INSERT INTO t VALUES (1)").offset, 8U);
    EXPECT_EQ(select_error("INSERT INTO t VALUES (1)").message, "the statement is not a SELECT");
    EXPECT_EQ(select_error("VALUES (1)").message, "the statement is not a SELECT");
    EXPECT_EQ(select_error("CREATE VIEW v AS SELECT 1").message, "the statement is not a SELECT");
}

TEST(ParseSelect, RefusesZeroBytesAndHugeTexts) {
    EXPECT_EQ(select_error(std::string("SELECT\0 1", 9)).offset, 6U);
    const auto error = select_error("SELECT '" + std::string(256 * 1024, 'x') + "'");
    EXPECT_EQ(error.message, "the query is longer than 256 KiB");
    EXPECT_EQ(error.hint, "move constants into a table");
}

class TooDeep : public testing::TestWithParam<std::string> {};

TEST_P(TooDeep, IsRefusedBeforeTheParserSeesIt) {
    const auto error = select_error(GetParam());
    EXPECT_EQ(error.message, "the query nests deeper than 400 levels");
    EXPECT_GT(error.offset, 0U);
    EXPECT_FALSE(error.hint.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Texts, TooDeep,
    testing::Values("SELECT " + repeated("(", 50000) + "1" + repeated(")", 50000), "SELECT 1" + repeated("+1", 100000),
                    "SELECT " + repeated("- ", 100000) + "1", "SELECT " + repeated("NOT ", 50000) + "true",
                    "SELECT 1" + repeated("::int", 50000), "SELECT " + repeated("ARRAY[", 30000),
                    "SELECT " + repeated("CASE WHEN a THEN ", 5000) + "1" + repeated(" END", 5000),
                    "SELECT " + repeated("CASE WHEN a.end AND ", 5000),
                    "SELECT 1" + repeated(" UNION ALL SELECT 1", 10000),
                    "SELECT 1 FROM t" + repeated(" JOIN u ON a AND b", 10000),
                    "SELECT " + repeated("a.and + ", 20000) + "1", "SELECT " + repeated("f(1, ", 5000),
                    "SELECT a" + repeated(" AT TIME ZONE b", 10000), "SELECT a" + repeated(" COLLATE c", 20000)));

TEST(ParseSelect, LongFlatListsAreNoDepth) {
    std::string in_list = "1";
    for (int i = 0; i < 20000; ++i) {
        in_list += ", " + std::to_string(i);
    }
    const Tree tree = Tree::parse_select("SELECT a FROM t WHERE a IN (" + in_list + ")");
    EXPECT_EQ(Tree::parse_select(deparse(tree.select())).select().n_from_clause, 1U);
    EXPECT_NO_THROW(Tree::parse_select("SELECT a FROM t WHERE b" + repeated(" OR a = -1 AND c", 5000)));
    EXPECT_NO_THROW(Tree::parse_select("SELECT CASE" + repeated(" WHEN a = 1 THEN b + 1", 5000) + " END FROM t"));
}

TEST(ParseSelect, DepthsBelowTheBoundGoAllTheWay) {
    for (const std::string& expression : {repeated("(1 + ", 190) + "1" + repeated(")", 190), "1" + repeated("+1", 380),
                                          repeated("f(", 380) + "1" + repeated(")", 380)}) {
        const Tree tree = Tree::parse_expression(expression);
        EXPECT_TRUE(equal(Tree::parse_expression(deparse(tree.expression())).expression(), tree.expression()));
    }
}

TEST(ParseExpression, ShiftsPositionsToTheExpression) {
    const Tree tree = Tree::parse_expression("status = lower(x)");
    const Node& root = *tree.expression();
    EXPECT_EQ(offset_of(root), 7U);
    EXPECT_EQ(offset_of(*root.a_expr->lexpr), 0U);
    EXPECT_EQ(offset_of(*root.a_expr->rexpr), 9U);
    EXPECT_THROW(tree.select(), std::logic_error);
}

TEST(ParseExpression, AllowsACommentAtTheEnd) {
    EXPECT_THAT(columns_of(Tree::parse_expression("approved -- by whom?").expression()), ElementsAre("approved"));
}

TEST(ParseExpression, RefusesMoreThanOneExpression) {
    EXPECT_EQ(expression_error("a, b").offset, 1U);
    EXPECT_EQ(expression_error("a FROM t").offset, 2U);
    EXPECT_EQ(expression_error("a AS b").offset, 2U);
    EXPECT_EQ(expression_error("a b").offset, 2U);
    EXPECT_EQ(expression_error("ALL a").offset, 0U);
    EXPECT_EQ(expression_error("a; SELECT 1").offset, 1U);
    EXPECT_EQ(expression_error("a THEN 1 WHEN b").message, "the text is not a single expression");
    EXPECT_EQ(expression_error("a THEN 1 ELSE 2 END, CASE WHEN b").message, "the text is not a single expression");
    EXPECT_EQ(expression_error("a THEN 1 END FROM t WHERE CASE WHEN b").message, "the text is not a single expression");
    EXPECT_EQ(expression_error("a THEN 1 END; SELECT CASE WHEN b").message, "the text is not a single expression");
    EXPECT_EQ(expression_error("a THEN 1 END ORDER BY CASE WHEN b").message, "the text is not a single expression");
    EXPECT_EQ(expression_error("a THEN 1 END || CASE WHEN b").message, "the text is not a single expression");
    EXPECT_EQ(expression_error("a THEN 1 END UNION ALL SELECT CASE WHEN b").message,
              "the text is not a single expression");
}

TEST(ParseExpression, AnIncompleteOnePointsAtItsEnd) {
    for (const std::string text : {"", "a +", "a = (b"}) {
        const auto error = expression_error(text);
        EXPECT_EQ(error.offset, text.size()) << text;
        EXPECT_EQ(error.message, "syntax error at end of expression");
    }
}

TEST(Walk, VisitsParentsFirstInFieldOrderAndBelowSetOperations) {
    const Tree tree = Tree::parse_select("SELECT a FROM t WHERE b UNION ALL SELECT c FROM (SELECT d FROM u) s");
    std::vector<std::string> names;
    walk(tree.select(), [&](const Node& node) {
        if (node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
            names.push_back(column_ref_parts(*node.column_ref).back());
        }
        return node.node_case != PG_QUERY__NODE__NODE_RANGE_SUBSELECT;
    });
    EXPECT_THAT(names, ElementsAre("a", "b", "c"));
}

TEST(Clone, OutlivesTheTreeItCameFrom) {
    Tree target = Tree::parse_expression("x");
    Node* copy = nullptr;
    {
        const Tree source = Tree::parse_expression("CASE WHEN \"Ä\" IN ('p', 'q') THEN t.b::numeric(5,2) END");
        copy = target.clone(source.expression());
        EXPECT_TRUE(equal(copy, source.expression()));
        copy->case_expr->args[0]->case_when->result = target.expression();
        EXPECT_FALSE(equal(copy, source.expression()));
    }
    EXPECT_EQ(deparse(copy), "CASE WHEN \"Ä\" IN ('p', 'q') THEN x END");
    EXPECT_EQ(target.clone(static_cast<const Node*>(nullptr)), nullptr);
}

TEST(Transform, ReplacesWithoutDescendingIntoReplacements) {
    Tree tree = Tree::parse_expression("a + f(a, b)");
    Node* root = transform(tree.expression(), [&](Node& node) -> Node* {
        const bool is_a =
            node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF && column_ref_parts(*node.column_ref)[0] == "a";
        return is_a ? tree.column_ref({"a", "a"}) : nullptr;
    });
    EXPECT_EQ(deparse(root), "a.a + f(a.a, b)");
}

TEST(Transform, MayReplaceTheRoot) {
    Tree tree = Tree::parse_expression("a");
    EXPECT_EQ(deparse(transform(tree.expression(), [&](Node&) { return tree.column_ref({"b"}); })), "b");
}

TEST(Equal, IgnoresLocationsAndTheGroupingOfAnds) {
    const auto same = [](const char* left, const char* right) {
        return equal(Tree::parse_expression(left).expression(), Tree::parse_expression(right).expression());
    };
    EXPECT_TRUE(same("a+b", "  a  +  b"));
    EXPECT_TRUE(same("a AND (b AND c)", "(a AND b) AND c"));
    EXPECT_FALSE(same("a AND (b OR c)", "a AND b OR c"));
    EXPECT_FALSE(same("a AND b", "a OR b"));
    EXPECT_FALSE(same("a AND b", "a AND b AND c"));
    EXPECT_FALSE(same("a + b", "b + a"));
    EXPECT_FALSE(same("1", "2"));
    EXPECT_FALSE(same("1", "'1'"));
    EXPECT_FALSE(same("a", "\"A\""));
    EXPECT_FALSE(same("f(a)", "f(DISTINCT a)"));
    EXPECT_FALSE(same("a::int", "a::int[]"));
    EXPECT_TRUE(equal(nullptr, nullptr));
    EXPECT_FALSE(equal(nullptr, Tree::parse_expression("a").expression()));
}

TEST(Build, ColumnReferencesAreQuotedWhenTheyNeedIt) {
    Tree tree = Tree::parse_expression("x");
    EXPECT_EQ(deparse(tree.column_ref({"public", "select", "Größe \"x\""})), "public.\"select\".\"Größe \"\"x\"\"\"");
    EXPECT_EQ(offset_of(*tree.column_ref({"a"})), std::string::npos);
}

TEST(Build, CastAcceptsEveryTypeName) {
    Tree tree = Tree::parse_expression("a");
    const std::pair<const char*, const char*> cases[] = {
        {"numeric(5,2)", "a::numeric(5, 2)"},
        {"character varying(10)[]", "a::varchar(10)[]"},
        {"\"My Schema\".\"My Type\"", "a::\"My Schema\".\"My Type\""},
        {"timestamp(3) with time zone", "a::timestamp (3) with time zone"},
        {"bigint", "a::bigint"},
    };
    for (const auto& [type, sql] : cases) {
        EXPECT_EQ(deparse(tree.cast(tree.expression(), type)), sql) << type;
    }
    EXPECT_THROW(tree.cast(tree.expression(), "int) + (1"), std::invalid_argument);
    EXPECT_THROW(tree.cast(tree.expression(), "int), (1"), std::invalid_argument);
    EXPECT_THROW(tree.cast(tree.expression(), ""), std::invalid_argument);
}

TEST(Build, CaseWhen) {
    Tree tree = Tree::parse_expression("a > 1");
    EXPECT_EQ(deparse(tree.case_when(tree.expression(), tree.column_ref({"b"}))), "CASE WHEN a > 1 THEN b END");
}

TEST(Read, NamesAndConjuncts) {
    const Tree call = Tree::parse_expression("pg_catalog.count(t.*)");
    EXPECT_THAT(function_name_parts(*call.expression()->func_call), ElementsAre("pg_catalog", "count"));
    EXPECT_THAT(column_ref_parts(*call.expression()->func_call->args[0]->column_ref), ElementsAre("t", "*"));
    const Tree tree = Tree::parse_expression("a AND (b AND (c OR d)) AND NOT (e AND f)");
    EXPECT_EQ(conjuncts(tree.expression()).size(), 4U);
    EXPECT_EQ(conjuncts(nullptr).size(), 0U);
    EXPECT_THAT(columns_of(conjuncts(tree.expression())[2]), ElementsAre("c", "d"));
}

TEST(Read, OffsetOfANodeWithoutOneIsThatOfTheFirstBelow) {
    const Tree tree = Tree::parse_select("SELECT 1 FROM aa JOIN bb ON true");
    EXPECT_EQ(offset_of(*tree.select().from_clause[0]), 14U);
}

}  // namespace
}  // namespace freshet::query
