// What proofs found. Pure.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "freshet/catalog/store.hpp"
#include "freshet/cli/exit_code.hpp"
#include "freshet/cli/json.hpp"
#include "freshet/cli/style.hpp"
#include "freshet/refresh/verify.hpp"

namespace freshet::cli {

struct VerifyReport {
    std::string view;
    std::vector<std::string> keys;  // the view's key columns; empty if it has none we know of
    refresh::Proof proof;
    std::string error;  // why nothing was proven; empty if something was
    std::string hint;
    std::chrono::milliseconds duration{0};
};

// The names of the key columns in the public relation.
std::vector<std::string> key_columns(const catalog::StoredView& view);

// The view's verdict, then a line for each example: its key, and what is wrong with it.
std::string verify_text(const VerifyReport& report, Colour colour);

Json verify_json(const std::vector<VerifyReport>& reports);

// failed if one could not be proven; else the answer is no if one drifted, be it repaired by now.
ExitCode verify_code(const std::vector<VerifyReport>& reports);

}  // namespace freshet::cli
