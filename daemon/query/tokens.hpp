// The lexer's view of a text: what the tree does not tell, such as where a keyword stands. Comments are left out.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pg_query.pb-c.h"

namespace freshet::query {

struct Token {
    std::size_t begin = 0;  // byte offsets into the text
    std::size_t end = 0;
    // A keyword used as a name (`a.left`, `AS end`) is an identifier here.
    PgQuery__Token kind = PG_QUERY__TOKEN__NUL;
};

// Throws SyntaxError if the text ends inside a string, a comment or a quoted name.
std::vector<Token> scan(const std::string& sql);

}  // namespace freshet::query
