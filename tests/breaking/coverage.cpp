#include "coverage.hpp"

#include <algorithm>

namespace freshet::breaking {

const std::vector<Construct>& constructs() {
    static const std::vector<Construct> all = {
        {"count(*)", "count(*)", ""},
        {"count(DISTINCT)", "count(DISTINCT ", ""},
        {"sum", "sum(", ""},
        {"sum(DISTINCT)", "sum(DISTINCT ", ""},
        {"avg", "avg(", ""},
        {"avg(DISTINCT)", "avg(DISTINCT ", ""},
        {"min", "min(", ""},
        {"max", "max(", ""},
        {"bool_and", "bool_and(", ""},
        {"bool_or", "bool_or(", ""},
        {"every", "every(", ""},
        {"FILTER", " FILTER (", ""},
        {"string_agg", "string_agg(", ""},
        {"array_agg", "array_agg(", ""},
        {"array_agg(DISTINCT)", "array_agg(DISTINCT ", ""},
        {"jsonb_agg", "jsonb_agg(", ""},
        {"percentile_disc", "percentile_disc(", ""},
        {"percentile_cont", "percentile_cont(", ""},
        {"mode", "mode(", ""},
        {"stddev", "stddev(", ""},
        {"var_pop", "var_pop(", ""},
        {"user-defined aggregate", "public.product(", ""},
        {"sum of floating-point numbers", "::double precision)", ""},
        {"join", " JOIN ", ""},
        {"LEFT JOIN by a key", " LEFT JOIN ", ""},
        {"RIGHT JOIN by a key", " RIGHT JOIN ", ""},
        {"EXISTS by a key", "(EXISTS (SELECT ", ""},
        {"NOT EXISTS by a key", "NOT EXISTS (SELECT ", ""},
        {"IN by a key", " IN (SELECT e.", ""},
        {"value of a sub-query", "(SELECT e.", ""},
        {"outer join to two tables", " LEFT JOIN (\"", ""},
        {"sub-query in a sub-query", " AS d WHERE ", ""},
        {"outer join by a unique index", "_u ON ", ""},
        {"sub-query by a unique index", " AS eu WHERE ", ""},
        {"UNION ALL below a join", "(SELECT j.", ""},
        {"UNION ALL in UNION ALL", " UNION ALL (SELECT j.", ""},
        {"view that reads a view", "\".\"v", ""},
        {"UNION ALL below groups", " UNION ALL ", ""},
        {"sub-select of rows", "(SELECT i.", ""},
        {"WITH query of rows", "_rows AS (", ""},
        {"plain view of rows", " public.w", ""},
        {"plain view of groups", "\"groups of ", ""},
        {"SELECT DISTINCT", "SELECT DISTINCT ", ""},
        {"no GROUP BY", " AS \"t0\"", ""},
        {"HAVING", " HAVING ", ""},
        {"window over groups", " OVER (", ""},
        {"rank", "rank()", ""},
        {"row_number", "row_number()", ""},
        {"lag", "lag(", ""},
        {"ORDER BY, LIMIT and OFFSET", " LIMIT ", ""},
        {"SELECT above groups", " AS s", ""},
        {"grouping of groups", " AS \"rows\"", ""},
        {"groupings joined", " FROM l ", ""},
        {"FULL JOIN of groupings", " FULL JOIN ", ""},
        {"sum of one or the other scale", "::numeric, 0)", ""},
        {"numeric key as text", "::text AS \"g", ""},
        {"key under another collation", " COLLATE \"C\") AS \"g", ""},
        {"retention", "", " (keep "},
        {"partitioned table", "", "PARTITION BY"},
        {"write to a partition", "", "_p0\" AS t"},
        {"partition detached", "", "DETACH PARTITION"},
        {"partition attached", "", "ATTACH PARTITION"},
        {"changes missed", "", "freshetd puts its capture back"},
        {"view computed anew with what it reads", "", "computed anew with what it reads"},
        {"rows replaced by key", "", "dirty_keys of "},
        {"generated column", "", "GENERATED ALWAYS"},
        {"foreign key", "", "REFERENCES"},
        {"money column", "", " money"},
        {"interval column", "", " interval"},
        {"INSERT", "", "INSERT INTO"},
        {"ON CONFLICT DO UPDATE", "", "DO UPDATE"},
        {"UPDATE", "", "UPDATE "},
        {"DELETE", "", "DELETE FROM"},
        {"MERGE", "", "MERGE INTO"},
        {"COPY", "", "COPY "},
        {"TRUNCATE", "", "TRUNCATE "},
        {"ALTER TABLE that writes the table anew", "", "DEFAULT random()"},
        {"SAVEPOINT", "", "SAVEPOINT s"},
        {"ROLLBACK TO SAVEPOINT", "", "ROLLBACK TO SAVEPOINT s"},
        {"ROLLBACK", "", " ROLLBACK;"},
        {"REPEATABLE READ", "", "BEGIN ISOLATION LEVEL REPEATABLE READ"},
        {"PREPARE TRANSACTION", "", "PREPARE TRANSACTION"},
        {"COMMIT PREPARED", "", "COMMIT PREPARED"},
        {"writers during a refresh", "", "; meanwhile:"},
        {"values beside the row", "", "values of large groups are moved"},
        {"recomputation", "", "freshetd recomputes"},
        {"verify", "", "freshetd verify"},
        {"rotation and trim", "", "freshetd rotates"},
    };
    return all;
}

void Coverage::folded(const std::string& query) {
    for (const auto& construct : constructs()) {
        if (!construct.in_query.empty() && query.find(construct.in_query) != std::string::npos) {
            case_.insert(construct.name);
        }
    }
}

void Coverage::end_case(const std::string& script) {
    for (const auto& construct : constructs()) {
        if (!construct.in_script.empty() && script.find(construct.in_script) != std::string::npos) {
            case_.insert(construct.name);
        }
        seeds_[construct.name] += case_.contains(construct.name) ? 1 : 0;
    }
}

std::vector<std::string> Coverage::never_reached() const {
    std::vector<std::string> names;
    for (const auto& construct : constructs()) {
        const auto found = seeds_.find(construct.name);
        if (found == seeds_.end() || found->second == 0) {
            names.push_back(construct.name);
        }
    }
    return names;
}

std::string Coverage::text() const {
    auto rows = constructs();
    const auto count = [&](const Construct& one) {
        const auto found = seeds_.find(one.name);
        return found == seeds_.end() ? 0 : found->second;
    };
    std::stable_sort(rows.begin(), rows.end(),
                     [&](const Construct& left, const Construct& right) { return count(left) < count(right); });
    std::string text;
    for (const auto& row : rows) {
        const auto number = std::to_string(count(row));
        text += std::string(6 - std::min<std::size_t>(number.size(), 5), ' ') + number + "  " + row.name + "\n";
    }
    return text;
}

}  // namespace freshet::breaking
