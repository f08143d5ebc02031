// PostgreSQL's parse trees (libpg_query, protobuf-c form) and what we do to them: parse, walk, copy, compare, deparse.
//
// A Tree owns every node it made in one arena, so nodes may be shared and rewired freely; they live as long as the
// Tree. Pure: text in, text out. libpg_query.h and pg_query.pb-c.h are included here and nowhere outside query/.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pg_query.pb-c.h"

namespace freshet::query {

using Node = PgQuery__Node;

// The text is not one SELECT that PostgreSQL's grammar accepts. `offset` is a byte offset into the text.
struct SyntaxError {
    std::size_t offset = 0;
    std::string message;
    std::string hint;
};

class Tree {
  public:
    // Parses exactly one SELECT statement. Texts over 256 KiB or nested deeper than 400 levels are refused before
    // libpg_query sees them: it has no stack guard. Throws SyntaxError.
    static Tree parse_select(std::string_view sql);
    // Parses a single expression, e.g. an event's predicate; node offsets refer to `expression`. Throws SyntaxError.
    static Tree parse_expression(std::string_view expression);

    Tree(Tree&&) noexcept;
    Tree& operator=(Tree&&) noexcept;
    ~Tree();

    const std::string& text() const noexcept;
    // The root of parse_select.
    PgQuery__SelectStmt& select() const;
    // The root of parse_expression.
    Node* expression() const;

    // A deep copy of `node`, owned by this tree. `node` may belong to another tree.
    Node* clone(const Node* node);
    PgQuery__SelectStmt* clone(const PgQuery__SelectStmt& select);
    // A new column reference with the given name parts, owned by this tree.
    Node* column_ref(const std::vector<std::string>& parts);
    // `node` cast to the type named in SQL, e.g. "numeric(5,2)", owned by this tree. Throws std::invalid_argument if
    // `type_sql` is no type name.
    Node* cast(Node* node, std::string_view type_sql);
    // A copy of the text for a field of a node, owned by this tree.
    char* text(std::string_view value);
    // Appends `value AS name` to the select list; `value` is owned by this tree.
    void add_target(PgQuery__SelectStmt& select, Node* value, std::string_view name);
    // CASE WHEN condition THEN result END, owned by this tree.
    Node* case_when(Node* condition, Node* result);

  private:
    struct Impl;
    explicit Tree(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// Calls `visit` for `node` and, while it returns true, for every Node below it, parents first, in field order.
void walk(const Node* node, const std::function<bool(const Node&)>& visit);
// The same for everything below a SELECT, set operations included.
void walk(const PgQuery__SelectStmt& select, const std::function<bool(const Node&)>& visit);

// Replaces nodes in place, parents first: `replace` returns the node to stand there instead (which is not descended
// into), or nullptr to descend. Works on every Node-typed field below `root`; returns the new root.
Node* transform(Node* root, const std::function<Node*(Node&)>& replace);
void transform(PgQuery__SelectStmt& root, const std::function<Node*(Node&)>& replace);

// Whether two trees are the same apart from locations, and from how nested ANDs or nested ORs are grouped.
bool equal(const Node* left, const Node* right);
bool equal(const PgQuery__SelectStmt& left, const PgQuery__SelectStmt& right);

// The SQL of one expression. Parsed again and compared with the original, because the deparser has bugs: throws
// core::Error naming the expression if it does not survive.
std::string deparse(const Node* expression);
// The same for a whole SELECT (a sub-select in FROM, say).
std::string deparse(const PgQuery__SelectStmt& select);

// Byte offset of the node in the tree's text, or of the first node below it that has one; npos if none has.
std::size_t offset_of(const Node& node);

// Convenience readers of common node shapes.
std::vector<std::string> column_ref_parts(const PgQuery__ColumnRef& ref);  // "*" for A_Star
std::vector<std::string> function_name_parts(const PgQuery__FuncCall& call);
std::vector<Node*> nodes(size_t count, Node** list);
// The AND-ed conjuncts of a condition, flattened; the condition itself if it is no AND. Null gives none.
std::vector<Node*> conjuncts(Node* condition);

}  // namespace freshet::query
