#include "source_text.hpp"

#include <algorithm>

#include "reflection.hpp"

namespace freshet::query {
namespace {

std::size_t smallest(ProtobufCMessage& message) {
    const int own = reflection::location(message);
    std::size_t found = own < 0 ? std::string::npos : static_cast<std::size_t>(own);
    reflection::each_child(message, [&](ProtobufCMessage*& child) { found = std::min(found, smallest(*child)); });
    return found;
}

bool is_lock_strength(const Token& token) {
    return token.kind == PG_QUERY__TOKEN__UPDATE || token.kind == PG_QUERY__TOKEN__SHARE ||
           token.kind == PG_QUERY__TOKEN__NO || token.kind == PG_QUERY__TOKEN__KEY;
}

}  // namespace

std::size_t SourceText::last_before(std::size_t offset, std::initializer_list<PgQuery__Token> kinds) const {
    std::size_t found = offset;
    for (const Token& token : tokens_) {
        if (token.begin >= offset) {
            break;
        }
        if (std::find(kinds.begin(), kinds.end(), token.kind) != kinds.end()) {
            found = token.begin;
        }
    }
    return found;
}

std::size_t SourceText::locking_after(std::size_t offset) const {
    for (std::size_t i = 0; i + 1 < tokens_.size(); ++i) {
        if (tokens_[i].begin >= offset && tokens_[i].kind == PG_QUERY__TOKEN__FOR && is_lock_strength(tokens_[i + 1])) {
            return tokens_[i].begin;
        }
    }
    return offset;
}

std::size_t leftmost(const Node& node) {
    return smallest(const_cast<Node&>(node).base);
}

std::size_t leftmost(const PgQuery__SelectStmt& select) {
    return smallest(const_cast<PgQuery__SelectStmt&>(select).base);
}

std::size_t select_keyword(const PgQuery__SelectStmt& select, const SourceText& text) {
    const bool set_operation = select.op != PG_QUERY__SET_OPERATION__SETOP_NONE;
    if (set_operation) {
        return select_keyword(*select.larg, text);
    }
    const std::size_t first = select.n_target_list > 0 ? leftmost(*select.target_list[0]) : leftmost(select);
    return text.last_before(first, {PG_QUERY__TOKEN__SELECT});
}

}  // namespace freshet::query
