#include "freshet/pg/result.hpp"

#include <libpq-fe.h>

#include <charconv>
#include <stdexcept>

#include "freshet/pg/array.hpp"

namespace freshet::pg {

namespace {

template <typename Number>
Number parse_number(const std::optional<std::string_view>& text, std::string_view what) {
    Number number{};
    const std::string_view digits = text.value_or("");
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) {
        throw std::logic_error("not " + std::string(what) + ": " + (text ? std::string(*text) : "NULL"));
    }
    return number;
}

}  // namespace

void Result::Clear::operator()(pg_result* result) const noexcept {
    PQclear(result);
}

Result::Result(pg_result* owned) : result_(owned) {}

int Result::rows() const noexcept {
    return PQntuples(result_.get());
}

int Result::columns() const noexcept {
    return PQnfields(result_.get());
}

std::string_view Result::column_name(int column) const {
    const char* name = PQfname(result_.get(), column);
    if (name == nullptr) throw std::logic_error("the result has no column " + std::to_string(column));
    return name;
}

int Result::column_index(std::string_view name) const {
    // Not PQfnumber: it folds case and interprets double quotes.
    for (int column = 0; column < columns(); ++column) {
        if (column_name(column) == name) return column;
    }
    throw std::logic_error("the result has no column " + std::string(name));
}

std::int64_t Result::affected() const noexcept {
    if (!result_) return 0;
    const std::string_view count = PQcmdTuples(result_.get());
    std::int64_t number = 0;
    std::from_chars(count.data(), count.data() + count.size(), number);
    return number;
}

std::string_view Result::command() const noexcept {
    return result_ ? std::string_view(PQcmdStatus(result_.get())) : std::string_view();
}

std::optional<std::string_view> Result::get(int row, int column) const {
    if (row < 0 || row >= rows() || column < 0 || column >= columns()) {
        throw std::logic_error("the result has no value at row " + std::to_string(row) + ", column " +
                               std::to_string(column));
    }
    if (PQgetisnull(result_.get(), row, column) != 0) return std::nullopt;
    return std::string_view(PQgetvalue(result_.get(), row, column),
                            static_cast<std::size_t>(PQgetlength(result_.get(), row, column)));
}

std::string Result::text(int row, int column) const {
    return std::string(get(row, column).value_or(""));
}

std::int64_t Result::integer(int row, int column) const {
    return parse_number<std::int64_t>(get(row, column), "an integer");
}

double Result::number(int row, int column) const {
    return parse_number<double>(get(row, column), "a number");
}

bool Result::boolean(int row, int column) const {
    const std::optional<std::string_view> value = get(row, column);
    if (value == "t") return true;
    if (value == "f") return false;
    throw std::logic_error("not a boolean: " + (value ? std::string(*value) : "NULL"));
}

std::vector<std::string> Result::strings(int row, int column) const {
    const std::optional<std::string_view> value = get(row, column);
    if (!value) return {};
    std::vector<std::string> strings;
    for (std::optional<std::string>& element : parse_array(*value)) {
        strings.push_back(std::move(element).value_or(""));
    }
    return strings;
}

}  // namespace freshet::pg
