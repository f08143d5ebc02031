// What became of refreshes. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "freshet/cli/exit_code.hpp"
#include "freshet/cli/json.hpp"
#include "freshet/cli/style.hpp"
#include "freshet/refresh/outcome.hpp"

namespace freshet::cli {

struct RefreshReport {
    std::string view;
    std::optional<refresh::Outcome> outcome;  // nullopt: it failed
    std::chrono::milliseconds duration{0};
    std::string error;
    std::string hint;
};

// One line, two if it failed; the names padded to `width`.
std::string refresh_line(const RefreshReport& report, std::size_t width, Colour colour);

Json refresh_json(const std::vector<RefreshReport>& reports);

// failed if one of them did.
ExitCode refresh_code(const std::vector<RefreshReport>& reports);

}  // namespace freshet::cli
