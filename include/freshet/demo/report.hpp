// What the demo found out, for people and for scripts. Pure.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "freshet/demo/action.hpp"
#include "freshet/demo/proof.hpp"
#include "freshet/demo/readings.hpp"
#include "freshet/demo/samples.hpp"

namespace freshet::demo {

// All that was seen of one view.
struct ViewHistory {
    std::string strategy;
    Samples staleness_seconds;  // one a second
    Samples live_milliseconds;
    Samples read_milliseconds;
    Proof proof;
};

struct Report {
    double scale = 1;
    int writers = 0;
    std::chrono::milliseconds worked{};     // how long the office was open
    std::chrono::milliseconds caught_up{};  // from its close until nothing was pending
    Ledger ledger;
    Refreshes refreshes;
    std::map<std::string, ViewHistory> views;
    int verify_code = 0;      // of `freshetd verify --json`: 0 exact, 1 drift
    std::string verify_json;  // what it wrote

    bool exact() const;
};

std::string render_text(const Report& report);
// One JSON document, with a line end.
std::string render_json(const Report& report);

}  // namespace freshet::demo
