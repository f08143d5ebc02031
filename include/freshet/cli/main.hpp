// The whole of freshetd, from its arguments to its exit code.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "freshet/cli/output.hpp"

namespace freshet::cli {

// `arguments` without the program's name. Never throws: every error becomes a message and a code.
int run(const std::vector<std::string>& arguments, const Surroundings& surroundings, std::ostream& out,
        std::ostream& err);

}  // namespace freshet::cli
