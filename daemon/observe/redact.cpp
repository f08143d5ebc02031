#include "freshet/observe/redact.hpp"

#include <algorithm>
#include <cctype>

namespace freshet::observe {

namespace {

constexpr std::string_view hidden = "***";
constexpr std::string_view spaces = " \t\r\n\f\v";
constexpr std::string_view keyword = "password";
constexpr auto npos = std::string_view::npos;

bool same_letter(char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

std::size_t find_keyword(std::string_view text, std::size_t from) {
    const auto start = text.begin() + static_cast<std::ptrdiff_t>(from);
    const auto found = std::search(start, text.end(), keyword.begin(), keyword.end(), same_letter);
    return found == text.end() ? npos : static_cast<std::size_t>(found - text.begin());
}

// Where the value after a keyword starts, or npos if no `=` follows.
std::size_t value_start(std::string_view text, std::size_t after_keyword) {
    const auto equals = text.find_first_not_of(spaces, after_keyword);
    if (equals == npos || text[equals] != '=') {
        return npos;
    }
    return std::min(text.find_first_not_of(spaces, equals + 1), text.size());
}

// libpq: a value ends at white space or, if quoted, at the closing quote; a backslash protects the next character.
std::size_t value_end(std::string_view text, std::size_t start) {
    const bool quoted = start < text.size() && text[start] == '\'';
    for (auto at = start + (quoted ? 1 : 0); at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (quoted ? text[at] == '\'' : spaces.find(text[at]) != npos) {
            return quoted ? at + 1 : at;
        }
    }
    return text.size();
}

std::size_t parameter_end(std::string_view text, std::size_t start) {
    return std::min(text.find_first_of("& \t\r\n", start), text.size());
}

using ValueEnd = std::size_t (*)(std::string_view, std::size_t);

std::string redact_pairs(std::string_view text, ValueEnd end_of) {
    std::string result;
    std::size_t copied = 0;
    for (auto at = find_keyword(text, 0); at != npos; at = find_keyword(text, at)) {
        at += keyword.size();
        const auto start = value_start(text, at);
        if (start == npos) {
            continue;
        }
        result.append(text.substr(copied, start - copied)).append(hidden);
        at = copied = end_of(text, start);
    }
    return result.append(text.substr(copied));
}

// The parameters start at the first `?` behind the path's `/`; a `?` before it may belong to the password.
std::size_t parameters_of(std::string_view rest) {
    const auto at = rest.find('@');
    const auto slash = rest.find('/');
    return std::min(rest.find('?', at == npos ? 0 : std::min(at, slash)), rest.size());
}

std::string redact_userinfo(std::string_view rest) {
    const auto authority = rest.substr(0, parameters_of(rest));
    const auto at = authority.rfind('@');
    const auto colon = authority.find(':');
    if (at == npos || colon == npos || colon > at) {
        return std::string(rest);
    }
    return std::string(rest.substr(0, colon + 1)).append(hidden).append(rest.substr(at));
}

std::string redact_uri(std::string_view uri) {
    const auto start = uri.find("://") + 3;
    return std::string(uri.substr(0, start)) + redact_userinfo(redact_pairs(uri.substr(start), parameter_end));
}

std::size_t find_uri(std::string_view text) {
    return std::min(text.find("postgresql://"), text.find("postgres://"));
}

}  // namespace

std::string redact(std::string_view text) {
    const auto uri = find_uri(text);
    if (uri == npos) {
        return redact_pairs(text, value_end);
    }
    // A text that is a URI as a whole may hold a password with unescaped spaces; in prose the URI ends at white space.
    const auto end = uri == 0 ? text.size() : std::min(text.find_first_of(spaces, uri), text.size());
    return redact_pairs(text.substr(0, uri), value_end) + redact_uri(text.substr(uri, end - uri)) +
           redact(text.substr(end));
}

}  // namespace freshet::observe
