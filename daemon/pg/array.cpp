#include "freshet/pg/array.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "freshet/pg/result.hpp"

namespace freshet::pg {

namespace {

bool is_null_word(std::string_view word) {
    constexpr std::string_view null = "null";
    return std::equal(word.begin(), word.end(), null.begin(), null.end(),
                      [](char left, char right) { return std::tolower(static_cast<unsigned char>(left)) == right; });
}

class ArrayReader {
  public:
    explicit ArrayReader(std::string_view text) : whole_(text), rest_(text) {}

    std::vector<std::optional<std::string>> read() {
        skip_bounds();
        expect('{');
        std::vector<std::optional<std::string>> elements;
        while (peek() != '}') {
            if (!elements.empty()) expect(',');
            elements.push_back(element());
        }
        expect('}');
        if (!rest_.empty()) fail();
        return elements;
    }

  private:
    [[noreturn]] void fail() const {
        throw std::logic_error("not a one-dimensional array value: " + std::string(whole_));
    }
    char peek() const {
        if (rest_.empty()) fail();
        return rest_.front();
    }
    char take() {
        const char next = peek();
        rest_.remove_prefix(1);
        return next;
    }
    void expect(char wanted) {
        if (take() != wanted) fail();
    }
    // [0:2]={...}: PostgreSQL writes the bounds when they are not 1..n
    void skip_bounds() {
        if (rest_.empty() || rest_.front() != '[') return;
        while (take() != '=') {
        }
    }
    std::optional<std::string> element() {
        if (peek() == '{') fail();
        return peek() == '"' ? quoted() : bare();
    }
    std::optional<std::string> quoted() {
        expect('"');
        std::string value;
        for (char next = take(); next != '"'; next = take()) value += next == '\\' ? take() : next;
        return value;
    }
    std::optional<std::string> bare() {
        std::string value;
        bool escaped = false;
        while (peek() != ',' && peek() != '}') {
            const char next = take();
            escaped = escaped || next == '\\';
            value += next == '\\' ? take() : next;
        }
        if (value.empty()) fail();
        if (!escaped && is_null_word(value)) return std::nullopt;
        return value;
    }

    std::string_view whole_;
    std::string_view rest_;
};

std::string array_element(std::string_view value) {
    std::string text = "\"";
    for (const char next : value) {
        if (next == '"' || next == '\\') text += '\\';
        text += next;
    }
    return text + '"';
}

}  // namespace

std::vector<std::optional<std::string>> parse_array(std::string_view text) {
    return ArrayReader(text).read();
}

std::string array_text(const std::vector<std::string>& values) {
    std::string text = "{";
    for (const std::string& value : values) {
        if (text.size() > 1) text += ',';
        text += array_element(value);
    }
    return text + '}';
}

}  // namespace freshet::pg
