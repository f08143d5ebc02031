// Outer joins by a unique key: the nullable side becomes a lookup (docs/decisions/0005).
#include <algorithm>

#include "joined_columns.hpp"
#include "scope.hpp"
#include "unique_match.hpp"

namespace freshet::query {

namespace {

// The table that the item reads; null if it is none, or joins.
const PgQuery__RangeVar* table_in(const Node& item) {
    const PgQuery__RangeVar* table = nullptr;
    walk(&item, [&](const Node& node) {
        if (table == nullptr && node.node_case == PG_QUERY__NODE__NODE_RANGE_VAR) {
            table = node.range_var;
        }
        return table == nullptr;
    });
    return table;
}

std::string list(const std::set<std::string>& columns) {
    std::string text;
    for (const auto& column : columns) {
        text += (text.empty() ? "" : ", ") + sql::quote(column);
    }
    return text;
}

std::string hint_for(const UniqueMatch& match, const Relation& relation) {
    const std::string otherwise = "; where several rows can match, use strategy \"concurrent\"";
    if (match.compared.empty()) {
        return "compare the columns of a unique index of " + relation.table.display() + " by =" + otherwise;
    }
    return "CREATE UNIQUE INDEX ON " + relation.table.quoted() + " (" + list(match.compared) +
           "), or compare the columns of another one by =" + otherwise;
}

}  // namespace

void reject_at(const Node& item, std::string reason, std::string hint) {
    Rejection rejection{offset_of(item), std::move(reason), std::move(hint)};
    if (const auto* table = table_in(item)) {
        rejection.relation = table->relname;
        rejection.alias = table->alias == nullptr ? table->relname : table->alias->aliasname;
    }
    throw Rejected{{std::move(rejection)}};
}

std::vector<Flattened> Flattener::lookup_join(const PgQuery__JoinExpr& join) {
    const bool left = join.jointype == PG_QUERY__JOIN_TYPE__JOIN_LEFT;
    const auto& item = left ? *join.rarg : *join.larg;
    const auto kept = from_item(left ? *join.larg : *join.rarg);
    const auto looked_up = from_item(item);
    if (looked_up.size() != 1) {
        reject_at(item, "an outer join to a UNION ALL", "join the tables one after the other, each by its unique key");
    }
    walk(join.quals, [&](const Node& node) {
        if (reads_rows(node)) {
            reject_at(node, "a sub-query in ON of an outer join",
                      "compute it in a sub-select on the side whose rows are all kept");
        }
        return true;
    });
    auto arms = product(kept, looked_up, item);
    for (std::size_t i = 0; i < arms.size(); ++i) {
        auto& arm = arms[i];
        const auto first = kept[i].conditions.size();
        add_conditions(arm, join, kept[i].scope.size());
        std::vector<Node*> conditions(arm.conditions.begin() + static_cast<std::ptrdiff_t>(first),
                                      arm.conditions.end());
        arm.conditions.resize(first);
        const auto found =
            look_up_all(arm, kept[i].relations.size(), std::move(conditions), item, left ? "LEFT JOIN" : "RIGHT JOIN");
        null_together(arm, kept[i].scope.size(), found);
        name_columns(tree_, facts_, join, arm);
    }
    return arms;
}

namespace {

bool reads_only(const Node* condition, const std::set<std::string>& aliases) {
    bool only = true;
    walk(condition, [&](const Node& node) {
        only = only && (node.node_case != PG_QUERY__NODE__NODE_COLUMN_REF ||
                        aliases.contains(column_ref_parts(*node.column_ref).front()));
        return only;
    });
    return only;
}

// Takes those conditions that read nothing but these relations.
std::vector<Node*> take_conditions(std::vector<Node*>& conditions, const std::set<std::string>& aliases) {
    const auto rest = std::stable_partition(conditions.begin(), conditions.end(),
                                            [&](const Node* one) { return !reads_only(one, aliases); });
    std::vector<Node*> taken(rest, conditions.end());
    conditions.erase(rest, conditions.end());
    return taken;
}

}  // namespace

// The arm's relations from `first` on are looked up one after the other, each by a key that is compared with those
// before it. A row of all of them is found if each of them is; returns the aliases of those that must be. Lookups that
// stand among them come last: they read the others.
std::vector<Relation> Flattener::look_up_all(Flattened& arm, std::size_t first, std::vector<Node*> conditions,
                                             const Node& item, const std::string& construct) {
    const auto begin = arm.relations.begin() + static_cast<std::ptrdiff_t>(first);
    std::vector<Relation> open;
    std::vector<Relation> within;
    std::partition_copy(begin, arm.relations.end(), std::back_inserter(open), std::back_inserter(within),
                        [&](const Relation& one) { return !arm.found_by.contains(one.alias); });
    const auto whole = arm;  // in which the columns of each are known
    arm.relations.erase(begin, arm.relations.end());
    if (open.empty()) {
        reject_at(item, "an outer join to rows that come from no table", "read a table");
    }
    std::set<std::string> before;
    for (const auto& one : arm.relations) {
        before.insert(one.alias);
    }
    std::vector<Relation> found;
    while (!open.empty()) {
        auto next = std::find_if(open.begin(), open.end(), [&](const Relation& one) {
            auto with = before;
            with.insert(one.alias);
            auto rest = conditions;
            return !unique_match(take_conditions(rest, with), one, whole, facts_).key.empty();
        });
        next = next == open.end() ? open.begin() : next;
        before.insert(next->alias);
        auto own = take_conditions(conditions, before);
        arm.relations.push_back(*next);
        open.erase(next);
        look_up(arm, std::move(own), item, construct);
        found.push_back(arm.relations.back());
    }
    arm.relations.insert(arm.relations.end(), within.begin(), within.end());
    if (!conditions.empty()) {
        reject_at(item, "ON of an outer join decides by a row that an outer join within it may not find",
                  "write the joins one after the other: LEFT JOIN after LEFT JOIN");
    }
    return found;
}

// The last relation of the arm is looked up by `conditions`.
void Flattener::look_up(Flattened& arm, std::vector<Node*> conditions, const Node& item, const std::string& construct) {
    auto& relation = arm.relations.back();
    auto match = unique_match(conditions, relation, arm, facts_);
    if (match.key.empty()) {
        reject_at(item,
                  construct + " may find several rows of " + relation.table.display() +
                      " for one: no unique index of it is compared column by column",
                  hint_for(match, relation));
    }
    relation.lookup_key = std::move(match.key);
    arm.found_by.emplace(relation.alias, std::move(conditions));
}

// A row that is found has a key, for NULL is equal to nothing.
Node* Flattener::is_found(const Relation& lookup) {
    const auto parsed = Tree::parse_expression("freshet_key IS NOT NULL");
    return transform(tree_.clone(parsed.expression()), [&](Node& node) {
        return node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF
                   ? tree_.column_ref({lookup.alias, lookup.lookup_key.front()})
                   : nullptr;
    });
}

Node* Flattener::both(Node* left, Node* right) {
    const auto parsed = Tree::parse_expression("freshet_left AND freshet_right");
    return transform(tree_.clone(parsed.expression()), [&](Node& node) -> Node* {
        if (node.node_case != PG_QUERY__NODE__NODE_COLUMN_REF) {
            return nullptr;
        }
        return column_ref_parts(*node.column_ref).back() == "freshet_left" ? left : right;
    });
}

// Where no row is found all columns are NULL, also those that are computed from the row.
Node* Flattener::null_unless_found(Node* value, const Relation& lookup, const Flattened& arm) {
    const bool own = value->node_case == PG_QUERY__NODE__NODE_COLUMN_REF &&
                     column_ref_parts(*value->column_ref).front() == lookup.alias;
    return own ? value : shown_if(is_found(lookup), value, arm);
}

// Without an ELSE of the same type, CASE would lose a modifier such as that of numeric(10,2).
Node* Flattener::shown_if(Node* condition, Node* value, const Flattened& arm) {
    auto* otherwise = modified_null(*value, arm);
    if (otherwise == nullptr) {
        return tree_.case_when(condition, value);
    }
    const auto parsed = Tree::parse_expression("CASE WHEN freshet_condition THEN freshet_value ELSE freshet_null END");
    return transform(tree_.clone(parsed.expression()), [&](Node& node) -> Node* {
        if (node.node_case != PG_QUERY__NODE__NODE_COLUMN_REF) {
            return nullptr;
        }
        const auto name = column_ref_parts(*node.column_ref).back();
        return name == "freshet_condition" ? condition : name == "freshet_value" ? value : otherwise;
    });
}

// NULL of the type of the value, if that has a modifier and is known; null for any other.
Node* Flattener::modified_null(const Node& value, const Flattened& arm) {
    const auto parsed = Tree::parse_expression("NULL");
    auto* nothing = tree_.clone(parsed.expression());
    if (value.node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
        const auto* fact = fact_of(*value.column_ref, arm, facts_);
        const bool modified = fact != nullptr && fact->type.find('(') != std::string::npos;
        return modified ? tree_.cast(nothing, fact->type) : nullptr;
    }
    if (value.node_case != PG_QUERY__NODE__NODE_TYPE_CAST || value.type_cast->type_name->n_typmods == 0) {
        return nullptr;
    }
    auto* cast = tree_.clone(&value);
    const auto* argument = cast->type_cast->arg;
    return transform(cast, [&](Node& node) { return &node == argument ? nothing : nullptr; });
}

// The names from `first` on are those of these lookups: NULL where one of them finds no row.
void Flattener::null_together(Flattened& arm, std::size_t first, const std::vector<Relation>& lookups) {
    for (auto name = first; name < arm.scope.size(); ++name) {
        auto& binding = arm.scope[name].second;
        const bool own_columns = lookups.size() == 1 && binding.relation_alias == lookups.front().alias;
        if (!own_columns && !binding.relation_alias.empty()) {
            binding = renamed_table(tree_, binding.relation_alias, binding.columns, binding.columns);
        }
        for (auto& [column, value] : binding.rewritten) {
            if (lookups.size() == 1) {
                value = null_unless_found(value, lookups.front(), arm);
                continue;
            }
            Node* all = nullptr;
            for (const auto& one : lookups) {
                all = all == nullptr ? is_found(one) : both(all, is_found(one));
            }
            value = shown_if(all, value, arm);
        }
    }
}

}  // namespace freshet::query
