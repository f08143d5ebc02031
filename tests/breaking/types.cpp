#include "types.hpp"

#include <algorithm>
#include <stdexcept>

namespace freshet::breaking {

namespace {

constexpr std::size_t null_percent = 15;
constexpr std::size_t extreme_percent = 4;

std::vector<Type> make_types() {
    const std::vector<std::string> amounts = {"0", "1.25", "-1.25", "10", "99.99", "0.01"};
    const std::vector<std::string> words = {"", "a", "A", "ab", "b", "it's", "z"};
    const std::vector<std::string> odd_words = {"ä",   "Ä",     "ß",       " a",   "a ", "NULL",
                                                "\\N", "\"q\"", "a\tb\nc", "日本", "😀",  "%_$1"};
    const std::vector<std::string> days = {"2001-05-31", "2010-12-31", "2025-01-01",
                                           "2025-02-28", "2025-03-30", "2030-10-27"};
    const std::vector<std::string> odd_days = {"infinity", "-infinity", "0044-03-15 BC", "9999-12-31", "2024-02-29"};
    return {
        {"integer", "integer", Family::integer, {"0", "1", "2", "3", "5", "-4"}, {"2147483647", "-2147483648"}},
        {"smallint", "smallint", Family::integer, {"0", "1", "2", "-3"}, {"32767", "-32768"}},
        {"bigint", "bigint", Family::integer, {"0", "1", "7", "-7"}, {"9223372036854775807", "-9223372036854775808"}},
        {"numeric(10,2)", "numeric(10,2)", Family::decimal, amounts, {"99999999.99", "-99999999.99", "NaN"}},
        {"numeric",
         "numeric",
         Family::decimal,
         {"0", "1.5", "1.50", "-3", "7.125", "1e3", "0.1234567890123456789"},
         {"1e-30", "0.0000000000000000000000000000000000000001", "5.00000000",
          "12345678901234567890.1234567890123456789", "1e50", "-1e50", "NaN", "Infinity", "-Infinity"}},
        {"public.amount", "public.amount", Family::decimal, amounts, {"999999.9999"}},
        {"text", "text", Family::text, words, odd_words},
        {"text COLLATE \"C\"", "text COLLATE \"C\"", Family::text, words, odd_words},
        {"character varying(8)", "character varying(8)", Family::text, words, {"ä", "Ä", "a ", "日本"}},
        {"character(3)", "character(3)", Family::text, {"", "a", "A", "ab", "b"}, {"ä", "ab ", "日"}},
        {"text COLLATE public.folded",
         "text COLLATE public.folded",
         Family::folded_text,
         {"", "a", "A", "b", "B", "c"},
         {"ä", "Ä"}},
        {"date", "date", Family::date, days, odd_days},
        {"timestamp with time zone",
         "timestamp with time zone",
         Family::moment,
         {"2025-03-30 00:59:59+00", "2025-03-30 01:00:00+00", "2025-01-01 00:00:00+00",
          "2010-12-31 23:59:59.999999+00"},
         {"infinity", "-infinity", "0044-03-15 12:00:00+00 BC", "294276-12-31 23:59:59+00"}},
        {"timestamp without time zone",
         "timestamp without time zone",
         Family::moment,
         {"2025-03-30 02:30:00", "2025-01-01 00:00:00", "2010-12-31 23:59:59.999999"},
         {"infinity", "-infinity"}},
        {"boolean", "boolean", Family::truth, {"true", "false"}, {}},
        {"public.mood", "public.mood", Family::mood, {"sad", "ok", "happy"}, {"So la la"}},
        {"integer[]",
         "integer[]",
         Family::list,
         {"{}", "{1}", "{1,2}", "{2,1}"},
         {"{NULL}", "{1,NULL}", "{{1,2},{3,4}}"}},
        {"uuid",
         "uuid",
         Family::identifier,
         {"00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"},
         {"ffffffff-ffff-ffff-ffff-ffffffffffff"}},
        {"double precision",
         "double precision",
         Family::real,
         {"0", "0.1", "1e100", "-2.5"},
         {"-0", "NaN", "Infinity"}},
        {"interval", "interval", Family::span, {"1 day", "2 hours", "1 month"}, {"24 hours", "30 days", "-1 day"}},
        {"money", "money", Family::money, {"0", "1.25", "-1.25", "10"}, {"99999999.99", "-99999999.99"}},
    };
}

std::string doubled(std::string text, char quote) {
    for (auto at = text.find(quote); at != std::string::npos; at = text.find(quote, at + 2)) {
        text.insert(at, 1, quote);
    }
    return text;
}

}  // namespace

const std::vector<Type>& types() {
    static const std::vector<Type> all = make_types();
    return all;
}

const Type& type_of(Family family) {
    return *std::find_if(types().begin(), types().end(), [&](const Type& type) { return type.family == family; });
}

const Type& key_type() {
    return types().front();
}

bool can_be_summed(Family family) {
    return family == Family::integer || family == Family::decimal;
}

bool has_order(Family family) {
    return family != Family::truth && family != Family::identifier;
}

std::string literal(const Value& value) {
    return value ? "'" + doubled(*value, '\'') + "'" : "NULL";
}

std::string typed_literal(const Type& type, const Value& value) {
    const auto collation = type.cast.find(" COLLATE ");
    const auto text = literal(value) + "::" + type.cast;
    return collation == std::string::npos ? text : "(" + text + ")";
}

Value random_value(Random& random, const Type& type) {
    if (random.chance(null_percent)) {
        return std::nullopt;
    }
    return !type.extreme.empty() && random.chance(extreme_percent) ? random.pick(type.extreme)
                                                                   : random.pick(type.usual);
}

std::string image_of(Family family, const std::string& expression) {
    switch (family) {
        case Family::decimal:
            return "pg_catalog.trim_scale(" + expression + ")";
        case Family::folded_text:
            return "pg_catalog.lower(" + expression + ") COLLATE \"C\"";
        case Family::real:
            return expression + " + 0";
        case Family::inexact:
            // No sum of the values of types() cancels all but its last digits, or lies where rounding decides.
            return "CASE WHEN abs(" + expression + ") < 1e10 THEN round((" + expression +
                   ")::numeric, 6)::text ELSE ((" + expression + ") / 1e90)::real::text END";
        case Family::span:
            return "pg_catalog.justify_interval(" + expression + ")";
        default:
            return expression;
    }
}

std::string type_definitions() {
    return "CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'happy', 'So la la');\n"
           "CREATE DOMAIN public.amount AS numeric(12,4) CHECK (VALUE > -1000000);\n"
           "CREATE COLLATION public.folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);\n"
           "CREATE AGGREGATE public.product(numeric) (sfunc = pg_catalog.numeric_mul, stype = numeric);\n";
}

}  // namespace freshet::breaking
