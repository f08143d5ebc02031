// Everything the engine needs to maintain one view, as a value: made by compile() at install time, stored as JSON
// beside the view, read back by the daemon. Emitters turn it into SQL; nobody else looks inside the arms.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "freshet/query/normal_form.hpp"

namespace freshet::compile {

// A typed column of the state.
struct TypedColumn {
    std::string name;
    std::string type;       // as format_type writes it, with type modifier
    std::string collation;  // quoted and qualified; empty for the type's own
    bool nullable = true;

    bool operator==(const TypedColumn&) const = default;
};

// What the state keeps about one aggregate input, named x<i> in generated SQL.
struct Input {
    TypedColumn column;
    std::string sum_type;           // type of sum(x), s<i>; empty if no sum is kept
    std::string distinct_sum_type;  // type of sum(DISTINCT x), sd<i>; empty if none is kept
    std::string ordered_type;       // type of min(x) and max(x); empty if neither is kept
    // sc<i>: how many of the summed values show how many digits after the point, of two_scales how many show the more.
    // Left out where all show the same.
    bool scales = false;
    std::vector<int> two_scales{};  // ascending: the summed values show one of these; empty where they may show any
    bool count = false;     // c<i>, the non-null inputs; left out when x is never null, n serves then
    bool distinct = false;  // d<i>
    bool min = false;       // lo<i>
    bool max = false;       // hi<i>

    // Needs the multiset of its values: v<i> and m<i>, and a values table for the large ones
    bool has_values() const { return distinct || min || max || !distinct_sum_type.empty(); }

    bool operator==(const Input&) const = default;
};

struct Source {
    int id = 0;  // freshet.source.id; its log is freshet.log_<id>
    sql::QualifiedName table;
    std::vector<std::string> columns;  // that the view reads, ascending

    bool operator==(const Source&) const = default;
};

// One grouping of the query, with a state table of its own.
struct Level {
    int view_id = 0;  // objects are freshet.state_<view>_<level>, freshet.values_<view>_<level>_<input>
    int index = 0;    // within the program
    std::vector<Source> sources;
    std::vector<query::Arm> arms;
    std::vector<TypedColumn> keys;  // k0, k1, ...
    std::vector<Input> inputs;      // x0, x1, ...
    std::vector<query::Aggregate> aggregates;
    std::vector<TypedColumn> recomputed;  // r<aggregate>, one for each aggregate of that kind, in order
    std::vector<query::Output> outputs;
    std::string having;
    bool total = false;      // see query::Level
    int tenant_key = -1;     // index into keys
    int retention_key = -1;  // index into keys

    const Source& source_of(const sql::QualifiedName& table) const;
    bool operator==(const Level&) const = default;
};

// A plain SQL view that the query read, itself or through others, when the program was made from its definition.
struct ViewRead {
    sql::QualifiedName name;
    std::string fingerprint;  // sha256 of pg_get_viewdef under an empty search_path

    bool operator==(const ViewRead&) const = default;
};

// Which keys a change of one source concerns, by the user's word.
struct DirtyKeys {
    int source_id = 0;
    // A SELECT of the keys over the relation "changed", in the server's words; empty: every change concerns all rows.
    std::string query;

    bool operator==(const DirtyKeys&) const = default;
};

// The rows of a query kept as they are, and replaced by key: see whole.hpp.
struct Whole {
    std::string query;                   // in the server's words, every name qualified
    std::vector<TypedColumn> columns;    // of the query by their names; c0, c1, ... in freshet.state_<view>_0
    std::vector<std::size_t> keys;       // into columns
    std::vector<std::string> key_types;  // of the keys, below domains and without modifier
    std::vector<DirtyKeys> dirty;        // one for each source

    bool operator==(const Whole&) const = default;
};

struct Program {
    int view_id = 0;
    std::vector<Source> sources;  // of all levels; of each table the columns that any level reads
    std::vector<Level> levels;
    std::string above;                   // see query::NormalForm
    std::vector<std::string> with{};     // likewise
    std::vector<query::Output> columns;  // of the public relation
    std::string tenant;                  // the column that scopes; empty for none. A key of every level.
    std::string retention_column;        // likewise
    std::vector<ViewRead> views{};       // by name
    std::optional<Whole> whole{};        // instead of levels

    const Source& source_of(const sql::QualifiedName& table) const;
    // Everywhere the table is read, over all levels.
    std::vector<const query::Relation*> occurrences_of(const sql::QualifiedName& table) const;
    // The program as that of another generation of its view.
    void set_view_id(int id);
    bool has_tenant() const { return !tenant.empty(); }
    bool has_retention() const { return !retention_column.empty(); }
    bool operator==(const Program&) const = default;
};

nlohmann::json to_json(const Program& program);
// Throws core::Error if the document is not a program of this version.
Program program_from_json(const nlohmann::json& document);

// The types the server gives the columns of describe_sql().
struct ColumnType {
    std::string type;
    std::string base_type;  // below domains, without modifier
    std::string collation;
};

// By the names of describe_sql().
using LevelTypes = std::map<std::string, ColumnType>;

// A SELECT that is never run: its columns are k<i>, x<i>, and s<i>, o<i> (sum and min) and r<i> (recomputed aggregates)
// where the level needs them.
std::string describe_sql(const query::Level& level);

struct CompileOptions {
    int view_id = 0;
    std::map<sql::QualifiedName, int> source_ids;
    std::string tenant;            // a column of the query that is a key of every level; empty for none
    std::string retention_column;  // likewise
};

// `types`: one for each level. Sums that cannot be taken back because of their type, say of floats, become recomputed
// aggregates. Throws query::Rejected for tenant or retention columns that are no keys.
Program compile(const query::NormalForm& form, const std::vector<LevelTypes>& types, const CompileOptions& options);

}  // namespace freshet::compile
