// What a plan says of one view beyond what happens to it. Pure.
#pragma once

#include <string>

#include "freshet/cli/json.hpp"
#include "freshet/cli/style.hpp"
#include "freshet/install/plan.hpp"

namespace freshet::cli {

// Which views a plan explains.
enum class Explained { changed, all };
bool is_explained(const install::ViewPlan& view, Explained which);

// A line for each clause of the query; empty for a view that has no program.
std::string clauses_text(const install::ViewPlan& view, Colour colour);
// Objects with clause, treatment and how.
Json clauses_json(const install::ViewPlan& view);

}  // namespace freshet::cli
