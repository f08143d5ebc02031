// Positions in a query's text that its tree does not record: the keywords of clauses.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "freshet/query/tree.hpp"
#include "tokens.hpp"

namespace freshet::query {

class SourceText {
  public:
    explicit SourceText(const std::string& sql) : tokens_(scan(sql)) {}

    // Offset of the last token of one of these kinds that begins before `offset`; `offset` itself if none does.
    std::size_t last_before(std::size_t offset, std::initializer_list<PgQuery__Token> kinds) const;
    // Offset of the first FOR UPDATE, FOR SHARE and so on at or after `offset`; `offset` itself if there is none.
    std::size_t locking_after(std::size_t offset) const;

  private:
    std::vector<Token> tokens_;
};

// The smallest position below and including the node; npos if there is none.
std::size_t leftmost(const Node& node);
std::size_t leftmost(const PgQuery__SelectStmt& select);
// Where the SELECT itself begins, after its WITH.
std::size_t select_keyword(const PgQuery__SelectStmt& select, const SourceText& text);

}  // namespace freshet::query
