// The rows of one statement. Owns the libpq result; values are text, valid as long as the Result lives.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct pg_result;

namespace freshet::pg {

// A statement parameter in PostgreSQL's text format; nullopt is NULL.
using Param = std::optional<std::string>;
using Params = std::vector<Param>;

// A list of parameters. Not a braced list: GCC 12 refuses those inside a co_await expression.
template <typename... Values>
Params params(Values&&... values) {
    Params list;
    list.reserve(sizeof...(values));
    (list.emplace_back(std::forward<Values>(values)), ...);
    return list;
}

class Result {
  public:
    struct Clear {
        void operator()(pg_result* result) const noexcept;
    };

    Result() = default;
    explicit Result(pg_result* owned);

    // Whether there is a result at all, be it one without rows.
    explicit operator bool() const noexcept { return result_ != nullptr; }
    pg_result* handle() const noexcept { return result_.get(); }  // for pg itself

    int rows() const noexcept;
    int columns() const noexcept;
    std::string_view column_name(int column) const;
    // Throws std::logic_error if there is no such column.
    int column_index(std::string_view name) const;
    // Rows inserted, updated, deleted or selected, as the command tag says; 0 if it says nothing.
    std::int64_t affected() const noexcept;
    // The command tag, e.g. "INSERT 0 1"; empty if there is none.
    std::string_view command() const noexcept;

    std::optional<std::string_view> get(int row, int column) const;  // nullopt is NULL
    std::string text(int row, int column) const;                     // NULL becomes ""
    std::int64_t integer(int row, int column) const;                 // throws std::logic_error on NULL or non-numbers
    double number(int row, int column) const;
    bool boolean(int row, int column) const;
    std::vector<std::string> strings(int row, int column) const;  // a text[] value; NULL, or a NULL element, becomes empty

  private:
    std::unique_ptr<pg_result, Clear> result_;
};

// `values` as the text form of a one-dimensional array, for a parameter of an array type.
std::string array_text(const std::vector<std::string>& values);

}  // namespace freshet::pg
