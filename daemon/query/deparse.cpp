#include <pg_query.h>

#include <cstdint>

#include "freshet/core/error.hpp"
#include "freshet/query/tree.hpp"
#include "parser.hpp"
#include "reflection.hpp"
#include "tokens.hpp"

namespace freshet::query {
namespace {

// libpg_query and protobuf-c recurse without a guard; trees we compose may be deeper than any text we accept.
constexpr std::size_t max_messages_deep = 3000;

constexpr std::string_view select_keyword = "SELECT ";
constexpr std::string_view rephrase =
    "write this part of the query differently, for example with plain casts and no subscripts";

struct Deparse {
    explicit Deparse(PgQueryProtobuf packed) : result(pg_query_deparse_protobuf(packed)) {}
    ~Deparse() { pg_query_free_deparse_result(result); }
    Deparse(const Deparse&) = delete;
    Deparse& operator=(const Deparse&) = delete;

    PgQueryDeparseResult result;
};

std::string pack(PgQuery__SelectStmt& select) {
    PgQuery__Node node = PG_QUERY__NODE__INIT;
    node.node_case = PG_QUERY__NODE__NODE_SELECT_STMT;
    node.select_stmt = &select;
    PgQuery__RawStmt statement = PG_QUERY__RAW_STMT__INIT;
    statement.stmt = &node;
    PgQuery__RawStmt* statements[] = {&statement};
    PgQuery__ParseResult result = PG_QUERY__PARSE_RESULT__INIT;
    result.version = PG_VERSION_NUM;
    result.n_stmts = 1;
    result.stmts = statements;
    std::string packed(pg_query__parse_result__get_packed_size(&result), '\0');
    pg_query__parse_result__pack(&result, reinterpret_cast<std::uint8_t*>(packed.data()));
    return packed;
}

std::string to_sql(PgQuery__SelectStmt& select) {
    if (reflection::deeper_than(select.base, max_messages_deep)) {
        throw core::Error("cannot write an expression as SQL: it nests too deeply", "simplify the query");
    }
    std::string packed = pack(select);
    const Deparse deparsed(PgQueryProtobuf{packed.size(), packed.data()});
    if (const auto* error = deparsed.result.error) {
        throw core::Error("cannot write an expression as SQL: " + std::string(error->message), std::string(rephrase));
    }
    return deparsed.result.query;
}

// `write` applied to SELECT expression.
std::string as_select(const Node* expression, std::string (*write)(PgQuery__SelectStmt&)) {
    PgQuery__ResTarget target = PG_QUERY__RES_TARGET__INIT;
    target.val = const_cast<Node*>(expression);
    PgQuery__Node item = PG_QUERY__NODE__INIT;
    item.node_case = PG_QUERY__NODE__NODE_RES_TARGET;
    item.res_target = &target;
    Node* items[] = {&item};
    PgQuery__SelectStmt select = PG_QUERY__SELECT_STMT__INIT;
    select.n_target_list = 1;
    select.target_list = items;
    select.limit_option = PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_DEFAULT;
    select.op = PG_QUERY__SET_OPERATION__SETOP_NONE;
    return write(select);
}

bool reads_back_as(const std::string& sql, const PgQuery__SelectStmt& select) {
    try {
        Arena arena;
        const auto& result = parse_statements(arena, sql);
        return result.n_stmts == 1 && result.stmts[0]->stmt->node_case == PG_QUERY__NODE__NODE_SELECT_STMT &&
               equal(*result.stmts[0]->stmt->select_stmt, select);
    } catch (const SyntaxError&) {
        return false;
    }
}

// The second operand of LIKE ... ESCAPE and SIMILAR TO is this call; the deparser crashes if it is anything else.
bool belongs_to_operator(const PgQuery__FuncCall& call) {
    const std::string name = function_name_parts(call).back();
    return name == "like_escape" || name == "similar_to_escape";
}

bool needs_parentheses(const Node& node) {
    switch (node.node_case) {
        case PG_QUERY__NODE__NODE_FUNC_CALL:
            return !belongs_to_operator(*node.func_call);
        case PG_QUERY__NODE__NODE_A_EXPR:
        case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
        case PG_QUERY__NODE__NODE_A_INDIRECTION:
        case PG_QUERY__NODE__NODE_BOOL_EXPR:
        case PG_QUERY__NODE__NODE_BOOLEAN_TEST:
        case PG_QUERY__NODE__NODE_CASE_EXPR:
        case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
        case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
        case PG_QUERY__NODE__NODE_NULL_TEST:
        case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION:
        case PG_QUERY__NODE__NODE_SUB_LINK:
            return true;
        default:
            return false;
    }
}

// In FROM no function call may be replaced.
bool is_table_source(const Node& node) {
    return node.node_case == PG_QUERY__NODE__NODE_RANGE_FUNCTION ||
           node.node_case == PG_QUERY__NODE__NODE_RANGE_TABLE_FUNC ||
           node.node_case == PG_QUERY__NODE__NODE_RANGE_TABLE_SAMPLE;
}

// Takes the topmost operands below a node out and leaves column references in their place, which bind tightest.
class Operands {
  public:
    PgQuery__SelectStmt& take_from(const PgQuery__SelectStmt& select) {
        auto* shell = tree_.clone(select);
        transform(*shell, [this](Node& node) { return operand(node); });
        return *shell;
    }

    Node* take_from(const Node& node) {
        Node* shell = tree_.clone(&node);
        return transform(shell, [&](Node& below) { return &below == shell ? nullptr : operand(below); });
    }

    // `shell` with every operand back in its place, in parentheses.
    std::string put_into(const std::string& shell) const {
        std::string sql;
        std::size_t done = 0;
        for (const Token& token : scan(shell)) {
            if (const Node* operand = find(shell.substr(token.begin, token.end - token.begin))) {
                sql += shell.substr(done, token.begin - done) + "(" + write(*operand) + ")";
                done = token.end;
            }
        }
        return sql + shell.substr(done);
    }

  private:
    static std::string write(const Node& node) {
        Operands operands;
        return operands.put_into(as_select(operands.take_from(node), &to_sql).substr(select_keyword.size()));
    }

    Node* operand(Node& node) {
        if (is_table_source(node)) {
            return &node;
        }
        if (!needs_parentheses(node)) {
            return nullptr;
        }
        taken_.push_back(&node);
        return tree_.column_ref({prefix + std::to_string(taken_.size() - 1)});
    }

    const Node* find(const std::string& name) const {
        for (std::size_t i = 0; name.starts_with(prefix) && i < taken_.size(); ++i) {
            if (name == prefix + std::to_string(i)) {
                return taken_[i];
            }
        }
        return nullptr;
    }

    static constexpr const char* prefix = "freshet_operand_";

    Tree tree_ = Tree::parse_expression("true");
    std::vector<const Node*> taken_;
};

// The deparser forgets parentheses around operands of casts, IS, subscripts and more. This writes all of them.
std::string with_parentheses(const PgQuery__SelectStmt& select) {
    Operands operands;
    const std::string shell = to_sql(operands.take_from(select));
    try {
        return operands.put_into(shell);
    } catch (const SyntaxError&) {
        return shell;  // not even tokens: it will not read back either
    }
}

std::string proven_sql(PgQuery__SelectStmt& select) {
    std::string sql = to_sql(select);
    if (reads_back_as(sql, select)) {
        return sql;
    }
    std::string explicit_sql = with_parentheses(select);
    if (reads_back_as(explicit_sql, select)) {
        return explicit_sql;
    }
    throw core::Error("cannot write '" + sql + "' as SQL: PostgreSQL would read it differently", std::string(rephrase));
}

}  // namespace

std::string deparse(const PgQuery__SelectStmt& select) {
    // Packing takes the tree by non-const pointer, but only reads it.
    return proven_sql(const_cast<PgQuery__SelectStmt&>(select));
}

std::string deparse(const Node* expression) {
    return as_select(expression, &proven_sql).substr(select_keyword.size());
}

}  // namespace freshet::query
