// What a view or materialized view leaves to a successor under the same name: owner, grants, comments, indexes, and the
// views that stand on it. Read from the catalog, as values. Private to install/.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "freshet/pg/connection.hpp"
#include "freshet/sql/identifier.hpp"

namespace freshet::install {

namespace asio = boost::asio;

struct IndexColumn {
    bool key = true;         // or only included
    std::string name;        // empty for an expression
    std::string expression;  // over the relation's columns
    std::string suffix;      // collation, operator class, order; begins with a space
};

struct Index {
    std::int64_t oid = 0;
    std::string name;
    std::string tail;  // all behind CREATE INDEX name ON relation
    std::string method;
    std::vector<IndexColumn> columns;
    std::string predicate;
    std::string storage;     // parameters, as they stand between the parentheses of WITH
    std::string tablespace;  // empty for the default
    std::string comment;
    bool unique = false;
    bool clustered = false;
    std::string facts;  // the document it was read from
};
Index index_from_json(const std::string& facts);

struct Relation {
    std::int64_t oid = 0;
    sql::QualifiedName name;
    bool materialized = false;
    bool populated = true;
    std::string owner;
    bool may_own = false;      // our role may give another relation to this owner
    bool may_replace = false;  // our role may do what only the owner may
    std::string definition;    // every name qualified
    std::string options;
    std::string tablespace;
    std::string access_method;
    std::string comment;
    std::vector<std::string>
        belongings;  // grants and comments on columns, as statements for a new relation of the name
    std::vector<Index> indexes;

    std::string_view kind() const { return materialized ? "MATERIALIZED VIEW" : "VIEW"; }
};

struct BoundObject {
    std::string name;   // as people call it
    bool lost = false;  // goes with the relation; otherwise it keeps it from being dropped
};

struct Legacy {
    Relation relation;
    std::vector<Relation> dependents;  // those that must change with it, nearest first
    std::vector<BoundObject> bound;
};

// nullopt if there is no view or materialized view of this name.
asio::awaitable<std::optional<Legacy>> read_legacy(pg::Connection& connection, sql::QualifiedName name);

}  // namespace freshet::install
