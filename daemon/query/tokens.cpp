#include "tokens.hpp"

#include <pg_query.h>

#include <memory>

#include "parser.hpp"

namespace freshet::query {
namespace {

bool is_comment(const PgQuery__ScanToken& token) {
    return token.token == PG_QUERY__TOKEN__SQL_COMMENT || token.token == PG_QUERY__TOKEN__C_COMMENT;
}

bool introduces_name(const Token& token) {
    return token.kind == PG_QUERY__TOKEN__ASCII_46 || token.kind == PG_QUERY__TOKEN__AS;
}

Token token_of(const PgQuery__ScanToken& scanned, const std::vector<Token>& before) {
    Token token{static_cast<std::size_t>(scanned.start), static_cast<std::size_t>(scanned.end), scanned.token};
    const bool keyword = scanned.keyword_kind != PG_QUERY__KEYWORD_KIND__NO_KEYWORD;
    if (keyword && !before.empty() && introduces_name(before.back())) {
        token.kind = PG_QUERY__TOKEN__IDENT;
    }
    return token;
}

std::vector<Token> unpack(const PgQueryProtobuf& packed) {
    Arena arena;
    const auto* data = reinterpret_cast<const std::uint8_t*>(packed.data);
    const auto* result = pg_query__scan_result__unpack(arena.allocator(), packed.len, data);
    std::vector<Token> tokens;
    tokens.reserve(result->n_tokens);
    for (std::size_t i = 0; i < result->n_tokens; ++i) {
        if (!is_comment(*result->tokens[i])) {
            tokens.push_back(token_of(*result->tokens[i], tokens));
        }
    }
    return tokens;
}

struct Scan {
    explicit Scan(const std::string& sql) : result(pg_query_scan(sql.c_str())) {}
    ~Scan() { pg_query_free_scan_result(result); }
    Scan(const Scan&) = delete;
    Scan& operator=(const Scan&) = delete;

    PgQueryScanResult result;
};

}  // namespace

std::vector<Token> scan(const std::string& sql) {
    const Scan scanned(sql);
    if (scanned.result.error != nullptr) {
        throw syntax_error(sql, *scanned.result.error);
    }
    return unpack(scanned.result.pbuf);
}

}  // namespace freshet::query
