#include <algorithm>

#include "freshet/compile/emit.hpp"
#include "freshet/compile/whole.hpp"

namespace freshet::compile {

namespace {

// The level whose rows are the view's rows; null if more than one gives them, or something is computed above.
const Level* only_level(const Program& program) {
    return program.above.empty() && program.levels.size() == 1 ? &program.levels.front() : nullptr;
}

}  // namespace

std::optional<StateColumn> state_column(const Program& program, const std::string& name) {
    if (program.whole) {
        return whole_column(program, name);
    }
    const auto* level = only_level(program);
    if (level == nullptr) {
        return std::nullopt;
    }
    const auto output = std::find_if(level->outputs.begin(), level->outputs.end(),
                                     [&](const query::Output& one) { return one.name == name; });
    if (output == level->outputs.end() || output->kind == query::OutputKind::computed) {
        return std::nullopt;
    }
    const bool key = output->kind == query::OutputKind::key;
    return StateColumn{state_table(*level), key ? output->expression : "refreshed_at"};
}

std::vector<std::string> identity_columns(const Program& program) {
    const auto* level = only_level(program);
    std::vector<std::string> names;
    for (std::size_t i = 0; level != nullptr && i < level->keys.size(); ++i) {
        const auto output = std::find_if(level->outputs.begin(), level->outputs.end(), [&](const query::Output& one) {
            return one.kind == query::OutputKind::key && one.expression == "k" + std::to_string(i);
        });
        if (output == level->outputs.end()) {
            return {};
        }
        names.push_back(output->name);
    }
    return names;
}

}  // namespace freshet::compile
