#include "columns_above.hpp"

#include <algorithm>
#include <optional>

#include "outputs.hpp"
#include "roles.hpp"
#include "scope.hpp"

namespace freshet::query {

namespace {

using Select = PgQuery__SelectStmt;

// A SELECT in FROM under the name by which its columns are read.
struct Named {
    std::string alias;
    const Select* select = nullptr;    // null: a level's relation
    WithScope around;                  // of the SELECT
    std::vector<std::string> columns;  // renamed by an alias; a prefix of all
};

void append_names(std::vector<std::string>& names, std::size_t count, Node** list) {
    for (const auto* name : nodes(count, list)) {
        names.emplace_back(name->string->sval);
    }
}

std::optional<Named> named(const PgQuery__RangeVar& relation, const WithScope& scope) {
    Named item;
    item.alias = relation.alias == nullptr ? relation.relname : relation.alias->aliasname;
    if (const auto with = scope.find(relation)) {
        item.select = &with->select();
        item.around = with->scope;
        append_names(item.columns, with->query->n_aliascolnames, with->query->aliascolnames);
    }
    if (relation.alias != nullptr && relation.alias->n_colnames > 0) {
        std::vector<std::string> names;
        append_names(names, relation.alias->n_colnames, relation.alias->colnames);
        item.columns.resize(std::max(item.columns.size(), names.size()));
        std::copy(names.begin(), names.end(), item.columns.begin());
    }
    return item;
}

std::optional<Named> named(const Node& node, const WithScope& scope) {
    if (node.node_case == PG_QUERY__NODE__NODE_RANGE_VAR) {
        return named(*node.range_var, scope);
    }
    if (node.node_case != PG_QUERY__NODE__NODE_RANGE_SUBSELECT) {
        return std::nullopt;
    }
    const auto& sub_select = *node.range_subselect;
    Named item;
    item.select = sub_select.subquery->select_stmt;
    item.around = scope;
    if (sub_select.alias != nullptr) {
        item.alias = sub_select.alias->aliasname;
        append_names(item.columns, sub_select.alias->n_colnames, sub_select.alias->colnames);
    }
    return item;
}

void collect(const Node& node, const WithScope& scope, std::vector<Named>& items) {
    if (node.node_case == PG_QUERY__NODE__NODE_JOIN_EXPR) {
        collect(*node.join_expr->larg, scope, items);
        collect(*node.join_expr->rarg, scope, items);
    } else if (auto item = named(node, scope)) {
        items.push_back(std::move(*item));
    }
}

std::vector<Named> items_of(const Select& select, const WithScope& scope) {
    std::vector<Named> items;
    for (const auto* node : nodes(select.n_from_clause, select.from_clause)) {
        collect(*node, scope, items);
    }
    return items;
}

const Select& leftmost_leaf(const Select& select) {
    return select.op == PG_QUERY__SET_OPERATION__SETOP_NONE ? select : leftmost_leaf(*select.larg);
}

std::optional<std::size_t> index_of(const Named& item, const std::string& column) {
    const auto& leaf = leftmost_leaf(*item.select);
    for (std::size_t i = 0; i < leaf.n_target_list; ++i) {
        const bool renamed = i < item.columns.size() && !item.columns[i].empty();
        if ((renamed ? item.columns[i] : output_name(*leaf.target_list[i]->res_target)) == column) {
            return i;
        }
    }
    return std::nullopt;
}

OutputKind kind_in_level(const std::string& column) {
    if (column == written_column) {
        return OutputKind::refreshed_at;
    }
    return column.starts_with("k") ? OutputKind::key : OutputKind::computed;
}

OutputKind kind_of_column(const Select& select, std::size_t index, const WithScope& around);

OutputKind kind_of_reference(const Node& node, const std::vector<Named>& items) {
    const auto parts = column_ref_parts(*node.column_ref);
    if (parts.size() != 2) {
        return OutputKind::computed;
    }
    const auto item = std::find_if(items.begin(), items.end(), [&](const Named& one) { return one.alias == parts[0]; });
    if (item == items.end()) {
        return OutputKind::computed;
    }
    if (item->select == nullptr) {
        return kind_in_level(parts[1]);
    }
    const auto index = index_of(*item, parts[1]);
    return index ? kind_of_column(*item->select, *index, item->around) : OutputKind::computed;
}

void check_not_computed_from_moment(const Node* expression, const std::vector<Named>& items) {
    walk(expression, [&](const Node& node) {
        if (is_moment_of_writing(node) || (node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF &&
                                           kind_of_reference(node, items) == OutputKind::refreshed_at)) {
            reject(&node, "a value that is computed from the moment at which a row was written",
                   "let CURRENT_TIMESTAMP stand alone in the select list and compute when reading the view");
        }
        return true;
    });
}

OutputKind kind_of_operands(OutputKind left, OutputKind right) {
    if (left != right && (left == OutputKind::refreshed_at || right == OutputKind::refreshed_at)) {
        reject(nullptr, "CURRENT_TIMESTAMP in only one operand of a set operation", "select it in each of them");
    }
    return left == right ? left : OutputKind::computed;
}

OutputKind kind_of_column(const Select& select, std::size_t index, const WithScope& around) {
    const auto scope = around.inside(select);
    if (select.op != PG_QUERY__SET_OPERATION__SETOP_NONE) {
        return kind_of_operands(kind_of_column(*select.larg, index, scope), kind_of_column(*select.rarg, index, scope));
    }
    if (index >= select.n_target_list) {
        return OutputKind::computed;
    }
    const auto& value = *select.target_list[index]->res_target->val;
    const auto items = items_of(select, scope);
    if (value.node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
        return kind_of_reference(value, items);
    }
    check_not_computed_from_moment(&value, items);
    return OutputKind::computed;
}

bool only_projects(const Select& select) {
    return select.op == PG_QUERY__SET_OPERATION__SETOP_NONE && !groups(select, {}) && select.n_from_clause == 1 &&
           select.limit_count == nullptr && select.limit_offset == nullptr && !has_window(select);
}

bool rows_are_groups(const Select& select, const WithScope& around) {
    if (!only_projects(select)) {
        return false;
    }
    const auto item = named(*select.from_clause[0], around.inside(select));
    return item && (item->select == nullptr || rows_are_groups(*item->select, item->around));
}

// The name under which the SELECT, which only projects, gives the moment; added to its select list if need be.
bool give_moment(Tree& tree, Select& select, const WithScope& around) {
    if (!only_projects(select)) {
        return false;
    }
    const auto item = named(*select.from_clause[0], around.inside(select));
    if (!item || (item->select != nullptr && !give_moment(tree, const_cast<Select&>(*item->select), item->around))) {
        return false;
    }
    const auto targets = nodes(select.n_target_list, select.target_list);
    const bool given = std::any_of(targets.begin(), targets.end(), [](const Node* target) {
        return output_name(*target->res_target) == written_column;
    });
    if (!given) {
        tree.add_target(select, tree.column_ref({item->alias, written_column}), written_column);
    }
    return true;
}

}  // namespace

void pass_moment_through(Tree& tree, Select& select, const WithScope& scope) {
    for (auto* target : nodes(select.n_target_list, select.target_list)) {
        auto& value = target->res_target->val;
        if (!is_moment_of_writing(*value)) {
            continue;
        }
        const auto item = select.n_from_clause == 1 ? named(*select.from_clause[0], scope) : std::nullopt;
        if (!item || item->select == nullptr || groups(select, {}) ||
            !give_moment(tree, const_cast<Select&>(*item->select), item->around)) {
            reject(value, "CURRENT_TIMESTAMP above more than one grouping, or above groups of groups",
                   "select it in the grouped SELECT and pass it through");
        }
        target->res_target->name = tree.text(std::string_view(output_name(*target->res_target)));
        value = tree.column_ref({item->alias, written_column});
    }
}

std::vector<Output> columns_above(const Select& root) {
    std::vector<Output> columns;
    const auto& leaf = leftmost_leaf(root);
    for (std::size_t i = 0; i < leaf.n_target_list; ++i) {
        Output column;
        column.name = output_name(*leaf.target_list[i]->res_target);
        column.kind = kind_of_column(root, i, {});
        columns.push_back(std::move(column));
    }
    return columns;
}

bool rows_are_groups(const Select& root) {
    return rows_are_groups(root, WithScope{});
}

}  // namespace freshet::query
