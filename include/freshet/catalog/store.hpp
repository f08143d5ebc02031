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

enum class Strategy { delta, partial, concurrent };
enum class ViewState { building, ready, broken };

std::string_view name_of(Strategy strategy);
// Whether freshet keeps the rows itself, in state tables and from change logs.
constexpr bool keeps_state(Strategy strategy) {
    return strategy != Strategy::concurrent;
}
std::string_view name_of(ViewState state);

struct StoredSource {
    int id = 0;
    sql::QualifiedName table;
    std::int64_t relation = 0;        // its oid when it was captured
    std::string fingerprint;          // of the installed capture
    std::vector<std::string> events;  // by bit
};

struct StoredView {
    int id = 0;
    sql::QualifiedName name;
    Strategy strategy = Strategy::delta;
    ViewState state = ViewState::building;
    std::string definition;
    std::string timezone;
    std::string fingerprint;
    compile::Program program;  // of a view that keeps state
    // Why the program cannot be read; empty if it can. See Unreadable.
    std::string unreadable;
    std::vector<StoredSource> sources;
    std::vector<std::string> tables;  // states and values, below the schema freshet

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
    bool copied = false;           // by a dump, perhaps within the cluster
    bool ahead = false;            // a position is of transactions that the server has not begun yet
    std::string timeline;          // of the server when it was last looked at, or empty
    std::string present_timeline;  // empty on a standby
    bool standby = false;
    bool read_only = false;

    bool same_cluster() const { return system_identifier == present_system_identifier; }
    // Why the positions mean nothing here: "restored", "position_ahead", or empty if they do.
    std::string why_void() const {
        return !same_cluster() || copied ? "restored" : ahead ? "position_ahead" : "";
    }
    bool other_timeline() const { return !timeline.empty() && !present_timeline.empty() && timeline != present_timeline; }
};

// The schema that this freshetd works with: the number of its migrations.
int schema_version();
// What to tell a user whose database another version of freshetd installed; nullopt if this one did.
std::optional<core::Error> version_conflict(const Installation& installation);

// nullopt if the freshet schema does not exist. Throws core::Error if the role may not read it.
asio::awaitable<std::optional<Installation>> load_installation(pg::Connection& connection);
asio::awaitable<std::vector<StoredSource>> load_sources(pg::Connection& connection);
// What to do about a view whose program another version of freshetd stored. Replaceable: it comes with a program that
// names its sources alone and with no fingerprint, so that it equals no plan; its tables are known by name.
enum class Unreadable { refused, replaceable };
// All generations, newest first. Throws core::Error for a view whose program cannot be read, if that is refused.
asio::awaitable<std::vector<StoredView>> load_views(pg::Connection& connection,
                                                    Unreadable unreadable = Unreadable::refused);
// Statements that drop the states of a delta view.
std::vector<std::string> drop_tables(const StoredView& view);

}  // namespace freshet::catalog
