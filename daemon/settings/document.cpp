#include "freshet/settings/document.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace freshet::settings {

namespace {

using nlohmann::json;

// Deeper than any configuration, and shallow enough for the recursion of whoever walks the tree.
constexpr std::size_t deepest = 32;

// nlohmann's SAX events carry no positions. This iterator tells how far the lexer has read, so an event knows where
// its token ends, and the text before that says where it starts.
class CountingIterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}

    reference operator*() const { return *at_; }
    CountingIterator& operator++() {
        *furthest_ = ++at_;
        return *this;
    }
    bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
    bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

  private:
    const char* at_;
    const char** furthest_;
};

bool part_of_number(char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

bool part_of_word(char c) {
    return part_of_number(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class Builder final : public nlohmann::json_sax<json> {
  public:
    Builder(std::string_view text, std::string file) : text_(text), file_(std::move(file)), furthest_(text.data()) {}

    Node build() {
        const CountingIterator first(text_.data(), &furthest_);
        const CountingIterator last(text_.data() + text_.size(), &furthest_);
        if (!json::sax_parse(first, last, this, json::input_format_t::json, true, true)) {
            throw core::Faults({fault_});
        }
        return std::move(root_);
    }

    bool null() override { return add(Node::Type::null, consumed() - 4); }
    bool boolean(bool value) override { return add(Node::Type::boolean, consumed() - (value ? 4U : 5U)); }
    bool number_integer(number_integer_t value) override {
        add(Node::Type::integer, number_start());
        last_->integer = value;
        return true;
    }
    bool number_unsigned(number_unsigned_t value) override {
        if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
            return add(Node::Type::real, number_start());
        }
        return number_integer(static_cast<number_integer_t>(value));
    }
    bool number_float(number_float_t, const string_t&) override { return add(Node::Type::real, number_start()); }
    bool string(string_t& value) override {
        add(Node::Type::text, string_start());
        last_->text = std::move(value);
        return true;
    }
    bool binary(binary_t&) override { return false; }

    bool start_object(std::size_t) override { return open(Node::Type::object); }
    bool start_array(std::size_t) override { return open(Node::Type::array); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        const auto at = position(string_start());
        open_.back()->members.push_back({std::move(name), at, {}});
        return true;
    }

    bool parse_error(std::size_t read, const std::string&, const nlohmann::detail::exception& error) override {
        const std::string what = error.what();
        const auto start = read > text_.size() ? text_.size() : unexpected_start(read, what);
        const auto prefix =
            what.find(": ", what.find("column "));  // "[json.exception...] parse error at line 1, column 2: "
        fault_ = fault_at(start, "not valid JSON: " + what.substr(prefix == std::string::npos ? 0 : prefix + 2));
        const auto found = start < text_.size() ? text_[start] : ' ';
        if ((found == '}' && what.find("object key") != std::string::npos) ||
            (found == ']' && what.find("parsing value") != std::string::npos)) {
            fault_.hint = "remove the comma before the bracket, or add what is missing there";
        }
        return false;
    }

  private:
    std::size_t consumed() const { return static_cast<std::size_t>(furthest_ - text_.data()); }

    // Where the token starts whose last character is the one before `end`.
    std::size_t unexpected_start(std::size_t end, const std::string& what) const {
        if (what.find("unexpected string literal") != std::string::npos) {
            return string_start();
        }
        auto start = end == 0 ? 0 : end - 1;
        while (start > 0 && part_of_word(text_[start]) && part_of_word(text_[start - 1])) {
            --start;
        }
        return start;
    }

    // A number ends where the first other character has been read, unless the text ends with it.
    std::size_t number_start() const {
        auto start = consumed();
        if (start > 0 && !part_of_number(text_[start - 1])) {
            --start;
        }
        while (start > 0 && part_of_number(text_[start - 1])) {
            --start;
        }
        return start;
    }

    // Back from the closing quote to the nearest quote that no odd run of backslashes escapes. No backslash can stand
    // directly before an opening quote.
    std::size_t string_start() const {
        auto quote = consumed() - 1;
        while (quote > 0) {
            --quote;
            auto before = quote;
            while (before > 0 && text_[before - 1] == '\\') {
                --before;
            }
            if (text_[quote] == '"' && (quote - before) % 2 == 0) {
                break;
            }
        }
        return quote;
    }

    // Tokens come in ascending order, so each step counts only the text since the last one.
    core::Position position(std::size_t offset) {
        const auto step = core::position_of(text_.substr(counted_), offset - counted_);
        counted_ = offset;
        at_.column = step.line == 1 ? at_.column + step.column - 1 : step.column;
        at_.line += step.line - 1;
        return at_;
    }

    core::Fault fault_at(std::size_t offset, const std::string& message) {
        const auto at = core::position_of(text_, offset);
        return {file_, at.line, at.column, message, ""};
    }

    bool add(Node::Type type, std::size_t start) {
        last_ = &slot();
        last_->type = type;
        last_->at = position(start);
        return true;
    }

    Node& slot() {
        if (open_.empty()) {
            return root_;
        }
        auto& parent = *open_.back();
        return parent.type == Node::Type::object ? parent.members.back().value : parent.items.emplace_back();
    }

    bool open(Node::Type type) {
        if (open_.size() == deepest) {
            fault_ = fault_at(consumed() - 1, "nested deeper than " + std::to_string(deepest) + " levels");
            return false;
        }
        add(type, consumed() - 1);
        open_.push_back(last_);
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    std::string_view text_;
    std::string file_;
    const char* furthest_;
    std::size_t counted_ = 0;
    core::Position at_;
    Node root_;
    Node* last_ = nullptr;
    std::vector<Node*> open_;  // only the innermost grows, so the others stay where they are
    core::Fault fault_;
};

}  // namespace

const Member* Node::find(std::string_view key) const {
    const auto found =
        std::find_if(members.begin(), members.end(), [key](const Member& member) { return member.key == key; });
    return found == members.end() ? nullptr : &*found;
}

std::string_view described(Node::Type type) {
    constexpr std::array<std::string_view, 7> names{"null",   "a boolean", "a whole number", "a fraction",
                                                    "a text", "an array",  "an object"};
    return names.at(static_cast<std::size_t>(type));
}

Node parse_document(std::string_view text, const std::string& file) {
    return Builder(text, file).build();
}

}  // namespace freshet::settings
