#include "freshet/cli/locks_text.hpp"

#include "freshet/cli/table.hpp"

namespace freshet::cli {

std::string locks_text(const install::Plan& plan, const std::string& policy, Colour colour) {
    Table table({{"step"}, {"lock"}, {"on"}, {"held"}, {"who waits"}});
    for (const auto& lock : install::locks_of(plan)) {
        table.add({lock.step, lock.mode, lock.relation, lock.held, lock.waits});
    }
    return table.empty() ? "" : table.text(colour) + policy + "\n";
}

Json locks_json(const install::Plan& plan) {
    Json locks = Json::array();
    for (const auto& lock : install::locks_of(plan)) {
        locks.push_back({{"step", lock.step},
                         {"lock", lock.mode},
                         {"relation", lock.relation},
                         {"held", lock.held},
                         {"waits", lock.waits}});
    }
    return locks;
}

}  // namespace freshet::cli
