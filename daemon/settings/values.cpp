#include "freshet/settings/values.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <vector>

namespace freshet::settings {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool only(std::string_view text, bool (*allowed)(char)) {
    return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

std::string lowered(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return result;
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    while (true) {
        const auto start = text.find_first_not_of(' ');
        if (start == std::string_view::npos) {
            return words;
        }
        text.remove_prefix(start);
        const auto length = std::min(text.find(' '), text.size());
        words.push_back(lowered(text.substr(0, length)));
        text.remove_prefix(length);
    }
}

bool is_address(int family, const std::string& text) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    return inet_pton(family, text.c_str(), address.data()) == 1;
}

bool is_host(const std::string& host) {
    const bool like_an_address = only(host, [](char c) { return is_digit(c) || c == '.'; });
    if (like_an_address) {
        return is_address(AF_INET, host);
    }
    return only(host, [](char c) { return is_digit(c) || is_letter(c) || c == '.' || c == '-' || c == '_'; });
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, port);
    return error == std::errc() && end == last && only(text, is_digit) ? std::optional(port) : std::nullopt;
}

// The length of the name at the front of `text`, quoted or not; 0 if there is none.
std::size_t column_length(std::string_view text) {
    if (!text.starts_with('"')) {
        const auto* const end = std::find_if_not(text.begin(), text.end(), [](char c) {
            return is_digit(c) || is_letter(c) || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80U;
        });
        return text.empty() || is_digit(text.front()) ? 0 : static_cast<std::size_t>(end - text.begin());
    }
    auto quote = text.find('"', 1);
    while (quote != std::string_view::npos && text.substr(quote + 1).starts_with('"')) {
        quote = text.find('"', quote + 2);
    }
    return quote == std::string_view::npos || quote == 1 ? 0 : quote + 1;
}

}  // namespace

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    std::string host(text.substr(0, colon));
    const auto port = parse_port(text.substr(colon + 1));
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    }
    const bool well_formed = bracketed ? is_address(AF_INET6, host) : is_host(host);
    return port && well_formed ? std::optional(Endpoint{host, *port}) : std::nullopt;
}

bool is_time_of_day(std::string_view text) {
    if (text.size() != 5 || text[2] != ':' || !only(text.substr(0, 2), is_digit) || !only(text.substr(3), is_digit)) {
        return false;
    }
    return text.substr(0, 2) < "24" && text.substr(3) < "60";
}

bool is_interval(std::string_view text) {
    constexpr std::array<std::string_view, 10> units{"hour",  "hours", "day",    "days", "week",
                                                     "weeks", "month", "months", "year", "years"};
    const auto words = words_of(text);
    bool positive = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto& word = words[i];
        const bool number = i % 2 == 0 && only(word, is_digit) && word.size() <= 6;
        const bool unit = i % 2 == 1 && std::find(units.begin(), units.end(), word) != units.end();
        if (!number && !unit) {
            return false;
        }
        positive = positive || (number && word.find_first_not_of('0') != std::string::npos);
    }
    return positive && words.size() % 2 == 0;
}

bool is_zone_name(std::string_view text) {
    return only(text,
                [](char c) { return is_digit(c) || is_letter(c) || c == '/' || c == '_' || c == '-' || c == '+'; }) &&
           is_letter(text.front());
}

bool is_index_column(std::string_view text) {
    const auto length = column_length(text);
    const auto rest = text.substr(length);
    if (length == 0 || (!rest.empty() && rest.front() != ' ')) {
        return false;
    }
    const auto words = words_of(rest);
    auto word = words.begin();
    if (word != words.end() && (*word == "asc" || *word == "desc")) {
        ++word;
    }
    if (words.end() - word == 2 && word[0] == "nulls" && (word[1] == "first" || word[1] == "last")) {
        word += 2;
    }
    return word == words.end();
}

}  // namespace freshet::settings
