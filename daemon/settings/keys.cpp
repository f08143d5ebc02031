#include "freshet/settings/keys.hpp"

#include <algorithm>
#include <chrono>

#include "freshet/core/duration.hpp"
#include "freshet/settings/settings.hpp"

namespace freshet::settings {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

// PostgreSQL keeps its timeouts in a 32 bit number of milliseconds.
constexpr milliseconds longest_timeout = hours{596};

Key section(std::string path, std::string meaning, Presence presence = Presence::optional) {
    return {.path = std::move(path),
            .kind = Kind::object,
            .fallback = "",
            .meaning = std::move(meaning),
            .presence = presence};
}

Key map(std::string path, std::string meaning) {
    return {.path = std::move(path), .kind = Kind::map, .fallback = "", .meaning = std::move(meaning)};
}

Key text(std::string path, std::string fallback, std::string meaning) {
    return {.path = std::move(path), .fallback = std::move(fallback), .meaning = std::move(meaning)};
}

Key required(std::string path, std::string meaning) {
    return {.path = std::move(path), .fallback = "", .meaning = std::move(meaning), .presence = Presence::required};
}

Key choice(std::string path, std::string fallback, std::vector<std::string> choices, std::string meaning) {
    return {.path = std::move(path),
            .kind = Kind::choice,
            .fallback = std::move(fallback),
            .meaning = std::move(meaning),
            .choices = std::move(choices)};
}

Key integer(std::string path, std::int64_t fallback, std::int64_t minimum, std::int64_t maximum, std::string meaning) {
    return {.path = std::move(path),
            .kind = Kind::integer,
            .fallback = std::to_string(fallback),
            .meaning = std::move(meaning),
            .minimum = minimum,
            .maximum = maximum};
}

Key duration(std::string path, milliseconds fallback, milliseconds minimum, milliseconds maximum, std::string meaning) {
    return {.path = std::move(path),
            .kind = Kind::duration,
            .fallback = core::duration_literal(fallback),
            .meaning = std::move(meaning),
            .minimum = minimum.count(),
            .maximum = maximum.count()};
}

void add_daemon_keys(std::vector<Key>& table) {
    const DaemonSettings daemon;
    table.insert(
        table.end(),
        {section("daemon", "How `freshetd run` works."),
         integer("daemon.workers", daemon.workers, 1, 64, "Connections that refresh at the same time."),
         choice(
             "daemon.notify", "armed", {"armed", "always", "never"},
             "When writers ring the doorbell (`NOTIFY`): only while the daemon sleeps, at every change, or not at all "
             "(pure polling, for transaction poolers)."),
         duration("daemon.poll_interval", daemon.poll_interval, milliseconds{10}, hours{1},
                  "How often the change logs are looked at without a bell."),
         duration("daemon.statement_timeout", daemon.statement_timeout, milliseconds{100}, longest_timeout,
                  "The longest that one statement of a refresh may run."),
         duration("daemon.lock_timeout", daemon.lock_timeout, milliseconds{1}, longest_timeout,
                  "One try for a lock that writers need, when triggers are created or logs are trimmed. Writers queue "
                  "behind it for at most this long; then freshetd steps back and tries again."),
         duration(
             "daemon.shutdown_grace", daemon.shutdown_grace, milliseconds{0}, hours{1},
             "After the first `SIGTERM`, how long running refreshes may take to finish before they are cancelled."),
         duration("daemon.refresh_log_keep", daemon.refresh_log_keep, hours{1}, hours{24 * 3650},
                  "How long rows of `freshet.refresh_log` are kept. Whole hours."),
         integer("daemon.log_rotate_bytes", daemon.log_rotate_bytes, 8192, std::int64_t{1} << 40,
                 "A change log larger than this, in bytes, is rotated, and its space given back once every view has "
                 "passed it.")});
}

void add_service_keys(std::vector<Key>& table) {
    table.insert(table.end(),
                 {section("http", "The server for `/metrics`, `/healthz` and `/readyz`."),
                  text("http.listen", "127.0.0.1:9632",
                       "`host:port` or `[v6]:port`. Port 0 takes a free port; an empty text turns the server off."),
                  section("log", "The log on standard error."),
                  choice("log.format", LogSettings{}.format, {"auto", "text", "json"},
                         "`auto` is text on a terminal and JSON otherwise."),
                  choice("log.level", LogSettings{}.level, {"debug", "info", "warning", "error"},
                         "The least important messages that are written.")});
}

void add_event_keys(std::vector<Key>& table) {
    table.insert(table.end(),
                 {map("events", "Named business events: a row starts to satisfy a condition."),
                  section("events.*", "One event, under its name."),
                  required("events.*.table", "The table, as `name` or `schema.name`; the default schema is `public`."),
                  required("events.*.when",
                           "A predicate over the columns of one row, such as `status = 'paid'`. The event happens when "
                           "it becomes true, by an insert or by an update.")});
}

void add_view_keys(std::vector<Key>& table) {
    const ViewSettings view;
    const hours day{24};
    table.insert(
        table.end(),
        {map("views", "The reports to keep fresh."),
         section("views.*",
                 "One view, under the name that its readers query: `name` or `schema.name`; the default schema "
                 "is `public`. With strategy `concurrent`, the name of an existing materialized view."),
         text("views.*.query", "",
              "The file with the defining `SELECT`, relative to the configuration file. Without it and without "
              "`sql`, the query is that of the materialized view of this name, which `install --adopt` replaces or "
              "strategy `concurrent` refreshes."),
         text("views.*.sql", "", "The defining `SELECT` itself. It may read other views of this file, by their names."),
         choice(
             "views.*.strategy", "auto", {"auto", "delta", "partial", "concurrent"},
             "`delta` folds changes into a summary table, `partial` recomputes the rows whose keys `dirty_keys` names, "
             "`concurrent` runs `REFRESH MATERIALIZED VIEW CONCURRENTLY` when sources have changed, `auto` is the first "
             "of them that fits."),
         {.path = "views.*.keys",
          .kind = Kind::names,
          .fallback = "none",
          .meaning = "The columns of the query's result by which rows are recomputed; of strategy `partial`. Several "
                     "rows may have one key."},
         {.path = "views.*.dirty_keys",
          .kind = Kind::texts,
          .fallback = "none",
          .meaning = "For each table that the query reads, which keys its changes concern: a `SELECT` of the keys over "
                     "the relation `changed`, the table's rows as they were and as they are, joined with whatever else "
                     "leads to the keys. Or `all`: any change concerns all rows. A table that such a `SELECT` reads "
                     "beside `changed` needs an entry, too."},
         duration("views.*.debounce", view.debounce, milliseconds{0}, day,
                  "A refresh starts when no change has come for this long."),
         duration("views.*.max_delay", view.max_delay, milliseconds{0}, day,
                  "A refresh starts at the latest this long after the first pending change. Not below `debounce`. "
                  "Of views that read each other the shortest counts, as for `debounce`: they are refreshed as one."),
         text("views.*.timezone", view.timezone,
              "The session time zone in which the query is evaluated, pinned so that every refresh agrees."),
         text("views.*.tenant", "", "The key column that scopes refresh, verify and access, such as `firm_id`."),
         section("views.*.retention",
                 "A moving window. It belongs here and not in the query, which must not depend on "
                 "the current date."),
         required("views.*.retention.column", "The key column that says how old a row is, a date or a timestamp."),
         required("views.*.retention.keep", "How much is kept, in years, months, weeks, days and hours: `3 years`."),
         section("views.*.reconcile", "A daily comparison with the sources that repairs and counts every difference."),
         required("views.*.reconcile.at", "The time of day, `HH:MM`."),
         {.path = "views.*.reconcile.timezone",
          .kind = Kind::zone,
          .fallback = "the view's `timezone`",
          .meaning =
              "The zone of `at`: a name such as `Europe/Berlin`, or an object with a query for one zone per tenant."},
         required("views.*.reconcile.timezone.query",
                  "A `SELECT` of two columns, the tenant and its zone name: each tenant is reconciled at its own `at`. "
                  "Needs `tenant`."),
         {.path = "views.*.indexes",
          .kind = Kind::columns,
          .fallback = "none",
          .meaning = "Indexes for the readers, each a list of `column [ASC|DESC] [NULLS FIRST|LAST]`. The one with the "
                     "most key columns also is the one by which groups are found: the other keys follow in it."},
         duration("views.*.staleness_slo", view.staleness_slo, milliseconds{1}, hours{24 * 365},
                  "A view older than this is reported as stale."),
         duration("views.*.verify", view.verify, milliseconds{0}, hours{24 * 365},
                  "How often the daemon compares the whole view with its query, as `freshetd verify --repair` does, and "
                  "reports and repairs what differs. It costs as much as running the query, and refreshes of the view "
                  "wait for it only if it finds a difference or cannot be done beside them. `0s` for never.")});
}

}  // namespace

std::string_view Key::name() const {
    return std::string_view(path).substr(path.rfind('.') + 1);
}

bool Key::accepts(Node::Type type) const {
    switch (kind) {
        case Kind::object:
        case Kind::map:
        case Kind::texts:
            return type == Node::Type::object;
        case Kind::integer:
            return type == Node::Type::integer;
        case Kind::columns:
        case Kind::names:
            return type == Node::Type::array;
        case Kind::zone:
            return type == Node::Type::text || type == Node::Type::object;
        case Kind::text:
        case Kind::duration:
        case Kind::choice:
            break;
    }
    return type == Node::Type::text;
}

std::vector<Key> keys() {
    std::vector<Key> table{
        text("$schema", "", "Where an editor finds the JSON schema of this file. freshetd does not read it."),
        section("database", "The connection to PostgreSQL."),
        text("database.conninfo", "",
             "A libpq connection string or URI. `PG*` variables, service files and the password file apply as usual.")};
    add_daemon_keys(table);
    add_service_keys(table);
    add_event_keys(table);
    add_view_keys(table);
    return table;
}

const Key* find_key(const std::vector<Key>& table, std::string_view path) {
    const auto found = std::find_if(table.begin(), table.end(), [path](const Key& key) { return key.path == path; });
    return found == table.end() ? nullptr : &*found;
}

std::vector<const Key*> keys_below(const std::vector<Key>& table, std::string_view section) {
    std::vector<const Key*> found;
    for (const auto& key : table) {
        const auto name = key.name();
        const auto parent = std::string_view(key.path).substr(0, key.path.size() - name.size());
        if (parent.empty() ? section.empty() : parent.substr(0, parent.size() - 1) == section) {
            found.push_back(&key);
        }
    }
    return found;
}

std::string expected(const Key& key) {
    switch (key.kind) {
        case Kind::object:
        case Kind::map:
            return "an object";
        case Kind::text:
            return "a text";
        case Kind::duration:
            return "a duration such as \"200ms\", \"2s\", \"5m\" or \"36h\"";
        case Kind::integer:
            return "a whole number";
        case Kind::zone:
            return "a zone name or an object with a query";
        case Kind::names:
            return "a list of texts";
        case Kind::texts:
            return "an object of names with texts";
        case Kind::columns:
            return "a list of lists of columns";
        case Kind::choice:
            break;
    }
    std::string text;
    for (const auto& option : key.choices) {
        text += (text.empty() ? "\"" : option == key.choices.back() ? " or \"" : ", \"") + option + "\"";
    }
    return text;
}

}  // namespace freshet::settings
