#include "parser.hpp"

#include <algorithm>
#include <cstdint>
#include <new>

namespace freshet::query {
namespace {

struct Parse {
    explicit Parse(const std::string& sql) : result(pg_query_parse_protobuf(sql.c_str())) {}
    ~Parse() { pg_query_free_protobuf_parse_result(result); }
    Parse(const Parse&) = delete;
    Parse& operator=(const Parse&) = delete;

    PgQueryProtobufParseResult result;
};

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

std::size_t byte_offset(std::string_view sql, std::size_t characters) {
    std::size_t offset = 0;
    for (; characters > 0 && offset < sql.size(); --characters) {
        ++offset;
        while (offset < sql.size() && continues_character(sql[offset])) {
            ++offset;
        }
    }
    return offset;
}

}  // namespace

SyntaxError syntax_error(std::string_view sql, const PgQueryError& error) {
    const auto characters = static_cast<std::size_t>(std::max(error.cursorpos - 1, 0));
    return {byte_offset(sql, characters), error.message == nullptr ? "syntax error" : error.message,
            "the grammar is that of PostgreSQL 15; newer syntax is not understood"};
}

PgQuery__ParseResult& parse_statements(Arena& arena, const std::string& sql) {
    const Parse parsed(sql);
    if (parsed.result.error != nullptr) {
        throw syntax_error(sql, *parsed.result.error);
    }
    const auto& tree = parsed.result.parse_tree;
    const auto* data = reinterpret_cast<const std::uint8_t*>(tree.data);
    auto* result = pg_query__parse_result__unpack(arena.allocator(), tree.len, data);
    if (result == nullptr) {
        throw std::bad_alloc();
    }
    return *result;
}

}  // namespace freshet::query
