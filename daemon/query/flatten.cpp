#include <algorithm>

#include "inline_with.hpp"
#include "joined_columns.hpp"
#include "levels.hpp"
#include "scope.hpp"
#include "unique_match.hpp"

namespace freshet::query {

namespace {

constexpr const char* union_all_hint = "combine the facts with UNION ALL in a sub-select below the grouping";

const Binding* find(const Flattened& arm, const std::string& alias) {
    for (const auto& [name, binding] : arm.scope) {
        if (name == alias) {
            return &binding;
        }
    }
    return nullptr;
}

// A column of USING that is read without a table; null if there is none of that name.
const Node* merged_column(const std::string& name, const Flattened& arm) {
    for (auto entry = arm.scope.rbegin(); entry != arm.scope.rend(); ++entry) {
        const auto column = entry->second.rewritten.find(name);
        if (entry->first.empty() && column != entry->second.rewritten.end()) {
            return column->second;
        }
    }
    return nullptr;
}

Node* resolve(Tree& tree, const Node& reference, const Flattened& arm) {
    const auto parts = column_ref_parts(*reference.column_ref);
    if (const auto* merged = parts.size() == 1 ? merged_column(parts.front(), arm) : nullptr) {
        return tree.clone(merged);
    }
    if (parts.size() < 2 || parts.back() == "*") {
        reject(&reference, "a whole row is used as a value", "name the columns");
    }
    const auto* binding = find(arm, parts[parts.size() - 2]);
    if (binding == nullptr) {
        reject(&reference, "the column " + parts.back() + " belongs to no table of this FROM clause");
    }
    if (!binding->relation_alias.empty()) {
        return tree.column_ref({binding->relation_alias, parts.back()});
    }
    const auto column = binding->rewritten.find(parts.back());
    if (column == binding->rewritten.end()) {
        reject(&reference, "the sub-select " + parts[parts.size() - 2] + " has no column " + parts.back());
    }
    return tree.clone(column->second);
}

void collect_facts(const PgQuery__SelectStmt& select, RequiredFacts& facts);

void collect_facts(const Node& item, RequiredFacts& facts) {
    if (item.node_case == PG_QUERY__NODE__NODE_RANGE_VAR && *item.range_var->schemaname != '\0') {
        const sql::QualifiedName name{item.range_var->schemaname, item.range_var->relname};
        if (std::find(facts.tables.begin(), facts.tables.end(), name) == facts.tables.end()) {
            facts.tables.push_back(name);
        }
    } else if (item.node_case == PG_QUERY__NODE__NODE_JOIN_EXPR) {
        collect_facts(*item.join_expr->larg, facts);
        collect_facts(*item.join_expr->rarg, facts);
    } else if (item.node_case == PG_QUERY__NODE__NODE_RANGE_SUBSELECT) {
        const auto& select = *item.range_subselect->subquery->select_stmt;
        const auto leaves = union_leaves(select);
        const auto columns = static_cast<int>(leaves.front()->n_target_list);
        if (leaves.size() > 1) {
            facts.selects.push_back({deparse(select), columns});
        }
        for (const auto* leaf : leaves) {
            if (leaves.size() > 1) {
                facts.selects.push_back({deparse(*leaf), columns});
            }
            collect_facts(*leaf, facts);
        }
    }
}

void collect_facts(const PgQuery__SelectStmt& select, RequiredFacts& facts) {
    for (const auto* item : nodes(select.n_from_clause, select.from_clause)) {
        collect_facts(*item, facts);
    }
    walk(select, [&](const Node& node) {
        if (node.node_case == PG_QUERY__NODE__NODE_SUB_LINK) {
            collect_facts(*node.sub_link->subselect->select_stmt, facts);
        }
        return true;
    });
}

struct ColumnTypes {
    const std::vector<std::string>& types;
    const std::vector<std::string>& collations;
};

ColumnTypes types_of(const Facts& facts, const PgQuery__SelectStmt& select) {
    const auto text = deparse(select);
    const auto types = facts.select_types.find(text);
    const auto collations = facts.select_collations.find(text);
    if (types == facts.select_types.end() || collations == facts.select_collations.end()) {
        throw std::logic_error("no types were fetched for " + text);
    }
    return {types->second, collations->second};
}

Node* collate(Tree& tree, Node* value, const std::string& collation) {
    const auto parsed =
        Tree::parse_expression("x COLLATE " + (collation.empty() ? "pg_catalog.\"default\"" : collation));
    return transform(tree.clone(parsed.expression()),
                     [&](Node& node) { return node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF ? value : nullptr; });
}

// UNION ALL gives all its arms one type and one collation per column; what is computed above it must see those.
Node* unify(Tree& tree, Node* value, const ColumnTypes& whole, const ColumnTypes& arm, std::size_t column) {
    if (whole.types[column] != arm.types[column]) {
        value = tree.cast(value, whole.types[column]);
    }
    return whole.collations[column] == arm.collations[column] ? value : collate(tree, value, whole.collations[column]);
}

// UNION ALL below a join is distributed over it, and each join of the result is maintained and planned by itself.
constexpr std::size_t most_arms = 64;

void check_arms(std::size_t arms, const Node& item) {
    if (arms > most_arms) {
        reject_at(item,
                  "the arms of UNION ALL, joined with each other, are " + std::to_string(arms) +
                      " joins; there may be " + std::to_string(most_arms),
                  "group each UNION ALL in a view of its own and let this view read those");
    }
}

bool plain(const PgQuery__SelectStmt& select) {
    return select.n_group_clause == 0 && select.having_clause == nullptr && select.n_distinct_clause == 0 &&
           select.limit_count == nullptr && select.limit_offset == nullptr && select.n_values_lists == 0 &&
           select.with_clause == nullptr && select.n_window_clause == 0;
}

}  // namespace

void reject(const Node* node, std::string reason, std::string hint) {
    const auto offset = node == nullptr ? std::string::npos : offset_of(*node);
    throw Rejected{{Rejection{offset, std::move(reason), std::move(hint)}}};
}

std::string output_name(const PgQuery__ResTarget& target) {
    if (target.name != nullptr && *target.name != '\0') {
        return target.name;
    }
    if (target.val->node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
        return column_ref_parts(*target.val->column_ref).back();
    }
    return "?column?";
}

std::vector<const PgQuery__SelectStmt*> union_leaves(const PgQuery__SelectStmt& select) {
    if (select.op == PG_QUERY__SET_OPERATION__SETOP_NONE) {
        return {&select};
    }
    if (select.op != PG_QUERY__SET_OPERATION__SETOP_UNION || select.all == 0) {
        reject(nullptr, "a set operation other than UNION ALL", union_all_hint);
    }
    auto leaves = union_leaves(*select.larg);
    const auto right = union_leaves(*select.rarg);
    leaves.insert(leaves.end(), right.begin(), right.end());
    return leaves;
}

RequiredFacts required_facts(std::string_view normalised_sql, const std::set<std::string>& aggregates) {
    auto tree = Tree::parse_select(normalised_sql);
    inline_with(tree, aggregates);
    RequiredFacts facts;
    if (role_of(tree.select(), {}, aggregates) == Role::rows) {
        collect_facts(tree.select(), facts);
        return facts;
    }
    for (const auto& level : lift_levels(tree, aggregates).levels) {
        collect_facts(*level.select, facts);
    }
    return facts;
}

Node* rewrite(Tree& tree, const Node* expression, const Flattened& arm) {
    return transform(tree.clone(expression), [&](Node& node) -> Node* {
        return node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF ? resolve(tree, node, arm) : nullptr;
    });
}

std::vector<Flattened> Flattener::select(const PgQuery__SelectStmt& select) {
    std::vector<Flattened> arms{Flattened{}};
    for (const auto* item : nodes(select.n_from_clause, select.from_clause)) {
        arms = product(arms, from_item(*item), *item);
    }
    for (auto& arm : arms) {
        for (const auto* condition : conjuncts(select.where_clause)) {
            add_condition(*condition, arm);
        }
    }
    return arms;
}

std::vector<Flattened> Flattener::from_item(const Node& item) {
    switch (item.node_case) {
        case PG_QUERY__NODE__NODE_RANGE_VAR:
            return range_var(*item.range_var);
        case PG_QUERY__NODE__NODE_JOIN_EXPR:
            return join(*item.join_expr);
        case PG_QUERY__NODE__NODE_RANGE_SUBSELECT:
            return sub_select(*item.range_subselect);
        default:
            reject(&item, "a source that is not a table", "read tables, joins of tables and sub-selects of them");
    }
}

std::vector<Flattened> Flattener::range_var(const PgQuery__RangeVar& relation) {
    const sql::QualifiedName table{relation.schemaname, relation.relname};
    if (table.schema.empty()) {
        reject(nullptr, table.name + " belongs to the system or to one session", "read ordinary tables and views");
    }
    Binding binding;
    binding.relation_alias = "s0";
    for (const auto& column : facts_.tables.at(table)) {
        binding.columns.push_back(column.name);
    }
    if (const auto names = renamed(binding.columns, relation.alias); names != binding.columns) {
        binding = renamed_table(tree_, "s0", binding.columns, names);
    }
    const std::string alias = relation.alias != nullptr ? relation.alias->aliasname : relation.relname;
    return {Flattened{{Relation{table, "s0", {}, {}}}, {}, {{alias, std::move(binding)}}}};
}

std::vector<Flattened> Flattener::join(const PgQuery__JoinExpr& join) {
    if (join.jointype == PG_QUERY__JOIN_TYPE__JOIN_FULL) {
        reject(join.larg, "FULL JOIN keeps rows of both sides", "add the rows of either side up with UNION ALL");
    }
    if (join.jointype != PG_QUERY__JOIN_TYPE__JOIN_INNER) {
        return lookup_join(join);
    }
    const auto left = from_item(*join.larg);
    auto arms = product(left, from_item(*join.rarg), *join.rarg);
    for (auto& arm : arms) {
        add_conditions(arm, join, left.front().scope.size());
        name_columns(tree_, facts_, join, arm);
    }
    return arms;
}

void Flattener::add_conditions(Flattened& arm, const PgQuery__JoinExpr& join, std::size_t left_size) {
    add_using(arm, join, left_size);
    for (const auto* condition : conjuncts(join.quals)) {
        add_condition(*condition, arm);
    }
}

void Flattener::add_using(Flattened& arm, const PgQuery__JoinExpr& join, std::size_t left_size) {
    for (const auto* item : nodes(join.n_using_clause, join.using_clause)) {
        const std::string column = item->string->sval;
        std::vector<std::string> owners[2];
        for (std::size_t i = 0; i < arm.scope.size(); ++i) {
            const auto& columns = arm.scope[i].second.columns;
            if (std::find(columns.begin(), columns.end(), column) != columns.end()) {
                owners[i < left_size ? 0 : 1].push_back(arm.scope[i].first);
            }
        }
        if (owners[0].empty() || owners[1].empty()) {
            reject(item, "the USING column " + column + " is not found on both sides", "write the condition with ON");
        }
        const auto equality = sql::quote(owners[0].front()) + "." + sql::quote(column) + " = " +
                              sql::quote(owners[1].front()) + "." + sql::quote(column);
        const auto parsed = Tree::parse_expression(equality);
        auto* condition = rewrite(tree_, parsed.expression(), arm);
        // A cast that is not written could make different keys equal.
        if (join.jointype != PG_QUERY__JOIN_TYPE__JOIN_INNER &&
            !same_equality(*condition->a_expr->lexpr, *condition->a_expr->rexpr, arm, facts_)) {
            reject(item, "the USING column " + column + " of an outer join may have two types",
                   "write the condition with ON");
        }
        arm.conditions.push_back(condition);
    }
}

std::vector<Flattened> Flattener::sub_select(const PgQuery__RangeSubselect& item) {
    const auto& whole = *item.subquery->select_stmt;
    const auto leaves = union_leaves(whole);
    std::vector<std::string> names;
    for (const auto* target : nodes(leaves.front()->n_target_list, leaves.front()->target_list)) {
        names.push_back(output_name(*target->res_target));
    }
    names = renamed(std::move(names), item.alias);
    std::vector<Flattened> result;
    for (const auto* leaf : leaves) {
        if (!plain(*leaf) || leaf->op != PG_QUERY__SET_OPERATION__SETOP_NONE) {
            reject(item.subquery, "a sub-select that limits its rows", "limit the groups, above the grouping");
        }
        const auto targets = nodes(leaf->n_target_list, leaf->target_list);
        for (auto& arm : select(*leaf)) {
            Binding binding;
            binding.columns = names;
            for (std::size_t i = 0; i < targets.size(); ++i) {
                auto* value = expression(targets[i]->res_target->val, arm);
                if (leaves.size() > 1) {
                    value = unify(tree_, value, types_of(facts_, whole), types_of(facts_, *leaf), i);
                }
                binding.rewritten.emplace(names[i], value);
            }
            const std::string alias = item.alias != nullptr ? item.alias->aliasname : "";
            arm.scope.assign(1, {alias, std::move(binding)});
            result.push_back(std::move(arm));
        }
    }
    check_arms(result.size(), *item.subquery);
    return result;
}

std::vector<Flattened> Flattener::product(const std::vector<Flattened>& left, const std::vector<Flattened>& right,
                                          const Node& item) {
    check_arms(left.size() * right.size(), item);
    std::vector<Flattened> result;
    for (const auto& one : left) {
        for (const auto& other : right) {
            Flattened arm = one;
            const auto offset = one.relations.size();
            const auto moved = [offset](const std::string& alias) {
                return "s" + std::to_string(std::stoul(alias.substr(1)) + offset);
            };
            const auto shift = [&](const Node* node) {
                return transform(tree_.clone(node), [&](Node& child) -> Node* {
                    if (child.node_case != PG_QUERY__NODE__NODE_COLUMN_REF) {
                        return nullptr;
                    }
                    const auto parts = column_ref_parts(*child.column_ref);
                    return tree_.column_ref({moved(parts.front()), parts.back()});
                });
            };
            for (auto relation : other.relations) {
                relation.alias = moved(relation.alias);
                arm.relations.push_back(std::move(relation));
            }
            for (const auto* condition : other.conditions) {
                arm.conditions.push_back(shift(condition));
            }
            for (const auto& [alias, conditions] : other.found_by) {
                auto& found_by = arm.found_by[moved(alias)];
                std::transform(conditions.begin(), conditions.end(), std::back_inserter(found_by), shift);
            }
            for (auto [alias, binding] : other.scope) {
                if (!binding.relation_alias.empty()) {
                    binding.relation_alias = moved(binding.relation_alias);
                }
                for (auto& [name, expression] : binding.rewritten) {
                    expression = shift(expression);
                }
                arm.scope.emplace_back(alias, std::move(binding));
            }
            result.push_back(std::move(arm));
        }
    }
    return result;
}

}  // namespace freshet::query
