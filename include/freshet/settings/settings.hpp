// The configuration file as values. Immutable after loading; copied freely.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace freshet::settings {

enum class NotifyMode { armed, always, never };
enum class StrategyChoice { automatic, delta, partial, concurrent };

struct DatabaseSettings {
    std::string conninfo;  // libpq conninfo or URI; PG* variables, service files and passfile apply
};

struct DaemonSettings {
    int workers = 4;  // connections that refresh at the same time
    NotifyMode notify = NotifyMode::armed;
    std::chrono::milliseconds poll_interval{1000};
    std::chrono::milliseconds statement_timeout{std::chrono::minutes{30}};  // one refresh statement
    std::chrono::milliseconds lock_timeout{2000};                           // one try for a lock that writers need
    std::chrono::milliseconds shutdown_grace{std::chrono::seconds{30}};
    std::chrono::hours refresh_log_keep{24 * 90};
    std::int64_t log_rotate_bytes = 16 * 1024 * 1024;  // a change log larger than this is rotated and trimmed
};

struct HttpSettings {
    std::string host = "127.0.0.1";  // from "listen": "host:port", "[v6]:port"; "" turns the server off
    std::uint16_t port = 9632;       // 0 picks a free port
    bool enabled = true;
};

struct LogSettings {
    std::string format = "auto";  // auto (text on a terminal, else json), text, json
    std::string level = "info";   // debug, info, warning, error
};

struct EventSettings {
    std::string name;
    std::string table;  // name or schema.name
    std::string when;   // a predicate over the columns of one row
};

struct Retention {
    std::string column;
    std::string keep;  // a PostgreSQL interval, as written
};

struct ReconcileSchedule {
    std::string at;              // "HH:MM"
    std::string timezone;        // a zone name; empty if the zones come from a query
    std::string timezone_query;  // SELECT tenant, timezone
};

// Which rows a change of one table concerns.
struct DirtyKeysSettings {
    std::string table;  // name or schema.name
    std::string query;  // a SELECT of the keys over "changed"
    bool all = false;   // any change concerns all rows; no query then
    int line = 0;       // of the entry in the file, for messages
    int column = 0;
};

struct ViewSettings {
    std::string name;   // name or schema.name; default schema public
    std::string query;  // the defining SELECT, read from "query" (a file) or "sql"; empty: that of the materialized
                        // view of this name
    std::string query_file;  // as shown to people; empty for "sql"
    StrategyChoice strategy = StrategyChoice::automatic;
    std::vector<std::string> keys;              // columns of the query; of strategy partial
    std::vector<DirtyKeysSettings> dirty_keys;  // likewise, in file order
    std::chrono::milliseconds debounce{200};
    std::chrono::milliseconds max_delay{2000};
    std::string timezone = "UTC";  // pinned while the view is maintained
    std::string tenant;            // a key column, or empty
    std::optional<Retention> retention;
    std::optional<ReconcileSchedule> reconcile;
    std::vector<std::vector<std::string>> indexes;  // each: "column [ASC|DESC] [NULLS FIRST|LAST]"
    std::chrono::milliseconds staleness_slo{std::chrono::seconds{60}};
    std::chrono::milliseconds verify{std::chrono::hours{24}};  // between proofs by the daemon; 0 for none
    int line = 0;  // of the view's key in the file, for messages
    int column = 0;
};

struct Settings {
    std::string file;  // the configuration file's path as given
    DatabaseSettings database;
    DaemonSettings daemon;
    HttpSettings http;
    LogSettings log;
    std::vector<EventSettings> events;  // in file order
    std::vector<ViewSettings> views;    // in file order
};

}  // namespace freshet::settings
