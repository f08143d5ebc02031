// Values of a result's row by column name, NULL as nullopt. Refers to the result, which must outlive it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/pg/result.hpp"

namespace freshet::cli {

class Columns {
  public:
    Columns(const pg::Result& rows, int row) : rows_(&rows), row_(row) {}

    std::string text(std::string_view column) const { return rows_->text(row_, rows_->column_index(column)); }
    std::int64_t integer(std::string_view column) const { return rows_->integer(row_, rows_->column_index(column)); }
    double number(std::string_view column) const { return rows_->number(row_, rows_->column_index(column)); }

    std::optional<std::string> optional_text(std::string_view column) const {
        return given(column) ? std::optional(text(column)) : std::nullopt;
    }
    std::optional<std::int64_t> optional_integer(std::string_view column) const {
        return given(column) ? std::optional(integer(column)) : std::nullopt;
    }
    std::optional<double> optional_number(std::string_view column) const {
        return given(column) ? std::optional(number(column)) : std::nullopt;
    }
    std::vector<std::string> strings(std::string_view column) const {
        return rows_->strings(row_, rows_->column_index(column));
    }
    std::int64_t integer_or_zero(std::string_view column) const { return given(column) ? integer(column) : 0; }

  private:
    bool given(std::string_view column) const { return rows_->get(row_, rows_->column_index(column)).has_value(); }

    const pg::Result* rows_;
    int row_;
};

// triggers/queries/cli/<name>.sql
std::string query_text(std::string_view name);

}  // namespace freshet::cli
