// Who holds a refresh up: transactions of others whose locks freshetd waits for. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "freshet/cli/json.hpp"
#include "freshet/cli/style.hpp"

namespace freshet::cli {

// What is not known of a session of another role without the rights of pg_read_all_stats is not there.
struct LockWait {
    double waited_seconds = 0;
    std::int64_t pid = 0;  // of who holds the lock; 0 for a prepared transaction
    std::optional<std::string> role;
    std::optional<std::string> application;
    std::optional<std::string> state;
    std::optional<double> transaction_seconds;  // since its transaction began
    std::optional<std::string> query;           // its last
};

// A paragraph for each, with what to do next.
std::string lock_waits_text(const std::vector<LockWait>& waits, Colour colour);
Json lock_waits_json(const std::vector<LockWait>& waits);

}  // namespace freshet::cli
