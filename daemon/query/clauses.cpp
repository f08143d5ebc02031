#include "freshet/query/clauses.hpp"

#include <regex>
#include <set>

#include "freshet/core/error.hpp"
#include "freshet/query/normal_form.hpp"
#include "freshet/query/tree.hpp"

namespace freshet::query {

namespace {

using Select = PgQuery__SelectStmt;

// Replaces column references; the expressions they become are cloned into `tree`.
std::function<Node*(Node&)> replacement(Tree& tree, const Meaning& meaning) {
    return [&tree, &meaning](Node& node) -> Node* {
        if (node.node_case != PG_QUERY__NODE__NODE_COLUMN_REF) {
            return nullptr;
        }
        const auto text = meaning(column_ref_parts(*node.column_ref));
        return text ? tree.clone(Tree::parse_expression(*text).expression()) : nullptr;
    };
}

// The deparser does not write everything that the parser reads. A sub-select over a level's groups says so.
std::string text_of(const Node* expression) {
    static const std::regex level(std::string(level_relation_prefix) + "[0-9]+");
    try {
        return std::regex_replace(deparse(expression), level, "groups");
    } catch (const core::Error&) {
        return "...";
    }
}

std::string join_name(const PgQuery__JoinExpr& join) {
    switch (join.jointype) {
        case PG_QUERY__JOIN_TYPE__JOIN_LEFT:
            return "LEFT JOIN";
        case PG_QUERY__JOIN_TYPE__JOIN_RIGHT:
            return "RIGHT JOIN";
        case PG_QUERY__JOIN_TYPE__JOIN_FULL:
            return "FULL JOIN";
        default:
            return join.is_natural || join.quals != nullptr || join.n_using_clause > 0 ? "JOIN" : "CROSS JOIN";
    }
}

std::string set_operation(const Select& select) {
    const std::string all = select.all ? " ALL" : "";
    switch (select.op) {
        case PG_QUERY__SET_OPERATION__SETOP_UNION:
            return "UNION" + all;
        case PG_QUERY__SET_OPERATION__SETOP_INTERSECT:
            return "INTERSECT" + all;
        case PG_QUERY__SET_OPERATION__SETOP_EXCEPT:
            return "EXCEPT" + all;
        default:
            return "";
    }
}

std::string sort_text(const PgQuery__SortBy& sort) {
    auto text = text_of(sort.node);
    text += sort.sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_DESC ? " DESC" : "";
    text += sort.sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_FIRST ? " NULLS FIRST" : "";
    text += sort.sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_LAST ? " NULLS LAST" : "";
    return text;
}

// The items of select lists that only pass a column on.
using Plain = std::set<const PgQuery__ResTarget*>;

Plain plain_targets(const Select& select) {
    Plain plain;
    walk(select, [&](const Node& node) {
        if (node.node_case == PG_QUERY__NODE__NODE_RES_TARGET && node.res_target->val != nullptr &&
            node.res_target->val->node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
            plain.insert(node.res_target);
        }
        return true;
    });
    return plain;
}

// A HAVING becomes a WHERE over the groups of its level.
bool reads_groups(const Select& select) {
    return select.n_from_clause == 1 && select.from_clause[0]->node_case == PG_QUERY__NODE__NODE_RANGE_VAR &&
           std::string_view(select.from_clause[0]->range_var->relname).starts_with(level_relation_prefix);
}

class Reader {
  public:
    // `plain` stays the caller's.
    explicit Reader(const Plain& plain) : plain_(plain) {}

    std::vector<std::string> read(const Select& select) {
        read_select(select);
        return std::move(clauses_);
    }

  private:
    void read_select(const Select& select) {
        if (select.with_clause != nullptr) {
            for (const auto* node : nodes(select.with_clause->n_ctes, select.with_clause->ctes)) {
                read_select(*node->common_table_expr->ctequery->select_stmt);
            }
        }
        if (select.op != PG_QUERY__SET_OPERATION__SETOP_NONE &&
            select.op != PG_QUERY__SET_OPERATION__SET_OPERATION_UNDEFINED) {
            read_select(*select.larg);
            add(set_operation(select));
            read_select(*select.rarg);
        }
        for (const auto* node : nodes(select.n_from_clause, select.from_clause)) {
            read_from(*node);
        }
        add(reads_groups(select) ? "HAVING " : "WHERE ", select.where_clause);
        if (select.n_group_clause > 0) {
            add("GROUP BY " + list(select.n_group_clause, select.group_clause));
        }
        add("HAVING ", select.having_clause);
        read_targets(select);
        read_tail(select);
    }

    void read_from(const Node& node) {
        if (node.node_case == PG_QUERY__NODE__NODE_RANGE_SUBSELECT) {
            read_select(*node.range_subselect->subquery->select_stmt);
        } else if (node.node_case == PG_QUERY__NODE__NODE_JOIN_EXPR) {
            const auto& join = *node.join_expr;
            read_from(*join.larg);
            read_from(*join.rarg);
            add(join_name(join) + (join.quals == nullptr ? "" : " ON " + text_of(join.quals)));
        }
    }

    void read_targets(const Select& select) {
        if (select.n_distinct_clause > 0) {
            const bool all = select.distinct_clause[0] == nullptr ||
                             select.distinct_clause[0]->node_case == PG_QUERY__NODE__NODE__NOT_SET;
            add("DISTINCT" + (all ? "" : " ON (" + list(select.n_distinct_clause, select.distinct_clause) + ")"));
        }
        for (const auto* node : nodes(select.n_target_list, select.target_list)) {
            const auto& target = *node->res_target;
            if (!plain_.contains(&target)) {
                const std::string name = target.name == nullptr ? "" : target.name;
                add(text_of(target.val) + (name.empty() ? "" : " AS " + name));
            }
        }
    }

    void read_tail(const Select& select) {
        if (select.n_sort_clause > 0) {
            std::string text;
            for (const auto* node : nodes(select.n_sort_clause, select.sort_clause)) {
                text += (text.empty() ? "" : ", ") + sort_text(*node->sort_by);
            }
            add("ORDER BY " + text);
        }
        add("LIMIT ", select.limit_count);
        add("OFFSET ", select.limit_offset);
    }

    static std::string list(std::size_t count, Node** items) {
        std::string text;
        for (const auto* item : nodes(count, items)) {
            text += (text.empty() ? "" : ", ") + text_of(item);
        }
        return text;
    }

    void add(const std::string& keyword, const Node* expression) {
        if (expression != nullptr) {
            add(keyword + text_of(expression));
        }
    }
    void add(std::string clause) { clauses_.push_back(std::move(clause)); }

    const Plain& plain_;
    std::vector<std::string> clauses_;
};

bool is_plain_case(const PgQuery__CaseExpr& expression) {
    return expression.arg == nullptr && expression.n_args == 1 && expression.defresult == nullptr;
}

}  // namespace

std::string in_words(std::string_view expression, const Meaning& meaning) {
    try {
        auto tree = Tree::parse_expression(expression);
        return deparse(transform(tree.expression(), replacement(tree, meaning)));
    } catch (const SyntaxError&) {
        return std::string(expression);
    } catch (const core::Error&) {
        return std::string(expression);
    }
}

std::optional<Filtered> filtered(std::string_view expression) {
    try {
        const auto tree = Tree::parse_expression(expression);
        const auto* node = tree.expression();
        if (node->node_case != PG_QUERY__NODE__NODE_CASE_EXPR || !is_plain_case(*node->case_expr)) {
            return std::nullopt;
        }
        const auto& when = *node->case_expr->args[0]->case_when;
        return Filtered{deparse(when.expr), deparse(when.result)};
    } catch (const SyntaxError&) {
        return std::nullopt;
    } catch (const core::Error&) {
        return std::nullopt;
    }
}

std::vector<std::string> clauses(std::string_view select, const Meaning& meaning) {
    auto tree = Tree::parse_select(select);
    const auto plain = plain_targets(tree.select());
    transform(tree.select(), replacement(tree, meaning));
    return Reader(plain).read(tree.select());
}

}  // namespace freshet::query
