// Outer joins by a unique key: the nullable side becomes a lookup (docs/decisions/0005).
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
    if (looked_up.size() != 1 || looked_up.front().relations.size() != 1) {
        reject_at(item, "an outer join to more than one table",
                  "join the tables one after the other: each LEFT JOIN finds one row by a unique key");
    }
    walk(join.quals, [&](const Node& node) {
        if (reads_rows(node)) {
            reject_at(node, "a sub-query in ON of an outer join",
                      "compute it in a sub-select on the side whose rows are all kept");
        }
        return true;
    });
    auto arms = product(kept, looked_up);
    for (std::size_t i = 0; i < arms.size(); ++i) {
        auto& arm = arms[i];
        const auto first = kept[i].conditions.size();
        add_conditions(arm, join, kept[i].scope.size());
        std::vector<Node*> conditions(arm.conditions.begin() + static_cast<std::ptrdiff_t>(first),
                                      arm.conditions.end());
        arm.conditions.resize(first);
        look_up(arm, std::move(conditions), item, left ? "LEFT JOIN" : "RIGHT JOIN");
        null_together(arm, kept[i].scope.size());
        name_columns(tree_, facts_, join, arm);
    }
    return arms;
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

// Where no row is found all columns are NULL, also those that are computed from the row.
Node* Flattener::null_unless_found(Node* value, const Relation& lookup) {
    const bool own = value->node_case == PG_QUERY__NODE__NODE_COLUMN_REF &&
                     column_ref_parts(*value->column_ref).front() == lookup.alias;
    if (own) {
        return value;
    }
    return tree_.case_when(is_found(lookup), value);
}

// The names from `first` on are those of the arm's last relation, a lookup.
void Flattener::null_together(Flattened& arm, std::size_t first) {
    for (auto name = first; name < arm.scope.size(); ++name) {
        for (auto& [column, value] : arm.scope[name].second.rewritten) {
            value = null_unless_found(value, arm.relations.back());
        }
    }
}

}  // namespace freshet::query
