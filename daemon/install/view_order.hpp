// Which configured views name which others in their queries, and the order in which they can be built. Pure. Private to
// install/.
#pragma once

#include <cstddef>
#include <vector>

#include "freshet/core/error.hpp"
#include "freshet/query/expand_views.hpp"
#include "freshet/settings/settings.hpp"
#include "freshet/sql/identifier.hpp"

namespace freshet::install {

// A configured view that a query names.
struct NamedView {
    std::size_t view = 0;    // index into the configured views
    std::size_t offset = 0;  // of the name in the query, as it stands there first
    bool behind = false;     // the name is that of a plain view which reads the configured one
};

// The relations a query names; none for a text that does not parse.
std::vector<query::NamedRelation> relations_in(const std::string& query);

// By the index of the reader, each view once. Empty for views without a query, and for texts that do not parse. What a
// name without a schema means is decided as the server will: the reader's own schema goes before public.
std::vector<std::vector<NamedView>> views_named(const std::vector<settings::ViewSettings>& views);

struct ViewOrder {
    std::vector<std::size_t> order;                // every view after what it reads; but for cycles, as configured
    std::vector<std::vector<std::size_t>> cycles;  // each view reads the next one, the last reads the first
};
ViewOrder order_of(const std::vector<std::vector<NamedView>>& reads);

// One fault for each cycle, at the first of its views.
std::vector<core::Fault> cycle_faults(const settings::Settings& settings);
std::vector<core::Fault> cycle_faults(const settings::Settings& settings,
                                      const std::vector<std::vector<NamedView>>& reads);

// Where the query of a view names another.
core::Fault fault_at_name(const settings::Settings& settings, const settings::ViewSettings& view, std::size_t offset,
                          std::string message, std::string hint);

}  // namespace freshet::install
