// The column types of generated tables, with values that lie where mistakes do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "random.hpp"

namespace freshet::breaking {

enum class Family {
    integer,
    decimal,
    text,
    folded_text,
    date,
    moment,
    truth,
    mood,
    list,
    identifier,
    real,
    span,
    money,
    inexact,  // of results alone: a sum of floating-point numbers, right but for its last digits
    opaque,   // of results alone: what is compared as it reads, and computed with no further
};

using Value = std::optional<std::string>;  // as PostgreSQL reads it; nullopt is NULL

struct Type {
    std::string name;  // as a column is declared
    std::string cast;  // after "::", with a collation if it needs one
    Family family = Family::integer;
    std::vector<std::string> usual;    // few, so that groups meet
    std::vector<std::string> extreme;  // some of them make some queries fail
};

const std::vector<Type>& types();
const Type& type_of(Family family);  // the first of the family
const Type& key_type();              // what most keys are made of

bool can_be_summed(Family family);
bool has_order(Family family);  // min and max

// 'value' or NULL, for a place whose type is known.
std::string literal(const Value& value);
// The same with its type.
std::string typed_literal(const Type& type, const Value& value);
Value random_value(Random& random, const Type& type);

// What two equal values of the family must have in common in a report: all of them, but for what the query itself
// leaves open, such as which of two spellings stands for a group under a collation that takes them for equal.
std::string image_of(Family family, const std::string& expression);

// Types, collations and domains that the tables need.
std::string type_definitions();

}  // namespace freshet::breaking
