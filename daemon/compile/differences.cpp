#include "differences.hpp"

#include <algorithm>

#include "text.hpp"

namespace freshet::compile {

namespace {

bool approximate(const ComparedColumn& column) {
    return column.how == Comparison::as_double || column.how == Comparison::as_real;
}

std::string by_equality(const std::string& expected, const std::string& published) {
    const auto difference = [&](const std::string& side, const std::string& left, const std::string& right) {
        return "SELECT '" + side + "' AS side, to_jsonb(x.*) AS difference FROM (SELECT * FROM " + left +
               " EXCEPT ALL SELECT * FROM " + right + ") AS x";
    };
    return difference("missing", expected, published) + "\n    UNION ALL " +
           difference("unexpected", published, expected);
}

// Both are NULL, or equal, or near enough to each other that the order of additions may be all their difference.
std::string near(const ComparedColumn& column) {
    const std::string over = " OVER freshet_pair";
    const auto value = column.name + "::double precision";
    const auto low = "min(" + value + ")" + over;
    const auto high = "max(" + value + ")" + over;
    const auto tolerance = column.how == Comparison::as_real ? "1e-4" : "1e-9";
    return "(count(" + value + ")" + over + " = 0 OR (count(" + value + ")" + over + " = 2 AND (" + low + " = " + high +
           " OR (" + high + " - " + low + " < 'Infinity' AND " + high + " - " + low + " <= " + tolerance +
           " * greatest(1, abs(" + low + "), abs(" + high + "))))))";
}

// Rows that are equal in all other columns are paired in the order of the approximate ones.
std::string by_nearness(const std::vector<ComparedColumn>& columns, const std::string& expected,
                        const std::string& published) {
    std::string exact;
    std::string order;
    std::string all;
    std::vector<std::string> tests;
    for (const auto& column : columns) {
        append(all, ", ", column.name);
        append(approximate(column) ? order : exact, ", ", column.name);
        if (approximate(column)) {
            tests.push_back(near(column));
        }
    }
    const auto numbered = [&](const std::string& side, const std::string& from) {
        return "SELECT '" + side + "' AS freshet_side, row_number() OVER (PARTITION BY " +
               (exact.empty() ? "true" : exact) + " ORDER BY " + order + ") AS freshet_number, " + all + " FROM " +
               from + " AS x";
    };
    return "SELECT freshet_side AS side, to_jsonb(x.*) - 'freshet_side' - 'freshet_number' - 'freshet_near' AS "
           "difference FROM (\n      SELECT *, count(*) OVER freshet_pair = 2 AND " +
           join(tests, " AND ") + " AS freshet_near FROM (\n        " + numbered("missing", expected) +
           "\n        UNION ALL " + numbered("unexpected", published) +
           ") AS u\n      WINDOW freshet_pair AS (PARTITION BY freshet_number" + (exact.empty() ? "" : ", " + exact) +
           ")) AS x WHERE NOT freshet_near";
}

}  // namespace

std::string compared(const std::string& alias, const ComparedColumn& column) {
    const auto value = alias + "." + column.name;
    return column.how == Comparison::as_text ? value + "::text AS " + column.name : value;
}

std::string differences(const std::vector<ComparedColumn>& columns, const std::string& expected,
                        const std::string& published) {
    return std::any_of(columns.begin(), columns.end(), approximate) ? by_nearness(columns, expected, published)
                                                                    : by_equality(expected, published);
}

// OFFSET keeps the text of a row from being made for each hash anew.
std::string digest(const std::string& rows, std::size_t first) {
    const auto hash = [](std::size_t seed) {
        return "sum(hashtextextended(x.image, $" + std::to_string(seed) + "::bigint))";
    };
    return "SELECT count(*), " + hash(first) + ", " + hash(first + 1) +
           "\nFROM (SELECT (r.*)::text COLLATE \"C\" AS image FROM (" + rows + ") AS r OFFSET 0) AS x";
}

std::size_t parameters_of(const Program& program, const Scope& scope) {
    return (scope.tenant ? 1U : 0U) + (program.has_retention() ? 1U : 0U);
}

}  // namespace freshet::compile
