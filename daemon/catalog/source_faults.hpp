// Where in the user's text to point when something is wrong with what it reads, perhaps through a view. Private to
// catalog/.
#pragma once

#include <string>
#include <vector>

#include "freshet/catalog/views_read.hpp"
#include "freshet/query/shape.hpp"
#include "freshet/query/tree.hpp"
#include "probe.hpp"

namespace freshet::catalog {

class SourcePlaces {
  public:
    SourcePlaces(QueryText text, ViewsRead read) : text_(std::move(text)), read_(std::move(read)) {}

    // What is wrong with `relation`, where the query names it or the view through which it reads it.
    core::Fault fault_of(const sql::QualifiedName& relation, const std::string& reason, const std::string& hint) const;
    // What is wrong with the definition of `view`.
    core::Fault fault_in(const sql::QualifiedName& view, const std::string& reason, const std::string& hint) const;

  private:
    QueryText text_;
    ViewsRead read_;
};

std::vector<core::Fault> faults_of_sources(const QueryText& text, const RefusedSources& refused);

// What keeps the query, with the definitions of views in their place, out of the incremental class: each fault where
// the query says so, or names the view whose definition does.
std::vector<core::Fault> faults_of_inlined(const QueryText& text, const query::Inlined& inlined);

// Of a text that the server has read, and our parser cannot.
core::Fault unreadable_definition(const QueryText& text, const query::SyntaxError& error);

}  // namespace freshet::catalog
