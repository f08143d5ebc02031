// One case for the engine as a value: tables, views over them, and what is done to them, step by step. The generator
// makes it from a seed, the player plays it, and the shrinker takes things away from it. What is taken away is only
// marked, so that numbers of tables and columns stay what they are.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "types.hpp"

namespace freshet::breaking {

struct ColumnId {
    std::size_t table = 0;
    std::size_t column = 0;
    auto operator<=>(const ColumnId&) const = default;
};

// A piece of SQL, and the columns without which it makes no sense.
struct Piece {
    std::string text;
    std::set<ColumnId> reads;
};

struct Column {
    std::string name;
    const Type* type = nullptr;
    bool not_null = false;
    std::optional<Piece> generated;  // its expression; such a column is never written
    bool gone = false;
};

struct ForeignKey {
    std::size_t column = 0;
    std::size_t target = 0;  // a table whose key is one integer
    std::string actions;     // "ON DELETE CASCADE", ...
};

struct Table {
    std::string schema;
    std::string name;
    std::vector<Column> columns;
    std::vector<std::size_t> key;                  // empty: no primary key
    std::vector<std::vector<std::size_t>> unique;  // unique indexes beside it
    std::optional<ForeignKey> reference;
    std::size_t partitions = 0;  // 0: not partitioned; else by a hash of the first column of the key
    bool gone = false;

    std::string quoted() const;
    std::string quoted_partition(std::size_t number) const;
};

struct Output {
    Piece piece;
    std::string name;
    Family family = Family::integer;
    const Type* type = nullptr;  // if a view above may compute with it
};

// SELECT slots FROM from WHERE conditions
struct Arm {
    Piece from;
    std::vector<Piece> conditions;
    std::vector<Piece> slots;  // c0, c1, ... of a UNION ALL; empty if the arm is the query's own FROM
    std::vector<std::pair<std::string, Piece>> with;  // WITH queries that `from` reads
    std::set<std::size_t> tables;
    std::set<std::size_t> views;  // of the case, by number: smaller than its own
    bool gone = false;
};

// A SELECT that groups.
struct Level {
    std::vector<Arm> arms;
    std::vector<Output> keys;  // none: all rows are one group
    std::vector<Output> aggregates;
    std::vector<Piece> having;
    bool distinct = false;  // SELECT DISTINCT of the keys
};

// Computed over the groups, of one of their columns and in an order that leaves nothing open.
struct Window {
    enum class Kind { rank, row_number, total, running, before };
    Kind kind = Kind::rank;
    bool partitioned = false;  // by the first column
    std::size_t column = 0;    // among the aggregates
    std::string name;
};

// What stands above the groups.
enum class Above {
    nothing,
    select,  // SELECT of their columns
    groups,  // GROUP BY their first column
    join,    // FULL JOIN of two groupings by their first columns, or each row of one with each of the other
};

// A query outside the incremental class, whose rows are replaced by their key, the first column.
struct ByKey {
    std::vector<Output> columns;
    Piece rest;  // after the select list
    struct Dirty {
        std::string relation;  // a table, or a view of the case; its quoted name
        std::string query;     // empty: any change concerns all rows
    };
    std::vector<Dirty> dirty;
    std::set<std::size_t> views;  // of the case
};

struct View {
    std::string schema;
    std::string name;
    std::optional<ByKey> by_key;  // instead of the levels, and of what stands above them
    std::vector<Level> levels;    // two for a join
    Above above = Above::nothing;
    bool stored = false;  // the groups below a SELECT are a plain view of their own
    std::vector<Window> windows;
    std::vector<std::size_t> filters;  // columns of the groups below a SELECT or a join that must not be NULL
    std::size_t limit = 0;             // 0: none
    bool computed_anew = false;        // it reads views whose changes nothing tells one by one
    std::string keep;                  // an interval that the first key, a date, is kept for; empty: for ever
    bool gone = false;

    std::string quoted() const;
    std::string setting_name() const;  // schema.name
};

// A plain SQL view over one table.
struct PlainView {
    std::string name;
    Piece select;
};

enum class WriteKind { insert, copy, update, remove, merge, other };

// One statement of a writer over one table.
struct Write {
    WriteKind kind = WriteKind::other;
    std::size_t table = 0;
    std::vector<std::size_t> columns;                        // insert, copy, merge
    std::vector<std::vector<Value>> rows;                    // insert, copy, merge
    std::vector<std::pair<std::size_t, Piece>> assignments;  // update, merge, and ON CONFLICT DO UPDATE
    bool on_conflict = false;                                // insert
    Piece condition;                                         // update, remove; empty text: all rows
    std::string other;                                       // a statement that names the table only
    std::optional<std::size_t> partition;                    // straight into it; else the table
};

enum class Act {
    write,      // one statement of a session
    control,    // BEGIN, SAVEPOINT, COMMIT, PREPARE TRANSACTION and the like
    fold,       // a refresh of one view
    recompute,  // a reconcile of one view
    upkeep,     // rotation and trim of the logs
    install,    // another configuration
    quiet,      // every view is folded and compared by the user's own query
};

struct Step {
    Act act = Act::write;
    int session = 0;
    Write write;
    std::string sql;              // control
    std::size_t view = 0;         // fold, recompute
    std::vector<int> variants;    // install: per view, -1 not installed, 0 whole, 1 without its last column
    std::vector<Step> meanwhile;  // fold, recompute: what writers do while the engine is at it
};

struct Case {
    std::vector<Table> tables;
    std::vector<PlainView> plain_views;
    std::vector<View> views;  // each after those it reads
    std::vector<Step> steps;
    // How many values of an input the engine leaves in the row of a group, instead of the number that it is built with:
    // the others are in a table.
    int values_in_row = 128;

    const Column& column(ColumnId id) const { return tables[id.table].columns[id.column]; }
    bool makes_sense(const Piece& piece) const;
};

std::string quote(const std::string& name);
std::string first_line(const std::string& text);
std::string joined(const std::vector<std::string>& parts, const std::string& separator);

// CREATE of everything that the steps start from.
std::vector<std::string> definitions(const Case& one);
// The view's query, or nothing if too little is left of it.
std::optional<std::string> query_of(const Case& one, const View& view, int variant);
// The same with the queries of the views that it reads in their places, down to the tables. `variants`: of all views.
std::optional<std::string> query_over_tables(const Case& one, const View& view, const std::vector<int>& variants);
// The numbers of the views that it reads itself.
std::set<std::size_t> views_below(const View& view);
// The condition on the view's first key that retention is; q is the view.
std::string kept(const View& view);
// Image expressions of the view's columns, in order.
std::vector<std::string> images_of(const Case& one, const View& view, int variant);
// False if a column, such as a sum of floating-point numbers, has no one answer to the last digit.
bool is_exact(const Case& one, const View& view, int variant);
// CREATE VIEW of the groups below it, if they are stored.
std::optional<std::string> stored_groups(const Case& one, const View& view);
// The statement, or nothing if too little is left of it. `copied` gets the data of a COPY.
std::optional<std::string> statement_of(const Case& one, const Write& write, std::string& copied);

}  // namespace freshet::breaking
