// Advice on indexes, for people and for programs. Pure.
#pragma once

#include <string>
#include <vector>

#include "freshet/cli/json.hpp"
#include "freshet/install/index_advice.hpp"

namespace freshet::cli {

// A heading and each statement with its reasons as comments, ready for psql; empty if there is none.
std::string index_advice_text(const std::vector<install::IndexAdvice>& advice);
Json index_advice_json(const std::vector<install::IndexAdvice>& advice);

}  // namespace freshet::cli
