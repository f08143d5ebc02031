// What `install` would do: the difference between the configuration and the database. Reading only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "freshet/capture/source_capture.hpp"
#include "freshet/catalog/columns.hpp"
#include "freshet/catalog/resolve.hpp"
#include "freshet/catalog/store.hpp"
#include "freshet/core/error.hpp"
#include "freshet/pg/connection.hpp"
#include "freshet/settings/settings.hpp"

namespace freshet::install {

namespace asio = boost::asio;

enum class Action { keep, create, rebuild, drop };
std::string_view name_of(Action action);

struct ViewPlan {
    Action action = Action::keep;
    sql::QualifiedName name;
    catalog::Strategy strategy = catalog::Strategy::delta;
    // Why this strategy: for `auto`, clause by clause what stands in the way of a better one; for a rebuild, what
    // changed.
    std::vector<std::string> reasons;
    int id = 0;  // of the generation that install makes, or of the one it keeps or drops
    std::string definition;
    std::string timezone;
    std::string fingerprint;
    compile::Program program;  // delta
    std::vector<sql::QualifiedName> sources;
    std::vector<sql::QualifiedName> reads{};  // freshet's own views among what it reads
    std::vector<std::string> create_statements;      // state tables and indexes, then the public view as the last
    std::int64_t estimated_rows = 0;                 // of the sources
    bool adopt = false;                              // a materialized view of this name is to be replaced
    std::vector<std::string> handover;               // the statements of that, as things stand
    std::vector<std::string> notes;                  // what is not kept of the materialized view, and why
    std::vector<catalog::Column> columns;            // that the public relation must have; empty if any will do
    std::optional<std::int64_t> rows_that_differed;  // of the materialized view, at the time it was replaced
    std::optional<catalog::StoredView> present;      // the generation in place
};

struct SourcePlan {
    Action action = Action::keep;  // rebuild: the capture changes
    sql::QualifiedName table;
    int id = 0;
    std::vector<std::string> statements;  // in order
};

struct EventPlan {
    std::string name;
    sql::QualifiedName table;
    std::string predicate;  // normalised, over "r"
    std::vector<std::string> columns;
    int bit = 0;
};

struct Plan {
    bool create_schema = false;
    std::vector<std::string> schema_statements;  // migrations and functions to run
    std::vector<SourcePlan> sources;
    std::vector<ViewPlan> views;
    std::vector<EventPlan> events;
    bool events_changed = false;

    bool has_changes() const;
    // Every statement that install would run, in order.
    std::vector<std::string> statements() const;
};

struct PlanOptions {
    bool adopt = false;
};

// Throws core::Faults with everything that is wrong, all views together; pg::Error if the server cannot be asked.
asio::awaitable<Plan> make_plan(pg::Connection& connection, settings::Settings settings, PlanOptions options);

// Faults of the configuration's SQL that can be found without a database.
std::vector<core::Fault> check_offline(const settings::Settings& settings);

}  // namespace freshet::install
