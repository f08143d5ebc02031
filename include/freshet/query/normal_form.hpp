// A defining query as the incremental engine sees it: levels, each of them join arms added up by UNION ALL, keys,
// aggregate inputs, and outputs computed from them; and the text above the levels. Plain values: no parse tree leaves
// query/. See docs/decisions/0004 (levels), 0005 (lookups), 0006 (recomputed aggregates).
//
// The text to normalise is the server's own rendering of the query (pg_get_viewdef under an empty search_path): every
// name qualified, `*` expanded, positions and aliases in GROUP BY replaced, implicit casts and literal types written.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/query/shape.hpp"
#include "freshet/sql/identifier.hpp"

namespace freshet::query {

// What the server knows about a column of a table.
struct ColumnFact {
    std::string name;
    std::string type;       // as format_type writes it
    std::string log_type;   // the type below a domain: what the change log stores
    std::string collation;  // quoted and qualified; empty for the type's own
    bool not_null = false;
    bool is_enum = false;
    bool deterministic = true;  // of its collation: texts are equal only if their bytes are
};

// A unique index that holds for every row of its table, by the equality that its columns' types have by default and
// under the columns' own collations. A deferred one is enough: no snapshot sees a transaction before its end.
struct UniqueIndex {
    std::vector<std::string> columns;
    std::vector<std::string> equality_schemas{};  // of each column's operator "="; empty for PostgreSQL's own

    bool operator==(const UniqueIndex&) const = default;
};

// Everything normalising needs from the server, fetched beforehand so that this module stays pure.
struct Facts {
    std::map<sql::QualifiedName, std::vector<ColumnFact>> tables;
    // The column types of each SELECT that required_facts() named, by its text.
    std::map<std::string, std::vector<std::string>> select_types;
    // Their collations, quoted and qualified; empty for the type's own.
    std::map<std::string, std::vector<std::string>> select_collations;
    // The aggregates that the query calls: as name if they are PostgreSQL's own, else as schema.name.
    std::set<std::string> aggregates{};
    // Of the tables, the primary key first.
    std::map<sql::QualifiedName, std::vector<UniqueIndex>> unique_indexes{};
};

// A SELECT whose column types matter.
struct TypedSelect {
    std::string sql;
    int columns = 0;
};

// What to fetch into Facts for this text.
struct RequiredFacts {
    std::vector<sql::QualifiedName> tables;
    std::vector<TypedSelect> selects;
};
// `aggregates`: see Facts.
RequiredFacts required_facts(std::string_view normalised_sql, const std::set<std::string>& aggregates);

// One table in the FROM of an arm.
struct Relation {
    sql::QualifiedName table;
    std::string alias;                 // s0, s1, ... within the arm
    std::vector<std::string> columns;  // that the arm reads, ascending
    // The conditions of the arm that touch only this relation, are immutable, independent of every setting and cannot
    // fail: they may run inside a writer's statement. Columns are qualified with the alias "r". Of a lookup, only those
    // that find its row: a row that fails a condition of WHERE still replaces the NULLs.
    std::vector<std::string> capture_conditions;
    // Not empty for a lookup: the conditions that find its row, at most one for each row of the relations before it;
    // where none is found its columns are NULL. They read this relation and earlier ones.
    std::vector<std::string> lookup_conditions{};
    // The columns of the unique index that makes it at most one. If that goes, the view is no longer its query.
    std::vector<std::string> lookup_key{};

    bool is_lookup() const { return !lookup_conditions.empty(); }

    bool operator==(const Relation&) const = default;
};

// SELECT keys, inputs FROM relations WHERE conditions. The inner relations are joined first, then the lookups in order.
struct Arm {
    std::vector<Relation> relations;
    std::vector<std::string> conditions;
    std::vector<std::string> keys;
    std::vector<std::string> inputs;

    bool operator==(const Arm&) const = default;
};

enum class AggregateKind {
    count_rows,
    count,
    sum,
    avg,
    count_distinct,
    sum_distinct,
    avg_distinct,
    min,
    max,
    recomputed
};

struct Aggregate {
    AggregateKind kind = AggregateKind::count_rows;
    int input = -1;      // index into Arm::inputs; -1 for count_rows and recomputed
    std::string call{};  // of recomputed: the aggregate over x0, x1, ... (the inputs), as SQL

    bool operator==(const Aggregate&) const = default;
};

enum class OutputKind { key, computed, refreshed_at };

// A column of the public relation.
struct Output {
    std::string name;
    OutputKind kind = OutputKind::computed;
    // Over k0, k1, ... (keys) and a0, a1, ... (aggregates); for `key` just the key's name. Empty for refreshed_at.
    std::string expression;

    bool operator==(const Output&) const = default;
};

// One grouping: SELECT outputs FROM arms GROUP BY keys HAVING having.
struct Level {
    std::vector<Arm> arms;
    std::vector<bool> key_nullable;    // one per key
    std::vector<bool> input_nullable;  // one per input
    // One per input: how many digits after the point its numerics may show; empty where that is not known. Of more than
    // one, what a sum of them shows depends on which rows there are.
    std::vector<std::set<int>> input_scales;
    std::vector<Aggregate> aggregates;
    std::vector<Output> outputs;
    std::string having;  // over keys and aggregates, as Output::expression; empty for none
    // Grouping without keys: one row, also over nothing. The only key is the constant true.
    bool total = false;
};

struct NormalForm {
    std::vector<Level> levels;
    // The query, reading level i as the relation freshet_level_<i> with the level's outputs as columns. Empty: the
    // query is level 0 itself.
    std::string above;
    // The WITH queries of `above`, which has no WITH clause itself: each as name AS (SELECT ...).
    std::vector<std::string> with;
    // The columns of the query. Those of kind key and refreshed_at pass a column of a level through; expressions are
    // only set where `above` is empty, and are level 0's.
    std::vector<Output> columns;
    // Each row of the query comes from one group of level 0, so that leaving out groups leaves out their rows and no
    // more.
    bool rows_are_groups = false;
};

inline constexpr std::string_view level_relation_prefix = "freshet_level_";
// The relation that stands for level `index` in NormalForm::above.
std::string level_relation(std::size_t index);

// Throws Rejected if something in the text lies outside the class after all (offsets refer to the normalised text and
// are not for people; reasons and hints are).
struct Rejected {
    std::vector<Rejection> rejections;
};
NormalForm normalise(std::string_view normalised_sql, const Facts& facts);

// A predicate over the rows of one table, such as an event's. `normalised_sql` is SELECT ... FROM table WHERE predicate
// in the server's rendering. Throws Rejected unless all of it may run inside a writer's statement (see Relation).
Relation normalise_filter(std::string_view normalised_sql, const Facts& facts);

}  // namespace freshet::query
