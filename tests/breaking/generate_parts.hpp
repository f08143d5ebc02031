// Parts of a generated query, and what they can read.
#pragma once

#include <map>
#include <optional>

#include "generate.hpp"

namespace freshet::breaking {

// A column that a clause may use.
struct Visible {
    Piece piece;
    const Type* type = nullptr;
};
using Scope = std::vector<Visible>;

// May an expression fail for some rows? Where the planner moves conditions on groups below the grouping, or leaves out
// what nobody reads, whether the query itself fails is the planner's choice.
enum class Care { may_fail, never_fails };

// A unique key of a table and for each of its columns something of its type to compare it with.
struct KeyMatch {
    std::vector<std::size_t> columns;  // none: nothing fits
    std::vector<Piece> partners;
    bool primary = true;

    bool fits() const { return !columns.empty(); }
};

Piece combine(std::string text, std::initializer_list<const Piece*> parts);
std::vector<const Visible*> of_kind(const Scope& scope, bool (*wanted)(const Type&));
bool any_type(const Type& type);
// Two equal values read the same, so it does not matter which of them stands for both.
bool reads_as_it_is(const Type& type);
bool is_number(const Type& type);  // integers and numeric

Scope columns_under(const Case& one, std::size_t table, const std::string& alias);
// Of the primary key and the unique indexes one that fits, as chance has it.
KeyMatch match_key(Random& random, const Case& one, std::size_t table, const Scope& scope);
// The condition that finds the row; `columns` are the table's.
Piece by_key(const Scope& columns, const KeyMatch& match);
// A condition that holds, or not, by a sub-query that finds a row of some table by a key; nothing if none fits.
std::optional<Piece> semi_join(Random& random, const Case& one, const Scope& scope);
// The value of such a sub-query.
std::optional<Visible> value_by_key(Random& random, const Case& one, const Scope& scope);

// A condition on one row.
Piece condition(Random& random, const Scope& scope);
// Whether the changes of its groups tell those of the view.
bool is_followed(const View& view);
// What a view above may read of a view, under that alias.
Scope columns_of_view(const View& view, const std::string& alias);

// What a grouping reads: one arm, or several under UNION ALL; `scope` gets the columns. Adds plain views to the case.
std::vector<Arm> generate_arms(Random& random, Flavour flavour, Case& one, Scope& scope);
// A query outside the class with its keys; nothing if no table has a column to find its rows by.
std::optional<ByKey> generate_by_key(Random& random, const Case& one);
// Without a name.
Output generate_aggregate(Random& random, Flavour flavour, const Scope& scope, Care care);

// Which partition of a table is away: one at a time.
class ComingAndGoing {
  public:
    bool is_away(std::size_t table) const;
    std::size_t partition_away(std::size_t table) const;
    // ALTER TABLE ... DETACH PARTITION, or the ATTACH PARTITION that ends it.
    Write next(Random& random, const Case& one, std::size_t table);

  private:
    std::map<std::size_t, std::size_t> away_;
};

}  // namespace freshet::breaking
