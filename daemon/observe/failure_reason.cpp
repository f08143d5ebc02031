#include "freshet/observe/failure_reason.hpp"

#include <array>
#include <utility>

namespace freshet::observe {

namespace {

// The first prefix that matches wins; so single codes stand before their class.
constexpr std::array<std::pair<std::string_view, FailureReason>, 14> prefixes{{
    {"55P03", FailureReason::lock_timeout},       // lock_not_available
    {"57014", FailureReason::statement_timeout},  // query_canceled
    {"40001", FailureReason::conflict},           // serialization_failure
    {"40P01", FailureReason::conflict},           // deadlock_detected
    {"57P", FailureReason::connection},           // admin_shutdown, crash_shutdown, cannot_connect_now
    {"08", FailureReason::connection},
    {"28", FailureReason::connection},  // invalid_authorization_specification
    {"42", FailureReason::definition},
    {"3D", FailureReason::definition},
    {"3F", FailureReason::definition},
    {"0A", FailureReason::definition},
    {"22", FailureReason::data},
    {"23", FailureReason::data},
    {"53", FailureReason::resources},
}};

}  // namespace

std::string_view to_string(FailureReason reason) {
    constexpr std::array<std::string_view, 8> names = {"connection", "lock_timeout", "statement_timeout", "conflict",
                                                       "definition", "data",         "resources",         "other"};
    return names.at(static_cast<std::size_t>(reason));
}

FailureReason failure_reason(std::string_view sqlstate) {
    if (sqlstate.empty()) {
        return FailureReason::connection;
    }
    for (const auto& [prefix, reason] : prefixes) {
        if (sqlstate.substr(0, prefix.size()) == prefix) {
            return reason;
        }
    }
    return FailureReason::other;
}

}  // namespace freshet::observe
