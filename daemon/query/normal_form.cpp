#include "freshet/query/normal_form.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "inline_with.hpp"
#include "levels.hpp"
#include "scope.hpp"

namespace freshet::query {

namespace {

// The aliases an expression over base relations reads, with the columns of each.
std::map<std::string, std::set<std::string>> columns_read(const Node* expression) {
    std::map<std::string, std::set<std::string>> result;
    walk(expression, [&](const Node& node) {
        if (node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
            const auto parts = column_ref_parts(*node.column_ref);
            result[parts.front()].insert(parts.back());
        }
        return true;
    });
    return result;
}

std::string with_alias_r(Tree& tree, const Node* condition) {
    return deparse(transform(tree.clone(condition), [&](Node& node) -> Node* {
        return node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF
                   ? tree.column_ref({"r", column_ref_parts(*node.column_ref).back()})
                   : nullptr;
    }));
}

// The text was checked before, but not the definitions of the views that it reads.
void check_of_one_row(const Node* expression) {
    walk(expression, [](const Node& node) {
        if (node.node_case == PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION || is_moment_of_writing(node)) {
            reject(&node, "a value that changes with time or session, not with the rows",
                   "move a moving window to \"retention\"");
        }
        if (node.node_case == PG_QUERY__NODE__NODE_FUNC_CALL && node.func_call->over != nullptr) {
            reject(&node, "a window function below the grouping", "compute it over the groups, in an outer SELECT");
        }
        return true;
    });
}

// A condition on one relation alone may decide what is captured of it, if it is one of those that `of` names.
void capture_by(Tree& tree, const Node* condition, std::vector<Relation>& relations, const Facts& facts,
                const std::function<bool(const Relation&)>& of) {
    const auto aliases = columns_read(condition);
    if (aliases.size() != 1) {
        return;
    }
    const auto relation = std::find_if(relations.begin(), relations.end(),
                                       [&](const Relation& one) { return one.alias == aliases.begin()->first; });
    if (of(*relation) && safe_in_capture(condition, facts.tables.at(relation->table))) {
        relation->capture_conditions.push_back(with_alias_r(tree, condition));
    }
}

Arm finish(Tree& tree, const Flattened& flat, const Facts& facts, const std::vector<Node*>& keys,
           const std::vector<Node*>& inputs) {
    Arm arm;
    arm.relations = flat.relations;
    std::map<std::string, std::set<std::string>> read;
    const auto text = [&](const Node* expression) {
        check_of_one_row(expression);
        for (const auto& [alias, columns] : columns_read(expression)) {
            read[alias].insert(columns.begin(), columns.end());
        }
        return deparse(expression);
    };
    for (const auto* condition : flat.conditions) {
        arm.conditions.push_back(text(condition));
        capture_by(tree, condition, arm.relations, facts,
                   [&](const Relation& relation) { return !flat.found_by.contains(relation.alias); });
    }
    for (const auto& [alias, conditions] : flat.found_by) {
        const auto is_found = [&, &found = alias](const Relation& relation) { return relation.alias == found; };
        const auto lookup = std::find_if(arm.relations.begin(), arm.relations.end(), is_found);
        for (const auto* condition : conditions) {
            lookup->lookup_conditions.push_back(text(condition));
            capture_by(tree, condition, arm.relations, facts, is_found);
        }
    }
    std::transform(keys.begin(), keys.end(), std::back_inserter(arm.keys), text);
    std::transform(inputs.begin(), inputs.end(), std::back_inserter(arm.inputs), text);
    for (auto& relation : arm.relations) {
        relation.columns.assign(read[relation.alias].begin(), read[relation.alias].end());
    }
    return arm;
}

Level flatten(Tree& tree, FoundLevel found, const Facts& facts) {
    Level level;
    const auto& grouping = found.grouping;
    level.key_nullable.assign(grouping.keys.size(), false);
    level.input_nullable.assign(grouping.inputs.size(), false);
    std::vector<bool> any_scale(grouping.inputs.size());
    level.input_scales.resize(grouping.inputs.size());
    Flattener flattener(tree, facts);
    for (auto& flat : flattener.select(*found.select)) {
        if (flat.relations.empty()) {
            reject(nullptr, "rows that come from no table stand among those that are grouped",
                   "put the values into a table");
        }
        const auto rewritten = [&](const std::vector<Node*>& expressions, std::vector<bool>& nullable) {
            std::vector<Node*> result;
            for (std::size_t i = 0; i < expressions.size(); ++i) {
                result.push_back(flattener.expression(expressions[i], flat));
                nullable[i] = nullable[i] || !never_null(result.back(), flat, facts);
            }
            return result;
        };
        const auto keys = rewritten(grouping.keys, level.key_nullable);
        const auto inputs = rewritten(grouping.inputs, level.input_nullable);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            if (!always_null(inputs[i])) {
                const auto scales = display_scales(inputs[i], flat, facts);
                any_scale[i] = any_scale[i] || scales.empty();
                level.input_scales[i].insert(scales.begin(), scales.end());
            }
        }
        level.arms.push_back(finish(tree, flat, facts, keys, inputs));
    }
    for (std::size_t i = 0; i < any_scale.size(); ++i) {
        if (any_scale[i]) {
            level.input_scales[i].clear();
        }
    }
    level.aggregates = grouping.aggregates;
    level.outputs = std::move(found.outputs);
    level.having = std::move(found.having);
    level.total = found.total;
    return level;
}

}  // namespace

std::string level_relation(std::size_t index) {
    return std::string(level_relation_prefix) + std::to_string(index);
}

NormalForm normalise(std::string_view normalised_sql, const Facts& facts) {
    auto tree = Tree::parse_select(normalised_sql);
    inline_with(tree, facts.aggregates);
    auto lifted = lift_levels(tree, facts.aggregates);
    NormalForm form;
    for (auto& found : lifted.levels) {
        form.levels.push_back(flatten(tree, std::move(found), facts));
    }
    form.above = std::move(lifted.above);
    form.with = std::move(lifted.with);
    form.columns = std::move(lifted.columns);
    form.rows_are_groups = lifted.rows_are_groups;
    return form;
}

Relation normalise_filter(std::string_view normalised_sql, const Facts& facts) {
    auto tree = Tree::parse_select(normalised_sql);
    const auto flat = Flattener(tree, facts).select(tree.select());
    if (flat.size() != 1 || flat.front().relations.size() != 1) {
        reject(nullptr, "the predicate reads more than the columns of one row");
    }
    const auto arm = finish(tree, flat.front(), facts, {}, {});
    const auto& relation = arm.relations.front();
    if (relation.capture_conditions.size() != arm.conditions.size()) {
        reject(nullptr,
               "the predicate would run inside the writer's statement and could fail there, or depends on its "
               "session",
               "compare columns with constants by =, <>, <, <=, >, >=, IN, IS NULL, joined by AND, OR, NOT; compare "
               "an enum as text");
    }
    return relation;
}

}  // namespace freshet::query
