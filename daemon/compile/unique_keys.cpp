#include "freshet/compile/unique_keys.hpp"

namespace freshet::compile {

std::set<UniqueKey> unique_keys(const Program& program) {
    std::set<UniqueKey> keys;
    for (const auto& level : program.levels) {
        for (const auto& arm : level.arms) {
            for (const auto& relation : arm.relations) {
                if (!relation.lookup_key.empty()) {
                    keys.insert({relation.table, relation.lookup_key});
                }
            }
        }
    }
    return keys;
}

}  // namespace freshet::compile
