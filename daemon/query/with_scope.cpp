#include "with_scope.hpp"

#include <algorithm>
#include <string_view>

#include "scope.hpp"

namespace freshet::query {

namespace {

bool reads(const PgQuery__SelectStmt& select, std::string_view name) {
    bool found = false;
    walk(select, [&](const Node& node) {
        found = found || (node.node_case == PG_QUERY__NODE__NODE_RANGE_VAR && *node.range_var->schemaname == '\0' &&
                          node.range_var->relname == name);
        return !found;
    });
    return found;
}

void check_writes_nothing(const Node& item) {
    const auto& query = *item.common_table_expr;
    if (query.ctequery->node_case != PG_QUERY__NODE__NODE_SELECT_STMT) {
        reject(&item, "the WITH query " + std::string(query.ctename) + " writes", "a view can only read");
    }
}

// RECURSIVE alone does no harm: a query that reads neither itself nor a later one is an ordinary WITH query.
void check_reads_backward(const std::vector<Node*>& items, std::size_t index) {
    const auto& query = *items[index]->common_table_expr;
    for (auto later = index; later < items.size(); ++later) {
        if (reads(*query.ctequery->select_stmt, items[later]->common_table_expr->ctename)) {
            reject(items[index], "the WITH query " + std::string(query.ctename) + " is recursive",
                   "store what it computes in a table, or use strategy \"concurrent\"");
        }
    }
}

}  // namespace

WithScope WithScope::inside(const PgQuery__SelectStmt& select) const {
    WithScope result = *this;
    if (select.with_clause == nullptr) {
        return result;
    }
    const auto items = nodes(select.with_clause->n_ctes, select.with_clause->ctes);
    for (std::size_t i = 0; i < items.size(); ++i) {
        check_writes_nothing(*items[i]);
        if (select.with_clause->recursive != 0) {
            check_reads_backward(items, i);
        }
        result.queries_.push_back(items[i]->common_table_expr);
    }
    return result;
}

WithScope WithScope::before(const PgQuery__CommonTableExpr& query) const {
    WithScope result;
    result.queries_.assign(queries_.begin(), std::find(queries_.begin(), queries_.end(), &query));
    return result;
}

std::optional<WithScope::Found> WithScope::find(const PgQuery__RangeVar& relation) const {
    if (*relation.schemaname != '\0') {
        return std::nullopt;
    }
    const std::string_view name = relation.relname;
    const auto found =
        std::find_if(queries_.rbegin(), queries_.rend(), [&](const auto* query) { return query->ctename == name; });
    if (found == queries_.rend()) {
        return std::nullopt;
    }
    return Found{*found, before(**found)};
}

}  // namespace freshet::query
