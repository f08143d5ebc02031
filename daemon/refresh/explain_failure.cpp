#include "explain_failure.hpp"

#include "freshet/pg/error.hpp"

namespace freshet::refresh {

namespace {

constexpr const char* program_limit_exceeded = "54000";

// Keys and values are found by an index, whose entries must fit three to a page.
bool too_long_for_an_index(const pg::Error& error) {
    return error.sqlstate() == program_limit_exceeded && error.fields().message.starts_with("index row ");
}

}  // namespace

std::exception_ptr explain_failure(std::exception_ptr failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const pg::Error& error) {
        if (!too_long_for_an_index(error)) {
            return failure;
        }
        auto fields = error.fields();
        fields.message =
            "a key of a group, or a value of min, max or an aggregate with DISTINCT, is too long: " + fields.message;
        fields.hint = "group by less of it, such as left(column, 500) or md5(column); nothing is lost until then";
        return std::make_exception_ptr(pg::Error(std::move(fields), error.where()));
    } catch (...) {
        return failure;
    }
}

bool blames_nobody(const pg::Connection& connection, const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const pg::Error& error) {
        return error.connection_lost() || error.in_doubt() || !connection.alive();
    } catch (const core::Error&) {
        return !connection.alive();
    }
}

}  // namespace freshet::refresh
