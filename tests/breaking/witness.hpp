// What a view should read, and what it reads: the rows as text, compared one by one. Rows that are equal and do not
// look the same differ, unless the query leaves open how they look. Plain SQL on plain sessions: shares no code with
// the engine.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "case.hpp"
#include "place.hpp"

namespace freshet::breaking {

// What evaluating a query gave.
struct Reading {
    std::vector<std::string> rows;  // sorted
    std::string error;              // instead of rows
    std::string sqlstate;

    bool failed() const { return !error.empty(); }
    // A row that the query cannot evaluate: 1 / 0, a number out of range.
    bool cannot_be_evaluated() const { return sqlstate.starts_with("22"); }
    bool had_to_wait() const { return sqlstate == "55P03"; }
};

class Witness {
  public:
    explicit Witness(const Place& place) : client_(place.session()) {}

    // The defining queries of these views over the tables alone, in an exported snapshot. The exporting transaction is
    // still open.
    std::map<std::size_t, Reading> queries_in(const std::string& snapshot, const Case& one,
                                              const std::vector<std::size_t>& views, const std::vector<int>& variants);
    // The public relation now.
    Reading published(const Case& one, const View& view, int variant);
    // The user's own text against the public relation, by EXCEPT ALL both ways, now. A view that forgets old groups has
    // none to compare.
    std::vector<std::string> differences(const Case& one, const View& view, int variant);

  private:
    Reading read(const std::string& sql);

    testing::Client client_;
};

// "missing ..." and "unexpected ..." for what is on one side only.
std::vector<std::string> differences(const Reading& expected, const Reading& published);

}  // namespace freshet::breaking
