// What the generated names of a level stand for, said in the names of the query. Private to compile/.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "freshet/compile/program.hpp"

namespace freshet::compile {

// The aliases s0, s1, ... of an arm. `arm` outlives it.
class ArmWords {
  public:
    explicit ArmWords(const query::Arm& arm);

    // schema.table, and the name that tells apart a table that is read twice.
    std::string table(std::size_t relation) const;
    // An expression over the aliases with the tables' names; without any where there is only one table.
    std::string say(const std::string& expression) const;
    // Indexes into the arm's relations.
    std::set<std::size_t> relations_in(const std::string& expression) const;

  private:
    std::optional<std::size_t> index_of(const std::string& alias) const;

    const query::Arm& arm_;
    std::vector<std::string> names_;
};

// Keys k<i>, aggregates a<i> and outputs of a level. `level` outlives it.
class LevelWords {
  public:
    explicit LevelWords(const Level& level);

    std::string key(std::size_t index) const;
    // As a call over the tables' columns, with FILTER where the query has it.
    std::string aggregate(std::size_t index) const;
    // An expression over keys and aggregates.
    std::string say(const std::string& expression) const;
    // Whether an output is more than a key or an aggregate.
    bool computes(const std::string& expression) const;
    // What an output column of the level stands for; nullopt for none, and for the moment of writing.
    std::optional<std::string> output(const std::string& name) const;
    // bool_and(x) and bool_or(x) are kept as two counts each.
    std::vector<std::string> boolean_aggregates() const;
    // Whether the aggregate serves those only.
    bool part_of_boolean(std::size_t index) const;

  private:
    std::string input(std::size_t index) const;
    std::optional<std::string> meaning(const std::vector<std::string>& parts) const;
    std::optional<std::string> boolean(const std::string& name, const std::string& counted) const;
    std::vector<std::string> expressions() const;

    const Level& level_;
};

}  // namespace freshet::compile
