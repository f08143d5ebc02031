// Parts of a generated query, and what they can read.
#pragma once

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

Piece combine(std::string text, std::initializer_list<const Piece*> parts);
std::vector<const Visible*> of_kind(const Scope& scope, bool (*wanted)(const Type&));
bool any_type(const Type& type);
bool is_number(const Type& type);  // integers and numeric

// A condition on one row.
Piece condition(Random& random, const Scope& scope);
// What a grouping reads: one arm, or several under UNION ALL; `scope` gets the columns. Adds plain views to the case.
std::vector<Arm> generate_arms(Random& random, Flavour flavour, Case& one, Scope& scope);
// Without a name.
Output generate_aggregate(Random& random, Flavour flavour, const Scope& scope, Care care);

}  // namespace freshet::breaking
