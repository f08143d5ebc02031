// Plain SQL views as sources: what a query reads through views, with the definitions to put in their place.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "freshet/compile/program.hpp"
#include "freshet/pg/connection.hpp"
#include "freshet/query/inline_views.hpp"

namespace freshet::catalog {

namespace asio = boost::asio;

struct ViewsRead {
    query::ViewDefinitions definitions;
    std::vector<compile::ViewRead> views;  // the same, by name, as a program remembers them
    // Relations that only views read, each with one view that reads it.
    std::map<sql::QualifiedName, sql::QualifiedName> read_by;

    // The relation that the query itself names and through which it reads `relation`.
    sql::QualifiedName named_by_query(const sql::QualifiedName& relation) const;
};

// A relation that can be no source, and why.
struct RefusedSource {
    sql::QualifiedName named;  // by the query
    std::string reason;
    std::string hint;
};
struct RefusedSources {
    std::vector<RefusedSource> sources;
};

// Every plain view that the SELECT reads, itself or through other views. `normalised_sql`: in the server's rendering
// under an empty search_path, which is the session's, too. The public relations of freshet are no plain views: they are
// left where they are. Throws RefusedSources for views that cannot be replaced by their definition and for relations of
// the system or of one session; query::SyntaxError for a definition that our parser cannot read.
asio::awaitable<ViewsRead> views_read(pg::Connection& connection, std::string normalised_sql,
                                      std::set<sql::QualifiedName> left_alone = {});

// Of the views that a program remembers, those that are defined otherwise now or are gone: one reason each, for people.
// As the snapshot of the caller sees them, if it has a transaction. Definitions are read under the session's
// search_path, which must be that of freshet's sessions (pg_catalog).
asio::awaitable<std::vector<std::string>> redefined_views(pg::Connection& connection,
                                                          std::vector<compile::ViewRead> views);
// The same in two halves, for a pipeline. Not for an empty list.
pg::Statement ask_for_redefined(const std::vector<compile::ViewRead>& views);
std::vector<std::string> read_redefined(const pg::Result& rows);

}  // namespace freshet::catalog
