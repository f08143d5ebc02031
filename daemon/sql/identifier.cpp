#include "freshet/sql/identifier.hpp"

#include <stdexcept>
#include <vector>

namespace freshet::sql {

namespace {

std::string doubled(std::string_view text, char quote_character) {
    std::string result(1, quote_character);
    for (const char c : text) {
        if (c == quote_character) {
            result += c;
        }
        result += c;
    }
    result += quote_character;
    return result;
}

// Reads one identifier from the front of `rest` and removes it.
std::string take_part(std::string_view& rest, std::string_view whole) {
    std::string part;
    if (rest.starts_with('"')) {
        rest.remove_prefix(1);
        while (true) {
            if (rest.empty()) {
                throw std::invalid_argument("unterminated quoted name in " + std::string(whole));
            }
            const char c = rest.front();
            rest.remove_prefix(1);
            if (c != '"') {
                part += c;
            } else if (rest.starts_with('"')) {
                part += '"';
                rest.remove_prefix(1);
            } else {
                break;
            }
        }
    } else {
        while (!rest.empty() && rest.front() != '.') {
            const char c = rest.front();
            part += (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
            rest.remove_prefix(1);
        }
    }
    if (part.empty()) {
        throw std::invalid_argument("empty name in \"" + std::string(whole) + "\"");
    }
    return part;
}

}  // namespace

std::string quote(std::string_view name) { return doubled(name, '"'); }

std::string literal(std::string_view value) {
    if (value.find('\\') == std::string_view::npos) {
        return doubled(value, '\'');
    }
    std::string escaped;
    for (const char c : value) {
        escaped += c;
        if (c == '\\') {
            escaped += c;
        }
    }
    return "E" + doubled(escaped, '\'');
}

std::string QualifiedName::quoted() const { return quote(schema) + "." + quote(name); }

QualifiedName parse_qualified_name(std::string_view text, std::string_view default_schema) {
    std::string_view rest = text;
    std::vector<std::string> parts{take_part(rest, text)};
    while (rest.starts_with('.')) {
        rest.remove_prefix(1);
        parts.push_back(take_part(rest, text));
    }
    if (!rest.empty() || parts.size() > 2) {
        throw std::invalid_argument("expected a name or schema.name, not \"" + std::string(text) + "\"");
    }
    return parts.size() == 2 ? QualifiedName{parts[0], parts[1]}
                             : QualifiedName{std::string(default_schema), parts[0]};
}

}  // namespace freshet::sql
