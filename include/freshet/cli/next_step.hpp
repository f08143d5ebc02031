// What to do about a view or a refresh that failed: one sentence with the command to type. Pure.
#pragma once

#include <optional>
#include <string>

#include "freshet/cli/status_text.hpp"

namespace freshet::cli {

// Empty if there is nothing to do.
std::optional<std::string> next_step(const ViewStatus& view);

// By PostgreSQL's or our own words, which are English unless lc_messages says otherwise; there is an answer to any.
std::string next_step_after(const std::string& error, const std::string& view);

}  // namespace freshet::cli
