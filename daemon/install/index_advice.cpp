#include "freshet/install/index_advice.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "freshet/compile/access.hpp"
#include "steps.hpp"

namespace freshet::install {

namespace {

constexpr std::int64_t small_table = 256 * 1024;  // bytes: 32 pages are read in well under a millisecond

struct TableIndexes {
    std::int64_t bytes = 0;
    std::vector<std::string> leading;

    bool serve(const std::set<std::string>& columns) const {
        return bytes < small_table || std::any_of(leading.begin(), leading.end(),
                                                  [&](const std::string& column) { return columns.contains(column); });
    }
};

asio::awaitable<TableIndexes> indexes_of(pg::Connection& connection, sql::QualifiedName table) {
    const auto rows = co_await connection.query(query_text("leading_columns"), pg::params(table.schema, table.name));
    TableIndexes indexes;
    if (rows.rows() == 1) {
        indexes.bytes = rows.integer(0, rows.column_index("bytes"));
        indexes.leading = rows.strings(0, rows.column_index("leading"));
    }
    co_return indexes;
}

std::string create_index(const compile::Access& access) {
    std::string columns;
    for (const auto& column : access.columns) {
        columns += (columns.empty() ? "" : ", ") + sql::quote(column);
    }
    return "CREATE INDEX CONCURRENTLY ON " + access.table.quoted() + " (" + columns + ")";
}

void advise(const compile::Access& access, const ViewPlan& view, std::vector<IndexAdvice>& advice) {
    const auto statement = create_index(access);
    auto found =
        std::find_if(advice.begin(), advice.end(), [&](const IndexAdvice& one) { return one.statement == statement; });
    if (found == advice.end()) {
        advice.push_back({statement, {}});
        found = std::prev(advice.end());
    }
    found->why.push_back(access.when + " for " + catalog::display_name(view.name) + " would read " +
                         access.table.display() + " from end to end");
}

}  // namespace

asio::awaitable<std::vector<IndexAdvice>> index_advice(pg::Connection& connection, Plan plan) {
    std::map<sql::QualifiedName, TableIndexes> known;
    std::vector<IndexAdvice> advice;
    for (const auto& view : plan.views) {
        const auto accesses =
            view.action == Action::drop ? std::vector<compile::Access>() : compile::accesses(view.program);
        for (const auto& access : accesses) {
            if (access.table.schema == "freshet") {
                continue;
            }
            if (!known.contains(access.table)) {
                auto indexes = co_await indexes_of(connection, access.table);
                known.emplace(access.table, std::move(indexes));
            }
            if (!known.at(access.table).serve(access.columns)) {
                advise(access, view, advice);
            }
        }
    }
    co_return advice;
}

}  // namespace freshet::install
