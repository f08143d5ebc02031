// Asks the server what a defining query means: names, types, volatility. Leaves nothing behind: everything happens in a
// transaction that is rolled back.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <string>
#include <vector>

#include "freshet/compile/program.hpp"
#include "freshet/core/error.hpp"
#include "freshet/pg/connection.hpp"
#include "freshet/query/normal_form.hpp"

namespace freshet::catalog {

namespace asio = boost::asio;

// A freshet view that a query reads: its state as it is now, or as it will be installed.
struct StandIn {
    sql::QualifiedName view;
    std::vector<std::string> tables;  // statements that create what `select` reads; empty if that is there
    std::string select;               // compile::readable_select(), or expanded_select() where any change concerns all
    std::vector<sql::QualifiedName> states{};  // the tables that `select` reads
};

// A defining query and where its text comes from, for messages.
struct QueryText {
    std::string sql;
    std::string file;
    std::string schema;  // of the view; searched before public for unqualified names
    std::string timezone;
    std::vector<StandIn> stand_ins{};  // unqualified names of the text mean these first
};

struct Resolved {
    std::string normalised_sql;  // the server's rendering, with the definitions of plain views in their place
    query::NormalForm form;
    std::vector<compile::LevelTypes> types;  // of compile::describe_sql(), by level
    query::Facts facts;
    std::vector<compile::ViewRead> views;  // plain views that were replaced by their definitions, by name
};

// Throws core::Faults, positioned in the user's text, for everything that keeps the query out of the incremental class;
// pg::Error if the server cannot be asked.
asio::awaitable<Resolved> resolve(pg::Connection& connection, QueryText text);

// An event's predicate over one table, normalised and proven safe to run inside a writer's statement.
struct ResolvedPredicate {
    query::Relation relation;
    std::string text;  // over the alias "r"
};
asio::awaitable<ResolvedPredicate> resolve_predicate(pg::Connection& connection, sql::QualifiedName table,
                                                     std::string predicate);

// Throws core::Error with the reason a table cannot be a source.
struct TableFacts {
    std::int64_t oid = 0;
    std::vector<std::string> primary_key;
    std::int64_t estimated_rows = 0;
    std::vector<query::ColumnFact> columns;
    std::vector<query::UniqueIndex> unique_indexes{};
    bool partitioned = false;
};
asio::awaitable<TableFacts> table_facts(pg::Connection& connection, sql::QualifiedName table);

// An existing materialized view, checked for REFRESH ... CONCURRENTLY. Throws core::Error with reason and remedy.
struct MaterializedView {
    std::int64_t oid = 0;
    std::string definition;
    std::vector<std::string> columns;
    std::vector<sql::QualifiedName> sources;
};
asio::awaitable<MaterializedView> materialized_view(pg::Connection& connection, sql::QualifiedName name);

}  // namespace freshet::catalog
