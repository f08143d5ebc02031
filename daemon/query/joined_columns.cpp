#include "joined_columns.hpp"

#include <algorithm>

namespace freshet::query {

namespace {

struct Column {
    std::string name;
    Node* value = nullptr;  // over the arm's relations
};

// How sure one must be of what a column of USING reads like.
enum class Merged {
    certainly,  // both sides have one type
    converted   // it has the type of neither side
};

class Columns {
  public:
    Columns(Tree& tree, const Facts& facts, const Flattened& arm, Merged merged)
        : tree_(tree), facts_(facts), arm_(arm), merged_(merged) {}

    std::vector<Column> of(const Node& item) const {
        if (item.node_case == PG_QUERY__NODE__NODE_JOIN_EXPR) {
            const auto& join = *item.join_expr;
            return join.alias != nullptr ? of_name(join.alias->aliasname) : of(join);
        }
        if (item.node_case == PG_QUERY__NODE__NODE_RANGE_VAR) {
            const auto& relation = *item.range_var;
            return of_name(relation.alias != nullptr ? relation.alias->aliasname : relation.relname);
        }
        return of_name(item.range_subselect->alias != nullptr ? item.range_subselect->alias->aliasname : "");
    }

    // Those of USING first.
    std::vector<Column> of(const PgQuery__JoinExpr& join) const {
        std::vector<Column> columns;
        for (const auto& name : names_of_using(join)) {
            columns.push_back({name, merged_ == Merged::certainly ? certain(join, name) : converted(join, name)});
        }
        const auto merged = columns;
        for (const auto* side : {join.larg, join.rarg}) {
            for (auto& column : of(*side)) {
                if (find(merged, column.name) == nullptr) {
                    columns.push_back(std::move(column));
                }
            }
        }
        return columns;
    }

    static std::vector<std::string> names_of_using(const PgQuery__JoinExpr& join) {
        std::vector<std::string> names;
        for (const auto* item : nodes(join.n_using_clause, join.using_clause)) {
            names.emplace_back(item->string->sval);
        }
        return names;
    }

    // A column of USING that has to take another type: of the side whose rows are all kept, in the type of both. Where
    // it has a type of its own, the server writes the table's column in its place.
    Node* converted(const PgQuery__JoinExpr& join, const std::string& name) const {
        const auto [kept, other] = sides(join, name);
        const auto parsed = Tree::parse_expression("COALESCE(k, o)");
        return transform(tree_.clone(parsed.expression()), [&, kept = kept, other = other](Node& node) -> Node* {
            if (node.node_case != PG_QUERY__NODE__NODE_COLUMN_REF) {
                return nullptr;
            }
            return tree_.clone(column_ref_parts(*node.column_ref).back() == "k" ? kept : other);
        });
    }

  private:
    static Node* find(const std::vector<Column>& columns, const std::string& name) {
        const auto found =
            std::find_if(columns.begin(), columns.end(), [&](const Column& one) { return one.name == name; });
        return found == columns.end() ? nullptr : found->value;
    }

    std::pair<Node*, Node*> sides(const PgQuery__JoinExpr& join, const std::string& name) const {
        const bool right = join.jointype == PG_QUERY__JOIN_TYPE__JOIN_RIGHT;
        auto* kept = find(of(right ? *join.rarg : *join.larg), name);
        auto* other = find(of(right ? *join.larg : *join.rarg), name);
        if (kept == nullptr || other == nullptr) {
            reject(nullptr, "the USING column " + name + " is not found on both sides", "write the condition with ON");
        }
        return {kept, other};
    }

    // A column of USING whose both sides read the same where they are equal.
    Node* certain(const PgQuery__JoinExpr& join, const std::string& name) const {
        const auto [kept, other] = sides(join, name);
        const auto type = type_of(kept);
        if (type.empty() || type != type_of(other)) {
            reject(nullptr, "the USING column " + name + " of a join with an alias may have two types",
                   "give the joined tables aliases instead");
        }
        return kept;
    }

    // Empty for what is no column of a table.
    std::string type_of(const Node* value) const {
        if (value->node_case != PG_QUERY__NODE__NODE_COLUMN_REF) {
            return "";
        }
        const auto parts = column_ref_parts(*value->column_ref);
        for (const auto& relation : arm_.relations) {
            for (const auto& column : facts_.tables.at(relation.table)) {
                if (relation.alias == parts.front() && column.name == parts.back()) {
                    return column.type + " " + column.collation;
                }
            }
        }
        return "";
    }

    std::vector<Column> of_name(const std::string& alias) const {
        std::vector<Column> columns;
        for (const auto& [name, binding] : arm_.scope) {
            for (const auto& column : name == alias ? binding.columns : std::vector<std::string>{}) {
                columns.push_back({column, binding.relation_alias.empty()
                                               ? tree_.clone(binding.rewritten.find(column)->second)
                                               : tree_.column_ref({binding.relation_alias, column})});
            }
        }
        return columns;
    }

    Tree& tree_;
    const Facts& facts_;
    const Flattened& arm_;
    Merged merged_;
};

Binding named(const std::vector<Column>& columns, const PgQuery__Alias& alias) {
    std::vector<std::string> names;
    std::transform(columns.begin(), columns.end(), std::back_inserter(names), [](const auto& one) { return one.name; });
    Binding binding;
    binding.columns = renamed(std::move(names), &alias);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        binding.rewritten.emplace(binding.columns[i], columns[i].value);
    }
    return binding;
}

}  // namespace

std::vector<std::string> renamed(std::vector<std::string> columns, const PgQuery__Alias* alias) {
    if (alias != nullptr) {
        const auto names = nodes(alias->n_colnames, alias->colnames);
        for (std::size_t i = 0; i < std::min(names.size(), columns.size()); ++i) {
            columns[i] = names[i]->string->sval;
        }
    }
    return columns;
}

Binding renamed_table(Tree& tree, const std::string& relation_alias, const std::vector<std::string>& columns,
                      const std::vector<std::string>& names) {
    Binding binding;
    binding.columns = names;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        binding.rewritten.emplace(names[i], tree.column_ref({relation_alias, columns[i]}));
    }
    return binding;
}

void name_columns(Tree& tree, const Facts& facts, const PgQuery__JoinExpr& join, Flattened& arm) {
    if (join.alias != nullptr) {
        const Columns columns(tree, facts, arm, Merged::certainly);
        auto binding = named(columns.of(join), *join.alias);
        arm.scope.assign(1, {join.alias->aliasname, std::move(binding)});
        return;
    }
    const Columns columns(tree, facts, arm, Merged::converted);
    Binding merged;
    for (const auto& name : Columns::names_of_using(join)) {
        merged.rewritten.emplace(name, columns.converted(join, name));
    }
    if (!merged.rewritten.empty()) {
        arm.scope.emplace_back(join.join_using_alias != nullptr ? join.join_using_alias->aliasname : "", merged);
        arm.scope.emplace_back("", std::move(merged));
    }
}

}  // namespace freshet::query
