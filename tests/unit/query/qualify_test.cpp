#include "freshet/query/qualify.hpp"

#include <gtest/gtest.h>

namespace freshet::query {
namespace {

TEST(Qualify, NamesTheSchemaOfOperatorsAndTypes) {
    EXPECT_EQ(qualify("r.approved"), "r.approved");
    EXPECT_EQ(qualify("r.status = 'paid'::text"), "r.status OPERATOR(pg_catalog.=) 'paid'::pg_catalog.text");
    EXPECT_EQ(qualify("NOT r.a AND (r.b IS NOT NULL OR r.n + 1 > 2)"),
              "NOT r.a AND (r.b IS NOT NULL OR (r.n OPERATOR(pg_catalog.+) 1) OPERATOR(pg_catalog.>) 2)");
    EXPECT_EQ(qualify("(r.kind)::text = ANY (ARRAY['a'::text, 'b'::text])"),
              "r.kind::pg_catalog.text OPERATOR(pg_catalog.=) ANY(ARRAY['a'::pg_catalog.text, 'b'::pg_catalog.text])");
    EXPECT_EQ(qualify("NULL::numeric(10,2)"), "NULL::numeric(10, 2)");
    EXPECT_EQ(qualify("NULL::timestamp with time zone"), "NULL::timestamp with time zone");
    EXPECT_EQ(qualify("r.a OPERATOR(pg_catalog.<) 3"), "r.a OPERATOR(pg_catalog.<) 3");
}

TEST(Qualify, HasNoAnswerWhereANameMayMeanAnotherThingElsewhere) {
    for (const auto* text :
         {"lower(r.a) = 'x'", "pg_catalog.lower(r.a) IS NULL", "r.a OPERATOR(public.=) 'x'", "r.a IN (1, 2)",
          "r.a BETWEEN 1 AND 2", "r.a LIKE 'x'", "nullif(r.a, 1) IS NULL", "r.a IS DISTINCT FROM 1",
          "CASE r.a WHEN 1 THEN true END", "r.a = (SELECT 1)", "EXISTS (SELECT 1)", "r.a::public.mood IS NULL",
          "'t'::regclass IS NULL", "r.a =", "CURRENT_USER = 'x'"}) {
        EXPECT_EQ(qualify(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace freshet::query
