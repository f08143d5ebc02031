// Faults planted into the engine by changing the SQL that it sends, each with the kind of case that finds it. What the
// machine cannot find when it is there, it cannot be trusted to miss.
#pragma once

#include <string>
#include <vector>

#include "generate.hpp"

namespace freshet::breaking {

struct Mutation {
    std::string name;
    std::string description;
    std::string what;  // text of the engine's SQL
    std::string with;
    Flavour flavour = Flavour::everything;
};

const std::vector<Mutation>& mutations();

// The statement with the fault in it; counts the places.
std::string plant(const Mutation& mutation, std::string sql, int& places);

}  // namespace freshet::breaking
