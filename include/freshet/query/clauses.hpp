// Expressions and queries said for people: in other names, and clause by clause. Pure: text in, text out.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::query {

// The SQL that stands for a column reference, given its parts; nullopt where it stays.
using Meaning = std::function<std::optional<std::string>(const std::vector<std::string>& parts)>;

// `expression` with its column references replaced. What cannot be read or written is given back as it is.
std::string in_words(std::string_view expression, const Meaning& meaning);

// CASE WHEN condition THEN value END, which is how FILTER is kept.
struct Filtered {
    std::string condition;
    std::string value;
};
// nullopt for any other expression.
std::optional<Filtered> filtered(std::string_view expression);

// The clauses of a SELECT that compute, choose or order rows, its sub-selects in FROM and WITH included: joins, WHERE,
// computed columns, DISTINCT, HAVING, set operations, ORDER BY, LIMIT. In the order of the text, each as SQL with
// column references replaced; what is chosen of a level's groups is called HAVING. Throws SyntaxError for what is no
// SELECT.
std::vector<std::string> clauses(std::string_view select, const Meaning& meaning);

}  // namespace freshet::query
