#include <pg_query.h>

#include <cstdint>

#include "freshet/core/error.hpp"
#include "freshet/query/tree.hpp"
#include "parser.hpp"
#include "reflection.hpp"

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
    if (reflection::depth(select.base) > max_messages_deep) {
        throw core::Error("cannot write an expression as SQL: it nests too deeply", "simplify the query");
    }
    std::string packed = pack(select);
    const Deparse deparsed(PgQueryProtobuf{packed.size(), packed.data()});
    if (const auto* error = deparsed.result.error) {
        throw core::Error("cannot write an expression as SQL: " + std::string(error->message), std::string(rephrase));
    }
    return deparsed.result.query;
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

// `d AT TIME ZONE z` as pg_catalog.timezone(z, d) and the like: the same call, and the form in which the deparser does
// not forget parentheses.
PgQuery__SelectStmt& with_plain_calls(Arena& arena, const PgQuery__SelectStmt& select) {
    auto& plain = reinterpret_cast<PgQuery__SelectStmt&>(*reflection::copy(arena, select.base));
    transform(plain, [](Node& node) -> Node* {
        if (node.node_case == PG_QUERY__NODE__NODE_FUNC_CALL) {
            node.func_call->funcformat = PG_QUERY__COERCION_FORM__COERCE_EXPLICIT_CALL;
        }
        return nullptr;
    });
    return plain;
}

std::string proven_sql(PgQuery__SelectStmt& select) {
    std::string sql = to_sql(select);
    if (reads_back_as(sql, select)) {
        return sql;
    }
    Arena arena;
    auto& plain = with_plain_calls(arena, select);
    std::string plain_sql = to_sql(plain);
    if (!reads_back_as(plain_sql, plain)) {
        throw core::Error("cannot write '" + sql + "' as SQL: PostgreSQL would read it differently",
                          std::string(rephrase));
    }
    return plain_sql;
}

}  // namespace

std::string deparse(const PgQuery__SelectStmt& select) {
    // Packing takes the tree by non-const pointer, but only reads it.
    return proven_sql(const_cast<PgQuery__SelectStmt&>(select));
}

std::string deparse(const Node* expression) {
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
    return proven_sql(select).substr(select_keyword.size());
}

}  // namespace freshet::query
