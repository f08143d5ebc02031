// The measured cost of capture, for people and for programs. Pure.
#pragma once

#include <string>
#include <vector>

#include "freshet/cli/json.hpp"
#include "freshet/cli/style.hpp"
#include "freshet/install/capture_cost.hpp"

namespace freshet::cli {

// A table in microseconds per row, and a line for each source that was not measured; empty if there are no sources.
std::string capture_cost_text(const std::vector<install::CaptureCost>& costs, Colour colour);
Json capture_cost_json(const std::vector<install::CaptureCost>& costs);

}  // namespace freshet::cli
