// Makes a failing case small: takes steps, views, rows, clauses, tables and columns away, one thing or many at a time,
// as long as the case goes on failing in the same way. (Zeller, Hildebrandt: Simplifying and isolating failure-inducing
// input, for the steps.)
#pragma once

#include <functional>

#include "case.hpp"

namespace freshet::breaking {

// Whether the case still fails in the way that matters.
using StillFails = std::function<bool(const Case&)>;

// Tries at most `budget` cases.
Case shrink(Case failing, const StillFails& still_fails, int budget);

}  // namespace freshet::breaking
