#include <algorithm>

#include "freshet/compile/emit.hpp"

namespace freshet::compile {

std::optional<StateColumn> state_column(const Program& program, const std::string& name) {
    const auto output = std::find_if(program.outputs.begin(), program.outputs.end(),
                                     [&](const query::Output& one) { return one.name == name; });
    if (output == program.outputs.end() || output->kind == query::OutputKind::computed) {
        return std::nullopt;
    }
    const bool key = output->kind == query::OutputKind::key;
    return StateColumn{state_table(program), key ? output->expression : "refreshed_at"};
}

std::vector<std::string> identity_columns(const Program& program) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < program.keys.size(); ++i) {
        const auto output = std::find_if(program.outputs.begin(), program.outputs.end(), [&](const query::Output& one) {
            return one.kind == query::OutputKind::key && one.expression == "k" + std::to_string(i);
        });
        if (output == program.outputs.end()) {
            return {};
        }
        names.push_back(output->name);
    }
    return names;
}

}  // namespace freshet::compile
