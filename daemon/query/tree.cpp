#include "freshet/query/tree.hpp"

#include <optional>
#include <stdexcept>
#include <utility>

#include "arena.hpp"
#include "parser.hpp"
#include "reflection.hpp"
#include "tokens.hpp"

namespace freshet::query {
namespace {

// A constructor and the newline that ends a comment surround the expression, so that nothing but one expression fits.
constexpr std::string_view before_expression = "SELECT CASE WHEN ";
constexpr std::string_view after_expression = "\nTHEN 1 END";

// Unset positions are 0 or -1 in what the grammar makes. Offset 0 itself can only be a WITH: a SELECT has no position.
void mark_unset_locations(ProtobufCMessage& root) {
    reflection::map_locations(root, [](const ProtobufCMessage& owner, int location) {
        const bool with_clause = owner.descriptor == &pg_query__with_clause__descriptor;
        return location == 0 && !with_clause ? -1 : location;
    });
}

void shift_locations(ProtobufCMessage& root, int by) {
    reflection::map_locations(
        root, [by](const ProtobufCMessage&, int location) { return location < by ? -1 : location - by; });
}

void forget_locations(ProtobufCMessage& root) {
    reflection::map_locations(root, [](const ProtobufCMessage&, int) { return -1; });
}

std::size_t first_token_from(const std::string& sql, std::size_t offset) {
    for (const Token& token : scan(sql)) {
        if (token.begin >= offset && token.kind != PG_QUERY__TOKEN__ASCII_59) {
            return token.begin;
        }
    }
    return sql.size();
}

std::optional<SyntaxError> not_one_select(const PgQuery__ParseResult& result, const std::string& sql) {
    if (result.n_stmts == 0) {
        return SyntaxError{0, "the query is empty", "write one SELECT statement"};
    }
    if (result.n_stmts > 1) {
        const auto second = static_cast<std::size_t>(result.stmts[1]->stmt_location);
        return SyntaxError{first_token_from(sql, second), "a second statement follows the query",
                           "keep one SELECT statement per view"};
    }
    const Node& statement = *result.stmts[0]->stmt;
    if (statement.node_case != PG_QUERY__NODE__NODE_SELECT_STMT || statement.select_stmt->n_values_lists > 0) {
        return SyntaxError{first_token_from(sql, 0), "the statement is not a SELECT", "write one SELECT statement"};
    }
    return std::nullopt;
}

PgQuery__CaseWhen* first_branch(const PgQuery__ParseResult& result) {
    const Node* statement = result.n_stmts == 1 ? result.stmts[0]->stmt : nullptr;
    if (statement == nullptr || statement->node_case != PG_QUERY__NODE__NODE_SELECT_STMT ||
        statement->select_stmt->n_target_list != 1) {
        return nullptr;
    }
    const Node* value = statement->select_stmt->target_list[0]->res_target->val;
    return value->node_case == PG_QUERY__NODE__NODE_CASE_EXPR ? value->case_expr->args[0]->case_when : nullptr;
}

// The expression between `before_expression` and `after_expression`; null if the text closed our CASE and went on, that
// is, if anything but the condition differs from what an empty wrapping gives.
Node* only_condition(Arena& arena, const PgQuery__ParseResult& result) {
    PgQuery__CaseWhen* branch = first_branch(result);
    if (branch == nullptr) {
        return nullptr;
    }
    const auto& bare = parse_statements(arena, std::string(before_expression) + "TRUE" + std::string(after_expression));
    Node* condition = std::exchange(branch->expr, first_branch(bare)->expr);
    return equal(result.stmts[0]->stmt, bare.stmts[0]->stmt) ? condition : nullptr;
}

SyntaxError relative_to_expression(SyntaxError error, std::string_view expression) {
    if (error.offset >= before_expression.size() + expression.size()) {
        return {expression.size(), "syntax error at end of expression", "complete the expression"};
    }
    error.offset -= std::min(error.offset, before_expression.size());
    return error;
}

Node* new_node(Arena& arena, PgQuery__Node__NodeCase kind, ProtobufCMessage& content) {
    auto* node = static_cast<Node*>(arena.allocate(sizeof(Node)));
    pg_query__node__init(node);
    node->node_case = kind;
    // Any member of the union: all of them are pointers to messages.
    node->alias = reinterpret_cast<PgQuery__Alias*>(&content);
    return node;
}

template <typename T>
T& make(Arena& arena, void (*init)(T*)) {
    auto* message = static_cast<T*>(arena.allocate(sizeof(T)));
    init(message);
    return *message;
}

Node** list_of(Arena& arena, const std::vector<Node*>& items) {
    auto** list = static_cast<Node**>(arena.allocate(items.size() * sizeof(Node*)));
    std::copy(items.begin(), items.end(), list);
    return list;
}

PgQuery__TypeName* parse_type(Arena& arena, std::string_view type_sql) {
    const std::string sql = "SELECT CAST(NULL AS " + std::string(type_sql) + ")";
    const auto& statements = parse_statements(arena, sql);
    const Node& statement = *statements.stmts[0]->stmt;
    if (statements.n_stmts != 1 || statement.select_stmt->n_target_list != 1) {
        return nullptr;
    }
    const Node& value = *statement.select_stmt->target_list[0]->res_target->val;
    return value.node_case == PG_QUERY__NODE__NODE_TYPE_CAST ? value.type_cast->type_name : nullptr;
}

}  // namespace

struct Tree::Impl {
    explicit Impl(std::string_view sql) : text(sql) {}

    std::string text;
    Arena arena;
    PgQuery__SelectStmt* select = nullptr;
    Node* expression = nullptr;
};

Tree::Tree(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tree::Tree(Tree&&) noexcept = default;
Tree& Tree::operator=(Tree&&) noexcept = default;
Tree::~Tree() = default;

Tree Tree::parse_select(std::string_view sql) {
    check_bounds(sql);
    auto impl = std::make_unique<Impl>(sql);
    auto& result = parse_statements(impl->arena, impl->text);
    if (const auto error = not_one_select(result, impl->text)) {
        throw *error;
    }
    impl->select = result.stmts[0]->stmt->select_stmt;
    mark_unset_locations(impl->select->base);
    return Tree(std::move(impl));
}

Tree Tree::parse_expression(std::string_view expression) {
    check_bounds(expression);
    auto impl = std::make_unique<Impl>(expression);
    const std::string sql = std::string(before_expression) + impl->text + std::string(after_expression);
    try {
        impl->expression = only_condition(impl->arena, parse_statements(impl->arena, sql));
    } catch (const SyntaxError& error) {
        throw relative_to_expression(error, expression);
    }
    if (impl->expression == nullptr) {
        throw SyntaxError{0, "the text is not a single expression", "write one expression"};
    }
    shift_locations(impl->expression->base, static_cast<int>(before_expression.size()));
    return Tree(std::move(impl));
}

const std::string& Tree::text() const noexcept {
    return impl_->text;
}

PgQuery__SelectStmt& Tree::select() const {
    if (impl_->select == nullptr) {
        throw std::logic_error("the tree holds no SELECT");
    }
    return *impl_->select;
}

Node* Tree::expression() const {
    if (impl_->expression == nullptr) {
        throw std::logic_error("the tree holds no expression");
    }
    return impl_->expression;
}

Node* Tree::clone(const Node* node) {
    return node == nullptr ? nullptr : reinterpret_cast<Node*>(reflection::copy(impl_->arena, node->base));
}

PgQuery__SelectStmt* Tree::clone(const PgQuery__SelectStmt& select) {
    return reinterpret_cast<PgQuery__SelectStmt*>(reflection::copy(impl_->arena, select.base));
}

Node* Tree::column_ref(const std::vector<std::string>& parts) {
    Arena& arena = impl_->arena;
    std::vector<Node*> fields;
    for (const std::string& part : parts) {
        auto& name = make(arena, &pg_query__string__init);
        name.sval = arena.text(part);
        fields.push_back(new_node(arena, PG_QUERY__NODE__NODE_STRING, name.base));
    }
    auto& ref = make(arena, &pg_query__column_ref__init);
    ref.n_fields = fields.size();
    ref.fields = list_of(arena, fields);
    ref.location = -1;
    return new_node(arena, PG_QUERY__NODE__NODE_COLUMN_REF, ref.base);
}

Node* Tree::cast(Node* node, std::string_view type_sql) {
    auto& cast = make(impl_->arena, &pg_query__type_cast__init);
    try {
        cast.type_name = parse_type(impl_->arena, type_sql);
    } catch (const SyntaxError&) {
        cast.type_name = nullptr;
    }
    if (cast.type_name == nullptr) {
        throw std::invalid_argument("cannot cast to '" + std::string(type_sql) + "': not a type name");
    }
    forget_locations(cast.type_name->base);
    cast.arg = node;
    cast.location = -1;
    return new_node(impl_->arena, PG_QUERY__NODE__NODE_TYPE_CAST, cast.base);
}

char* Tree::text(std::string_view value) {
    return impl_->arena.text(value);
}

void Tree::add_target(PgQuery__SelectStmt& select, Node* value, std::string_view name) {
    auto& target = make(impl_->arena, &pg_query__res_target__init);
    target.name = text(name);
    target.val = value;
    target.location = -1;
    auto targets = nodes(select.n_target_list, select.target_list);
    targets.push_back(new_node(impl_->arena, PG_QUERY__NODE__NODE_RES_TARGET, target.base));
    select.n_target_list = targets.size();
    select.target_list = list_of(impl_->arena, targets);
}

Node* Tree::case_when(Node* condition, Node* result) {
    Arena& arena = impl_->arena;
    auto& when = make(arena, &pg_query__case_when__init);
    when.expr = condition;
    when.result = result;
    when.location = -1;
    auto& expr = make(arena, &pg_query__case_expr__init);
    expr.n_args = 1;
    expr.args = list_of(arena, {new_node(arena, PG_QUERY__NODE__NODE_CASE_WHEN, when.base)});
    expr.location = -1;
    return new_node(arena, PG_QUERY__NODE__NODE_CASE_EXPR, expr.base);
}

}  // namespace freshet::query
