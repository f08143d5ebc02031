// freshet's own tables, read as values.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "freshet/compile/program.hpp"
#include "freshet/pg/connection.hpp"

namespace freshet::catalog {

namespace asio = boost::asio;

enum class Strategy { delta, concurrent };
enum class ViewState { building, ready, broken };

std::string_view name_of(Strategy strategy);
std::string_view name_of(ViewState state);

struct StoredSource {
    int id = 0;
    sql::QualifiedName table;
    std::int64_t relation = 0;           // its oid when it was captured
    std::string fingerprint;             // of the installed capture
    std::vector<std::string> events;     // by bit
};

struct StoredView {
    int id = 0;
    sql::QualifiedName name;
    Strategy strategy = Strategy::delta;
    ViewState state = ViewState::building;
    std::string definition;
    std::string timezone;
    std::string fingerprint;
    compile::Program program;  // of a delta view
    std::vector<StoredSource> sources;

    // As users write it and the log shows it: without the schema if that is public.
    std::string display_name() const;
    // Whether it reads the state of another view.
    bool reads_views() const;
};

std::string display_name(const sql::QualifiedName& name);

struct Installation {
    int schema_version = 0;
    std::string freshet_version;
    std::string system_identifier;
    std::string present_system_identifier;

    bool same_cluster() const { return system_identifier == present_system_identifier; }
};

// nullopt if the freshet schema does not exist. Throws core::Error if the role may not read it.
asio::awaitable<std::optional<Installation>> load_installation(pg::Connection& connection);
asio::awaitable<std::vector<StoredSource>> load_sources(pg::Connection& connection);
// All generations, newest first.
asio::awaitable<std::vector<StoredView>> load_views(pg::Connection& connection);

}  // namespace freshet::catalog
