#include "freshet/capture/source_capture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "freshet/core/error.hpp"

namespace freshet::capture {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const sql::QualifiedName table{"public", "t"};

std::vector<query::ColumnFact> facts() {
    return {{"id", "integer", "integer", "", true, false},
            {"a", "integer", "integer", "", false, false},
            {"b", "text", "text", "pg_catalog.\"C\"", false, false},
            {"c", "text", "text", "", false, false},
            {"days", "date[]", "timestamp without time zone[]", "", false, false},
            {"path", "public.ltree", "public.ltree", "", true, false},
            {"state", "public.state", "public.state", "", true, true},
            {"freshet_sign", "integer", "integer", "", false, false}};
}

compile::Program reading(const std::vector<std::string>& columns,
                         const std::vector<std::vector<std::string>>& conditions_of_occurrences) {
    compile::Program program;
    program.sources = {{1, table, columns}};
    query::Arm arm;
    for (const auto& conditions : conditions_of_occurrences) {
        arm.relations.push_back({table, "s" + std::to_string(arm.relations.size()), columns, conditions});
    }
    program.levels.emplace_back().arms = {arm};
    return program;
}

SourceCapture capture_for(const std::vector<const compile::Program*>& programs, std::vector<CapturedEvent> events = {},
                          std::vector<std::string> primary_key = {"id"}) {
    return make_capture(1, table, facts(), std::move(primary_key), programs, std::move(events), 0);
}

std::vector<std::string> names(const SourceCapture& capture) {
    std::vector<std::string> result;
    for (const auto& column : capture.columns) {
        result.push_back(column.name);
    }
    return result;
}

std::string all_sql(const SourceCapture& capture) {
    std::string text;
    for (const auto& statement : create_triggers(capture)) {
        text += statement + ";\n";
    }
    return text;
}

TEST(MakeCapture, TakesTheColumnsOfAllPrograms) {
    const auto one = reading({"c"}, {{}});
    const auto other = reading({"a", "b"}, {{}});
    EXPECT_THAT(names(capture_for({&one, &other})), ElementsAre("a", "b", "c"));
}

TEST(MakeCapture, ARowMattersIfItDoesToAnyOccurrence) {
    const auto one = reading({"a"}, {{"r.a = 1", "r.a > 0"}, {"r.a = 2"}});
    const auto other = reading({"a"}, {{"r.a = 2"}});
    EXPECT_THAT(capture_for({&one, &other}).alternatives, ElementsAre("(r.a = 1) AND (r.a > 0)", "(r.a = 2)"));
}

TEST(MakeCapture, EveryRowMattersToAnOccurrenceWithoutConditions) {
    const auto one = reading({"a"}, {{"r.a = 1"}});
    const auto other = reading({"a"}, {{"r.a = 2"}, {}});
    EXPECT_THAT(capture_for({&one, &other}).alternatives, IsEmpty());
}

TEST(MakeCapture, KnowsWhatLookupsTakeForUnique) {
    auto one = reading({"a", "b"}, {{}, {}});
    one.levels.front().arms.front().relations.back().lookup_key = {"b"};
    EXPECT_THAT(capture_for({&one, &one}).lookup_keys, ElementsAre(ElementsAre("b")));
    const auto none = reading({"a", "b"}, {{}, {}});
    EXPECT_THAT(capture_for({&none}).lookup_keys, IsEmpty());
    EXPECT_NE(fingerprint(capture_for({&one})), fingerprint(capture_for({&none})));
}

TEST(MakeCapture, EventsBringTheirColumns) {
    const auto program = reading({"a"}, {{"r.a = 1"}});
    const auto capture = capture_for({&program}, {{"e", 0, "(r.c = 'x'::text)", {"c"}}});
    EXPECT_THAT(names(capture), ElementsAre("a", "c"));
    EXPECT_THAT(
        all_sql(capture),
        HasSubstr("WHERE ((r.a OPERATOR(pg_catalog.=) 1) OR (r.c OPERATOR(pg_catalog.=) 'x'::pg_catalog.text))"));
}

TEST(MakeCapture, RefusesColumnsNamedLikeTheLogsOwn) {
    const auto program = reading({"freshet_sign"}, {{}});
    EXPECT_THROW(capture_for({&program}), core::Error);
    const auto unknown = reading({"zzz"}, {{}});
    EXPECT_THROW(capture_for({&unknown}), core::Error);
}

TEST(MakeCapture, PairsByThePrimaryKey) {
    const auto program = reading({"a"}, {{}});
    const auto sql = all_sql(capture_for({&program}));
    EXPECT_THAT(sql,
                HasSubstr("FROM freshet_new AS freshet_row) AS r) AS n ON o.\"id\" OPERATOR(pg_catalog.=) n.\"id\""));
    EXPECT_THAT(capture_for({&program}, {}, {"state"}).identity, ElementsAre("state"));
}

// Its "=" lives in the extension's schema, which the trigger does not search: the writer's UPDATE would fail.
TEST(MakeCapture, DoesNotPairByAnExtensionsType) {
    const auto program = reading({"a"}, {{}});
    const auto capture = capture_for({&program}, {}, {"id", "path"});
    EXPECT_THAT(all_sql(capture), Not(HasSubstr("o.\"path\" = n.\"path\"")));
    EXPECT_THAT(all_sql(capture),
                HasSubstr("ON ROW(o.\"id\", o.\"path\")::pg_catalog.record OPERATOR(pg_catalog.*=) ROW(n.\"id\", "
                          "n.\"path\")::pg_catalog.record"));
}

// Without that, renaming a column would make the writer's next statement fail.
TEST(Triggers, AColumnThatIsGoneIsNull) {
    const auto program = reading({"a", "b"}, {{}});
    EXPECT_THAT(
        all_sql(capture_for({&program})),
        HasSubstr(
            "FROM (SELECT NULL::int AS \"a\", NULL::pg_catalog.text AS \"b\") AS freshet_absent CROSS JOIN LATERAL "
            "(SELECT \"a\", \"b\" FROM freshet_new AS freshet_row) AS r"));
}

std::vector<LogColumn> existing_log(std::vector<LogColumn> columns) {
    columns.insert(columns.begin(), {"freshet_sign", "smallint", "", false});
    return columns;
}

TEST(RetypeLog, EmptiesTheLogAndChangesOnlyThoseColumns) {
    const auto program = reading({"a", "b"}, {{}});
    const auto capture = capture_for({&program});
    const auto existing =
        existing_log({{"a", "text", "", true}, {"b", "text", "pg_catalog.\"C\"", true}, {"gone", "jsonb", "", false}});
    EXPECT_THAT(
        retype_log(capture, existing),
        ElementsAre(
            "DROP VIEW freshet.log_1", "TRUNCATE freshet.log_1_0",
            "ALTER TABLE freshet.log_1_0 DROP COLUMN \"a\", DROP COLUMN IF EXISTS \"a[]\", ADD COLUMN \"a\" "
            "integer, ADD COLUMN \"a[]\" integer[]",
            HasSubstr("SET STORAGE EXTERNAL"), "TRUNCATE freshet.log_1_1", HasSubstr("ADD COLUMN \"a\" integer"),
            HasSubstr("SET STORAGE EXTERNAL"),
            AllOf(HasSubstr("CREATE OR REPLACE VIEW freshet.log_1 AS SELECT \"freshet_sign\", \"a\", \"b\", "
                            "\"gone\" FROM freshet.log_1_0 WHERE freshet_sign IS NOT NULL"),
                  HasSubstr("SELECT unnest(array_fill(sign(freshet_rows)::smallint, ARRAY[abs(freshet_rows)])), "
                            "unnest(\"a[]\")::integer, "
                            "unnest(\"b[]\")::text, NULL::jsonb FROM freshet.log_1_0 WHERE freshet_sign IS NULL"))));
}

TEST(RetypeLog, LeavesALogOfTheRightTypesAlone) {
    const auto program = reading({"a"}, {{}});
    EXPECT_THAT(retype_log(capture_for({&program}), existing_log({{"a", "integer", "", false}})), IsEmpty());
}

TEST(Triggers, WithoutAKeyReadOnlyLoggedColumns) {
    const auto program = reading({"a", "b"}, {{}});
    EXPECT_THAT(all_sql(capture_for({&program}, {}, {})),
                HasSubstr("(SELECT r.\"a\", r.\"b\", ROW(r.\"a\", r.\"b\")::pg_catalog.text COLLATE pg_catalog.\"C\" "
                          "AS freshet_image"));
}

TEST(Triggers, BodyIsQuotedByATagThatItDoesNotContain) {
    const auto program = reading({"c"}, {{"r.c = '$freshet$'::text", "r.c <> '$freshet_$'::text"}});
    const auto sql = create_triggers(capture_for({&program})).front();
    EXPECT_THAT(sql, HasSubstr(" AS $freshet__$\n"));
    EXPECT_TRUE(sql.ends_with("\n$freshet__$"));
}

TEST(Triggers, NothingIsUpdatedThatNoViewReads) {
    const auto program = reading({}, {{}});
    EXPECT_THAT(all_sql(capture_for({&program})), Not(HasSubstr("AFTER update")));
}

TEST(Fingerprint, ChangesExactlyWithTheSql) {
    const auto program = reading({"a"}, {{"r.a = 1"}});
    const auto same = reading({"a"}, {{"r.a = 1"}, {"r.a = 1"}});
    const auto other_condition = reading({"a"}, {{"r.a = 2"}});
    const auto other_column = reading({"a", "b"}, {{"r.a = 1"}});
    const auto original = fingerprint(capture_for({&program}));
    EXPECT_EQ(fingerprint(capture_for({&program, &program})), original);
    EXPECT_EQ(fingerprint(capture_for({&same})), original);
    EXPECT_NE(fingerprint(capture_for({&other_condition})), original);
    EXPECT_NE(fingerprint(capture_for({&other_column})), original);
    EXPECT_NE(fingerprint(capture_for({&program}, {{"e", 0, "r.a = 3", {"a"}}})), original);
    EXPECT_NE(fingerprint(capture_for({&program}, {{"e", 0, "r.a = 3", {"a"}}})),
              fingerprint(capture_for({&program}, {{"f", 0, "r.a = 3", {"a"}}})));
    EXPECT_NE(fingerprint(capture_for({&program}, {}, {})), original);
    auto touched = capture_for({&program});
    touched.touch = true;
    EXPECT_NE(fingerprint(touched), original);
    auto retyped = capture_for({&program});
    retyped.columns.front().log_type = "bigint";
    EXPECT_NE(fingerprint(retyped), original);
}

TEST(Partitioned, UpdatesOfTheKeyAreCounted) {
    const auto program = reading({"a"}, {{}});
    const auto keyed = make_capture(1, table, facts(), {"id"}, {&program}, {}, 0, TableKind::partitioned);
    EXPECT_THAT(operations(keyed), Contains("keys"));
    EXPECT_THAT(all_sql(keyed), HasSubstr("TRIGGER freshet_keys BEFORE UPDATE OF \"id\" ON "));
    const auto keyless = make_capture(1, table, facts(), {}, {&program}, {}, 0, TableKind::partitioned);
    EXPECT_THAT(all_sql(keyless), HasSubstr("TRIGGER freshet_keys BEFORE UPDATE ON "));
    EXPECT_THAT(operations(capture_for({&program})), Not(Contains("keys")));
}

TEST(Partitioned, UpdatesThatNoRowIsLoggedOfAreLeftAlone) {
    const auto program = reading({}, {{}});
    const auto capture = make_capture(1, table, facts(), {"id"}, {&program}, {}, 0, TableKind::partitioned);
    EXPECT_THAT(operations(capture), ElementsAre("truncate", "insert", "delete"));
}

// A log that an older freshetd made has no arrays.
TEST(ExtendLog, CanBeSentAgain) {
    const auto program = reading({"a", "b"}, {{}});
    const auto statements = extend_log(capture_for({&program}), existing_log({{"a", "integer", "", false}}));
    EXPECT_EQ(statements.size(), 5U);
    EXPECT_EQ(
        statements.front(),
        "ALTER TABLE freshet.log_1_0 ALTER COLUMN freshet_sign DROP NOT NULL, ADD COLUMN IF NOT EXISTS \"a\" integer, "
        "ADD COLUMN IF NOT EXISTS \"b\" text COLLATE pg_catalog.\"C\", ADD COLUMN IF NOT EXISTS freshet_rows "
        "integer, ADD COLUMN IF NOT EXISTS "
        "\"freshet_events[]\" integer[], ADD COLUMN IF NOT EXISTS \"a[]\" integer[], ADD COLUMN IF NOT EXISTS "
        "\"b[]\" text[] COLLATE pg_catalog.\"C\"");
    EXPECT_THAT(statements.back(),
                AllOf(HasSubstr("unnest(\"a[]\")::integer, "), HasSubstr("unnest(\"b[]\")::text FROM")));
}

TEST(ExtendLog, LeavesAColumnOfAnotherTypeToRetyping) {
    const auto program = reading({"a"}, {{}});
    const auto statements = extend_log(capture_for({&program}), existing_log({{"a", "text", "", false}}));
    EXPECT_THAT(statements.front(), Not(HasSubstr("\"a")));
    EXPECT_THAT(statements.back(), HasSubstr("NULL::text"));
}

TEST(Packed, NotWhereATypeIsAnothers) {
    const auto of_types = [](const std::vector<std::string>& columns) {
        const auto program = reading(columns, {{}});
        return all_sql(capture_for({&program}));
    };
    EXPECT_THAT(of_types({"a", "b", "state"}), HasSubstr("array_agg(r.\"state\")"));
    EXPECT_THAT(of_types({"a", "path"}), Not(HasSubstr("array_agg")));
    EXPECT_THAT(of_types({"a", "days"}), Not(HasSubstr("array_agg")))
        << "an array holds no arrays of different lengths";
}

TEST(Packed, OnlyValuesThatCanBeLongAreMeasured) {
    const auto program = reading({"a", "b"}, {{}});
    EXPECT_THAT(all_sql(capture_for({&program})),
                AllOf(HasSubstr("octet_length(r.\"b\"::pg_catalog.text) OPERATOR(pg_catalog.>) 200"),
                      Not(HasSubstr("octet_length(r.\"a\""))));
}

TEST(CreateLog, NothingForAViewThatIsOnlyTouched) {
    EXPECT_THAT(create_log(make_capture(1, table, facts(), {"id"}, {}, {}, 1)), IsEmpty());
}

}  // namespace
}  // namespace freshet::capture
