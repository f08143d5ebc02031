#include "freshet/query/shape.hpp"

#include <algorithm>
#include <set>

#include "freshet/query/normal_form.hpp"
#include "freshet/query/tree.hpp"
#include "freshet/sql/identifier.hpp"
#include "shape_names.hpp"
#include "shape_rules.hpp"

namespace freshet::query {
namespace {

bool needs_no_quotes(const std::string& name) {
    const auto plain = [](char byte) { return (byte >= 'a' && byte <= 'z') || byte == '_'; };
    const auto digit = [](char byte) { return byte >= '0' && byte <= '9'; };
    return !name.empty() && plain(name.front()) &&
           std::all_of(name.begin(), name.end(), [&](char byte) { return plain(byte) || digit(byte); });
}

std::string written(const std::string& name) {
    return needs_no_quotes(name) ? name : sql::quote(name);
}

std::string written(const PgQuery__RangeVar& relation) {
    const std::string schema = relation.schemaname;
    return (schema.empty() ? "" : written(schema) + ".") + written(std::string(relation.relname));
}

std::set<std::string> names_of_with_queries(const PgQuery__SelectStmt& select) {
    std::set<std::string> names;
    walk(select, [&](const Node& node) {
        if (node.node_case == PG_QUERY__NODE__NODE_COMMON_TABLE_EXPR) {
            names.insert(written(std::string(node.common_table_expr->ctename)));
        }
        return true;
    });
    return names;
}

// Each once, in the order of the text's FROM clauses. The names of WITH queries are no relations.
std::vector<std::string> relations_of(const PgQuery__SelectStmt& select) {
    const auto with_queries = names_of_with_queries(select);
    std::vector<std::string> relations;
    walk(select, [&](const Node& node) {
        if (node.node_case == PG_QUERY__NODE__NODE_RANGE_VAR) {
            std::string name = written(*node.range_var);
            if (!with_queries.contains(name) &&
                std::find(relations.begin(), relations.end(), name) == relations.end()) {
                relations.push_back(std::move(name));
            }
        }
        return true;
    });
    return relations;
}

// A column beside which no aggregate can stand, for nothing is grouped by it.
bool shows_a_column(const PgQuery__SelectStmt& select) {
    bool found = false;
    for (const auto* item : nodes(select.n_target_list, select.target_list)) {
        walk(item, [&](const Node& node) {
            found = found || node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF;
            return node.node_case != PG_QUERY__NODE__NODE_FUNC_CALL && node.node_case != PG_QUERY__NODE__NODE_SUB_LINK;
        });
    }
    return found && select.n_group_clause == 0;
}

bool reads_selects(const PgQuery__SelectStmt& select) {
    bool found = select.with_clause != nullptr;
    for (const auto* item : nodes(select.n_from_clause, select.from_clause)) {
        walk(item, [&](const Node& node) {
            found = found || node.node_case == PG_QUERY__NODE__NODE_RANGE_SUBSELECT;
            return !found;
        });
    }
    return found;
}

// Calls that may be those of aggregates, for all that the text tells.
AggregateNames unknown_functions(const PgQuery__SelectStmt& select) {
    AggregateNames names;
    if (shows_a_column(select) && !reads_selects(select)) {
        return names;
    }
    walk(select, [&](const Node& node) {
        if (node.node_case == PG_QUERY__NODE__NODE_FUNC_CALL && node.func_call->over == nullptr &&
            kind_of(*node.func_call) == FunctionKind::other) {
            names.insert(display_name(*node.func_call));
        }
        return true;
    });
    return names;
}

std::vector<Rejection> rejections_of(const Tree& tree, AggregateNames aggregates) {
    const SourceText text(tree.text());
    Findings findings(text, std::move(aggregates));
    try {
        if (role_of(tree.select(), {}, findings.aggregates()) == Role::rows) {
            findings.add(Rule::no_group_by, select_keyword(tree.select(), text));
        }
        check_select(tree.select(), {}, findings);
    } catch (const Rejected& rejected) {
        return rejected.rejections;
    }
    return findings.take();
}

// Whether my_agg(x) is an aggregate only the server knows: what would be fine if it is one is not refused.
Shape shape_of(const Tree& tree) {
    Shape shape{true, rejections_of(tree, {}), relations_of(tree.select())};
    if (!shape.rejections.empty() && rejections_of(tree, unknown_functions(tree.select())).empty()) {
        shape.rejections.clear();
    }
    return shape;
}

bool reads(const PgQuery__RangeVar& item, const std::string& relation, const std::string& alias) {
    return relation == item.relname && alias == (item.alias == nullptr ? item.relname : item.alias->aliasname);
}

}  // namespace

std::size_t find_relation(std::string_view sql, const std::string& relation, const std::string& alias) {
    auto found = std::string::npos;
    try {
        const auto tree = Tree::parse_select(sql);
        walk(tree.select(), [&](const Node& node) {
            if (found == std::string::npos && node.node_case == PG_QUERY__NODE__NODE_RANGE_VAR &&
                reads(*node.range_var, relation, alias)) {
                found = offset_of(node);
            }
            return true;
        });
    } catch (const SyntaxError&) {
        return std::string::npos;
    }
    return found;
}

Shape check_shape(std::string_view sql, const std::set<std::string>& aggregates) {
    AggregateNames names;
    for (const auto& name : aggregates) {
        names.insert(name);
        names.insert(name.substr(name.rfind('.') + 1));
    }
    try {
        const auto tree = Tree::parse_select(sql);
        return {true, rejections_of(tree, names), relations_of(tree.select())};
    } catch (const SyntaxError& error) {
        return {false, {{error.offset, error.message, error.hint}}, {}};
    }
}

Shape check_shape(std::string_view sql) {
    try {
        return shape_of(Tree::parse_select(sql));
    } catch (const SyntaxError& error) {
        return {false, {{error.offset, error.message, error.hint}}, {}};
    }
}

}  // namespace freshet::query
