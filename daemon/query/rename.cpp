#include "freshet/query/rename.hpp"

#include "freshet/query/tree.hpp"

namespace freshet::query {

namespace {

std::optional<std::string> rename_in(Tree tree, const NewName& new_name) {
    bool complete = true;
    const auto* renamed = transform(tree.expression(), [&](Node& node) -> Node* {
        if (node.node_case != PG_QUERY__NODE__NODE_COLUMN_REF) {
            return nullptr;
        }
        const auto parts = column_ref_parts(*node.column_ref);
        const auto name = parts.size() == 1 ? new_name(parts.front()) : std::nullopt;
        complete = complete && name.has_value();
        return name ? tree.column_ref({*name}) : nullptr;
    });
    return complete ? std::optional(deparse(renamed)) : std::nullopt;
}

}  // namespace

std::optional<std::string> rename_columns(std::string_view expression, const NewName& new_name) {
    try {
        return rename_in(Tree::parse_expression(expression), new_name);
    } catch (const SyntaxError&) {
        return std::nullopt;
    }
}

}  // namespace freshet::query
