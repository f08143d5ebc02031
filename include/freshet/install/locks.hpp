// Which locks carrying out a plan takes on relations of the user, in order, and who waits for them. Pure.
//
// Each step of an install is a transaction of its own: no lock outlasts its step. Locks on freshet's own tables concern
// nobody but freshet and are left out, except where readers of a view would wait.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "freshet/install/plan.hpp"

namespace freshet::install {

struct StepLock {
    std::string step;  // "capture changes"
    std::string mode;  // as SQL and pg_locks know it: "SHARE ROW EXCLUSIVE"
    std::string relation;
    std::string held;   // for how long
    std::string waits;  // who waits meanwhile
};

std::vector<StepLock> locks_of(const Plan& plan);

// How install tries for a lock: `timeout` for one try, `patience` for all of them.
std::string lock_policy(std::chrono::milliseconds timeout, std::chrono::milliseconds patience);

}  // namespace freshet::install
