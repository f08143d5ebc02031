// The depth of a parse tree, bounded from above by the tokens alone: a bracket, a CASE and every operator in a row may
// add a level. Commas and AND, OR, WHEN, THEN, ELSE start a new operand, because the grammar keeps those as flat
// lists; joins and set operations add up across them.

#include "parser.hpp"
#include "tokens.hpp"

namespace freshet::query {
namespace {

constexpr std::size_t max_bytes = 256 * 1024;
constexpr std::size_t max_depth = 400;

enum class Effect { none, operand, open, open_case, close, close_case, chain, next };

Effect effect_of(PgQuery__Token kind) {
    switch (kind) {
        case PG_QUERY__TOKEN__ASCII_40:  // (
        case PG_QUERY__TOKEN__ASCII_91:  // [
            return Effect::open;
        case PG_QUERY__TOKEN__ASCII_41:  // )
        case PG_QUERY__TOKEN__ASCII_93:  // ]
            return Effect::close;
        case PG_QUERY__TOKEN__CASE:
            return Effect::open_case;
        case PG_QUERY__TOKEN__END_P:
            return Effect::close_case;
        case PG_QUERY__TOKEN__ASCII_44:  // ,
        case PG_QUERY__TOKEN__ASCII_59:  // ;
        case PG_QUERY__TOKEN__AND:
        case PG_QUERY__TOKEN__OR:
        case PG_QUERY__TOKEN__WHEN:
        case PG_QUERY__TOKEN__THEN:
        case PG_QUERY__TOKEN__ELSE:
            return Effect::next;
        case PG_QUERY__TOKEN__JOIN:
        case PG_QUERY__TOKEN__UNION:
        case PG_QUERY__TOKEN__INTERSECT:
        case PG_QUERY__TOKEN__EXCEPT:
            return Effect::chain;
        case PG_QUERY__TOKEN__ASCII_46:  // .
        case PG_QUERY__TOKEN__IDENT:
        case PG_QUERY__TOKEN__UIDENT:
        case PG_QUERY__TOKEN__ICONST:
        case PG_QUERY__TOKEN__FCONST:
        case PG_QUERY__TOKEN__SCONST:
            return Effect::none;
        default:
            return Effect::operand;
    }
}

class DepthMeter {
  public:
    // The depth reached with this token.
    std::size_t add(PgQuery__Token kind) {
        switch (effect_of(kind)) {
            case Effect::open:
                push(Level{.is_case = false});
                break;
            case Effect::open_case:
                push(Level{.is_case = true});
                break;
            case Effect::close:
                close();
                break;
            case Effect::close_case:
                // END is a label, too; only a CASE of its own level is closed by it.
                if (levels_.back().is_case) {
                    pop();
                }
                break;
            case Effect::chain:
                ++levels_.back().chained;
                break;
            case Effect::operand:
                ++levels_.back().operators;
                break;
            case Effect::next:
                levels_.back().operators = 0;
                break;
            case Effect::none:
                break;
        }
        return outer_ + levels_.back().sum();
    }

  private:
    struct Level {
        bool is_case = false;
        std::size_t operators = 0;
        std::size_t chained = 0;

        std::size_t sum() const { return 1 + operators + chained; }
    };

    void push(Level level) {
        outer_ += levels_.back().sum();
        levels_.push_back(level);
    }

    void pop() {
        levels_.pop_back();
        outer_ -= levels_.back().sum();
    }

    // A bracket closes what a missing END left open; the parser will complain about it.
    void close() {
        while (levels_.back().is_case) {
            pop();
        }
        if (levels_.size() > 1) {
            pop();
        }
    }

    std::vector<Level> levels_{Level{}};
    std::size_t outer_ = 0;
};

void check_depth(const std::string& sql) {
    DepthMeter meter;
    for (const Token& token : scan(sql)) {
        if (meter.add(token.kind) > max_depth) {
            throw SyntaxError{
                token.begin, "the query nests deeper than 400 levels",
                "break long chains of operators, joins or brackets up; IN lists and AND, OR are not limited"};
        }
    }
}

}  // namespace

void check_bounds(std::string_view sql) {
    if (sql.size() > max_bytes) {
        throw SyntaxError{max_bytes, "the query is longer than 256 KiB", "move constants into a table"};
    }
    if (const auto zero = sql.find('\0'); zero != std::string_view::npos) {
        throw SyntaxError{zero, "the query contains a zero byte", "save the file as UTF-8 text"};
    }
    check_depth(std::string(sql));
}

}  // namespace freshet::query
