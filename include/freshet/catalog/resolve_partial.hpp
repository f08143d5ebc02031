// Asks the server what a query outside the incremental class means, and the queries that name its dirty keys. Leaves
// nothing behind: everything happens in a transaction that is rolled back.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "freshet/catalog/resolve.hpp"
#include "freshet/compile/program.hpp"
#include "freshet/pg/connection.hpp"

namespace freshet::catalog {

struct DirtyKeysText {
    sql::QualifiedName table;
    std::string sql;  // over "changed"; empty: any change concerns all rows
    core::Position at;  // of the entry in the configuration
    sql::QualifiedName view{};  // the freshet view whose state the table is
};

struct PartialText {
    QueryText query;
    std::vector<std::string> keys;  // names of the query's columns
    std::vector<DirtyKeysText> dirty;
    bool all = false;  // any change of what is read concerns all rows: no keys and no `dirty`
    std::string file;  // the configuration
    core::Position at;  // of the view in it
};

struct ResolvedPartial {
    compile::Whole whole;  // but for the sources of its dirty keys, which are in the order of `tables`
    std::vector<sql::QualifiedName> tables;
    std::map<sql::QualifiedName, std::set<std::string>> columns;  // that are read of each
    std::map<sql::QualifiedName, std::vector<query::ColumnFact>> states;  // all columns of the states of freshet views
    std::vector<compile::ViewRead> views;  // plain views that were replaced by their definitions, by name
};

// Throws core::Faults with everything that is wrong, positioned in the query's text or at the configuration's entries;
// pg::Error if the server cannot be asked.
asio::awaitable<ResolvedPartial> resolve_partial(pg::Connection& connection, PartialText text);

}  // namespace freshet::catalog
