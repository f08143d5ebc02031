#include "unique_match.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace freshet::query {

namespace {

// The schemas of the operators "=" by which a column is compared; "" is PostgreSQL's own.
using Compared = std::map<std::string, std::set<std::string>>;

bool reads(const Node* expression, const std::string& alias) {
    bool found = false;
    walk(expression, [&](const Node& node) {
        found = found || (node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF &&
                          column_ref_parts(*node.column_ref).front() == alias);
        return !found;
    });
    return found;
}

// A name of PostgreSQL's own, as the server writes it under an empty search_path; "" for any other.
std::string own_name(std::size_t count, Node** parts) {
    const auto names = nodes(count, parts);
    const bool own = names.size() == 1 || (names.size() == 2 && names[0]->string->sval == std::string("pg_catalog"));
    return own ? names.back()->string->sval : "";
}

std::string_view without_modifier(std::string_view type) {
    return type.substr(0, type.find('('));
}

// Casts that keep different values different, by the type as format_type writes it and as the grammar does.
constexpr std::array<std::pair<std::string_view, std::string_view>, 22> lossless{{
    {"text", "text"},
    {"text", "varchar"},
    {"character varying", "text"},
    {"character varying", "varchar"},
    {"character", "bpchar"},
    {"smallint", "int2"},
    {"smallint", "int4"},
    {"smallint", "int8"},
    {"smallint", "numeric"},
    {"integer", "int4"},
    {"integer", "int8"},
    {"integer", "numeric"},
    {"bigint", "int8"},
    {"bigint", "numeric"},
    {"numeric", "numeric"},
    {"real", "float4"},
    {"real", "float8"},
    {"double precision", "float8"},
    {"boolean", "bool"},
    {"uuid", "uuid"},
    {"date", "date"},
    {"timestamp without time zone", "timestamp"},
}};

bool keeps_apart(const ColumnFact& column, const PgQuery__TypeName& to) {
    const auto name = own_name(to.n_names, to.names);
    const std::pair<std::string_view, std::string_view> cast{without_modifier(column.log_type), name};
    return to.n_typmods == 0 && to.n_array_bounds == 0 &&
           std::find(lossless.begin(), lossless.end(), cast) != lossless.end();
}

bool without_zone(std::string_view type) {
    return type == "date" || (type.starts_with("timestamp") && type.ends_with("without time zone"));
}

bool has_collation(const ColumnFact& column) {
    const auto type = without_modifier(column.log_type);
    const auto known = [&](const auto& cast) { return cast.first == type; };
    const bool textual = type.starts_with("character") || type == "text";
    return !column.is_enum && !without_zone(type) && type != "timestamp with time zone" && type != "bytea" &&
           (textual || std::none_of(lossless.begin(), lossless.end(), known));
}

class Matcher {
  public:
    Matcher(const Relation& relation, const Flattened& arm, const Facts& facts)
        : relation_(relation), arm_(arm), facts_(facts) {}

    // Notes the column if the condition compares one.
    void note(const Node& condition) {
        if (condition.node_case != PG_QUERY__NODE__NODE_A_EXPR) {
            return;
        }
        const auto& comparison = *condition.a_expr;
        const auto name = nodes(comparison.n_name, comparison.name);
        if (comparison.kind != PG_QUERY__A__EXPR__KIND__AEXPR_OP || comparison.lexpr == nullptr ||
            name.back()->string->sval != std::string("=")) {
            return;
        }
        const std::string schema = name.size() > 1 ? name.front()->string->sval : "";
        note(*comparison.lexpr, *comparison.rexpr, schema == "pg_catalog" ? "" : schema);
        note(*comparison.rexpr, *comparison.lexpr, schema == "pg_catalog" ? "" : schema);
    }

    const Compared& compared() const { return compared_; }

  private:
    void note(const Node& side, const Node& other, const std::string& schema) {
        const auto* column = column_of(side);
        if (column == nullptr || reads(&other, relation_.alias)) {
            return;
        }
        if (schema.empty() ? comparable(*column, other) : of_same_type(*column, other)) {
            compared_[column->name].insert(schema);
        }
    }

    // The column of the relation that `side` is; null if it is none, or one whose cast may make different values equal.
    const ColumnFact* column_of(const Node& side) const {
        const bool cast = side.node_case == PG_QUERY__NODE__NODE_TYPE_CAST;
        const Node& bare = cast ? *side.type_cast->arg : side;
        if (bare.node_case != PG_QUERY__NODE__NODE_COLUMN_REF ||
            column_ref_parts(*bare.column_ref).front() != relation_.alias) {
            return nullptr;
        }
        const auto* column = fact_of(*bare.column_ref, arm_, facts_);
        return column == nullptr || (cast && !keeps_apart(*column, *side.type_cast->type_name)) ? nullptr : column;
    }

    // An operator of another schema could be anything between two types.
    bool of_same_type(const ColumnFact& column, const Node& other) const {
        if (other.node_case != PG_QUERY__NODE__NODE_COLUMN_REF) {
            return false;
        }
        const auto* fact = fact_of(*other.column_ref, arm_, facts_);
        return fact != nullptr && fact->type == column.type && keeps_collation(column, other);
    }

    bool comparable(const ColumnFact& column, const Node& other) const {
        if (without_zone(column.log_type)) {
            return is_without_zone(other);
        }
        return !has_collation(column) || keeps_collation(column, other);
    }

    bool is_without_zone(const Node& other) const {
        if (other.node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
            const auto* fact = fact_of(*other.column_ref, arm_, facts_);
            return fact != nullptr && without_zone(fact->log_type);
        }
        if (other.node_case != PG_QUERY__NODE__NODE_TYPE_CAST) {
            return false;
        }
        const auto& type = *other.type_cast->type_name;
        const auto name = own_name(type.n_names, type.names);
        return type.n_array_bounds == 0 && (name == "date" || name == "timestamp");
    }

    // Whether no collation can come from `other` that takes more texts for equal than the column's does.
    bool keeps_collation(const ColumnFact& column, const Node& other) const {
        bool keeps = true;
        walk(&other, [&](const Node& node) {
            keeps = keeps && node_keeps_collation(column, node);
            return keeps;
        });
        return keeps;
    }

    bool node_keeps_collation(const ColumnFact& column, const Node& node) const {
        switch (node.node_case) {
            case PG_QUERY__NODE__NODE_COLUMN_REF: {
                const auto* fact = fact_of(*node.column_ref, arm_, facts_);
                return fact != nullptr && (fact->deterministic || fact->collation == column.collation);
            }
            case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
                // PostgreSQL's own collations are deterministic.
                return !own_name(node.collate_clause->n_collname, node.collate_clause->collname).empty();
            case PG_QUERY__NODE__NODE_TYPE_CAST:
                return !own_name(node.type_cast->type_name->n_names, node.type_cast->type_name->names).empty();
            case PG_QUERY__NODE__NODE_FUNC_CALL:
                return !own_name(node.func_call->n_funcname, node.func_call->funcname).empty();
            case PG_QUERY__NODE__NODE_A_EXPR:
                return !own_name(node.a_expr->n_name, node.a_expr->name).empty();
            default:
                return true;
        }
    }

    const Relation& relation_;
    const Flattened& arm_;
    const Facts& facts_;
    Compared compared_;
};

bool covers(const Compared& compared, const UniqueIndex& index) {
    for (std::size_t i = 0; i < index.columns.size(); ++i) {
        const auto found = compared.find(index.columns[i]);
        if (found == compared.end() || !found->second.contains(index.equality_schemas[i])) {
            return false;
        }
    }
    return true;
}

// Types that are compared with each other without a loss have one group; "" is none.
std::string group_of(std::string_view type) {
    const auto base = without_modifier(type);
    if (base == "smallint" || base == "integer" || base == "bigint") {
        return "integers";
    }
    if (base == "character varying") {
        return "text";
    }
    // A type of PostgreSQL's own, whose operators are always found.
    return base.find('.') == std::string_view::npos ? std::string(base) : "";
}

std::string group_of(const Node& expression, const Flattened& arm, const Facts& facts);

// Of what a CASE gives, if that is of one group; NULL is of any.
std::string group_of_case(const PgQuery__CaseExpr& cases, const Flattened& arm, const Facts& facts) {
    std::set<std::string> groups;
    const auto add = [&](const Node* result) {
        if (result != nullptr && !always_null(result)) {
            groups.insert(group_of(*result, arm, facts));
        }
    };
    add(cases.defresult);
    for (const auto* when : nodes(cases.n_args, cases.args)) {
        add(when->case_when->result);
    }
    return groups.size() == 1 ? *groups.begin() : "";
}

std::string group_of(const Node& expression, const Flattened& arm, const Facts& facts) {
    if (expression.node_case == PG_QUERY__NODE__NODE_CASE_EXPR) {
        return group_of_case(*expression.case_expr, arm, facts);
    }
    if (expression.node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
        const auto* fact = fact_of(*expression.column_ref, arm, facts);
        return fact == nullptr ? "" : fact->is_enum ? fact->log_type : group_of(fact->log_type);
    }
    if (expression.node_case == PG_QUERY__NODE__NODE_A_CONST &&
        expression.a_const->val_case == PG_QUERY__A__CONST__VAL_IVAL) {
        return "integers";
    }
    if (expression.node_case != PG_QUERY__NODE__NODE_TYPE_CAST) {
        return "";
    }
    const auto& type = *expression.type_cast->type_name;
    const auto name = own_name(type.n_names, type.names);
    const auto* known =
        std::find_if(lossless.begin(), lossless.end(), [&](const auto& cast) { return cast.second == name; });
    return known == lossless.end() || type.n_array_bounds > 0 ? "" : group_of(known->first);
}

}  // namespace

bool same_equality(const Node& left, const Node& right, const Flattened& arm, const Facts& facts) {
    const auto group = group_of(left, arm, facts);
    return !group.empty() && group == group_of(right, arm, facts);
}

UniqueMatch unique_match(const std::vector<Node*>& conditions, const Relation& relation, const Flattened& arm,
                         const Facts& facts) {
    Matcher matcher(relation, arm, facts);
    for (const auto* condition : conditions) {
        matcher.note(*condition);
    }
    UniqueMatch match;
    for (const auto& [column, schemas] : matcher.compared()) {
        match.compared.insert(column);
    }
    const auto indexes = facts.unique_indexes.find(relation.table);
    if (indexes != facts.unique_indexes.end()) {
        const auto found = std::find_if(indexes->second.begin(), indexes->second.end(),
                                        [&](const UniqueIndex& index) { return covers(matcher.compared(), index); });
        match.key = found == indexes->second.end() ? std::vector<std::string>{} : found->columns;
    }
    return match;
}

}  // namespace freshet::query
