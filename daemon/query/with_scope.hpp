// Which WITH query a name in FROM means. Private to query/.
#pragma once

#include <optional>
#include <vector>

#include "freshet/query/tree.hpp"

namespace freshet::query {

// A value: the WITH queries that can be seen at one place of a text. It points into the tree and must not outlive it.
class WithScope {
  public:
    struct Found;

    // What the FROM clauses of `select` see: its own WITH queries shadow those seen around it. For a set operation ask
    // with the whole first, then with each operand. Throws Rejected for WITH queries that read themselves or write.
    WithScope inside(const PgQuery__SelectStmt& select) const;

    // What the text of one of the queries sees: those defined before it.
    WithScope before(const PgQuery__CommonTableExpr& query) const;

    // nullopt if the name means a relation of the database.
    std::optional<Found> find(const PgQuery__RangeVar& relation) const;

  private:
    std::vector<const PgQuery__CommonTableExpr*> queries_;  // outer ones first, in order of their definition
};

struct WithScope::Found {
    const PgQuery__CommonTableExpr* query = nullptr;
    WithScope scope;  // what its text sees: what was defined before it

    const PgQuery__SelectStmt& select() const { return *query->ctequery->select_stmt; }
};

}  // namespace freshet::query
