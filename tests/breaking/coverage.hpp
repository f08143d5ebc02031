// What a case reaches of the class of views and of what writers do, so that coverage is a number and not a belief.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace freshet::breaking {

struct Construct {
    std::string name;
    std::string in_query;   // text of a view's query that has it; empty if it is not in a query
    std::string in_script;  // text of the script that has it
};

const std::vector<Construct>& constructs();

// Counts seeds, not occurrences: how many reach each construct. A construct of a query is reached if a fold of a view
// with it was compared; one of a script if the script has it.
class Coverage {
  public:
    void begin_case() { case_.clear(); }
    void folded(const std::string& query);
    void end_case(const std::string& script);

    const std::map<std::string, long>& seeds() const { return seeds_; }
    std::vector<std::string> never_reached() const;
    // One line for each construct, rarest first.
    std::string text() const;

  private:
    std::set<std::string> case_;
    std::map<std::string, long> seeds_;
};

}  // namespace freshet::breaking
