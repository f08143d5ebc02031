// What is to be reached: each row has a limit, what it is measured against, and the section that measures it.
#pragma once

#include <string>
#include <vector>

namespace freshet::bench {

enum class Reach { at_least, at_most };

struct Target {
    std::string id;
    std::string what;
    std::string against;  // may be empty
    Reach reach = Reach::at_most;
    double limit = 0;
    std::string unit;  // "" for a ratio, "x" for a factor, "ms", "MiB", "%"

    bool reached(double measured) const noexcept {
        return reach == Reach::at_least ? measured >= limit : measured <= limit;
    }
    std::string display(double measured) const;  // "0.93", "1.2 x", "31 ms"
    std::string display_limit() const;           // "at least 0.88"
};

const std::vector<Target>& targets();
// Throws std::logic_error for an unknown one.
const Target& target(const std::string& id);

}  // namespace freshet::bench
