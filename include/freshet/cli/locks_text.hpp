// The locks that a plan takes, for people and for programs. Pure.
#pragma once

#include <string>

#include "freshet/cli/json.hpp"
#include "freshet/cli/style.hpp"
#include "freshet/install/locks.hpp"

namespace freshet::cli {

// A table and how install tries; empty if there are none.
std::string locks_text(const install::Plan& plan, const std::string& policy, Colour colour);
Json locks_json(const install::Plan& plan);

}  // namespace freshet::cli
