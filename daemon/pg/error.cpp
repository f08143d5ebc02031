#include "freshet/pg/error.hpp"

#include <array>
#include <utility>

namespace freshet::pg {

namespace {

std::string without_full_stop(std::string text) {
    if (text.ends_with('.')) text.pop_back();
    return text;
}

std::string describe(const Error::Fields& fields) {
    std::string text = fields.message;
    if (!fields.sqlstate.empty()) text += " (SQLSTATE " + fields.sqlstate + ")";
    if (!fields.detail.empty()) text += ": " + without_full_stop(fields.detail);
    return text;
}

// serialization_failure, deadlock_detected, lock_not_available
constexpr std::array<std::string_view, 3> retryable_states = {"40001", "40P01", "55P03"};
// admin_shutdown, crash_shutdown, cannot_connect_now
constexpr std::array<std::string_view, 3> ending_states = {"57P01", "57P02", "57P03"};

bool contains(const std::array<std::string_view, 3>& states, std::string_view state) {
    for (const std::string_view candidate : states) {
        if (candidate == state) return true;
    }
    return false;
}

}  // namespace

Error::Error(Fields fields, std::source_location where)
    : core::Error(describe(fields), without_full_stop(fields.hint)), fields_(std::move(fields)), where_(where) {}

bool Error::connection_lost() const noexcept {
    return fields_.connection_lost || fields_.sqlstate.starts_with("08") || contains(ending_states, fields_.sqlstate);
}

bool Error::retryable() const noexcept {
    return connection_lost() || contains(retryable_states, fields_.sqlstate);
}

}  // namespace freshet::pg
