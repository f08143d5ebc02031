// A plan for people, for programs, and as a script. Pure.
#pragma once

#include <string>
#include <vector>

#include "freshet/cli/json.hpp"
#include "freshet/cli/plan_details.hpp"
#include "freshet/cli/style.hpp"
#include "freshet/install/plan.hpp"

namespace freshet::cli {

// "3 to create, 1 to change, 0 to drop": views and sources together.
std::string plan_summary(const install::Plan& plan);

struct PlanSections {
    Explained explained = Explained::changed;  // views that stay as they are are told in one line each, unless all are
    std::vector<std::string> more{};           // shown before the summary; each ends a line, empty ones are left out
};
std::string plan_text(const install::Plan& plan, Colour colour, const PlanSections& sections = {});

// The same after it was carried out: a line for each view that changed, and the totals.
std::string done_text(const install::Plan& plan);

// Every statement, each ended by a semicolon; a script for psql.
std::string plan_script(const install::Plan& plan);

enum class Statements { leave_out, include };
Json plan_json(const install::Plan& plan, Statements statements);

}  // namespace freshet::cli
