// Indexes on source tables that would spare the apply of changes from reading whole tables. Reading only: they are the
// user's tables, and the user's to index.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "freshet/install/plan.hpp"

namespace freshet::install {

struct IndexAdvice {
    std::string statement;         // CREATE INDEX CONCURRENTLY, without a semicolon
    std::vector<std::string> why;  // each a sentence without a full stop, with the view
};

// For all views that will be there after `plan`. Tables that are read whole in no time are left out.
asio::awaitable<std::vector<IndexAdvice>> index_advice(pg::Connection& connection, Plan plan);

}  // namespace freshet::install
