#include "place.hpp"

#include "types.hpp"

namespace freshet::breaking {

Place::Place()
    : cluster_({"autovacuum=off", "wal_level=minimal", "max_wal_senders=0", "log_min_messages=fatal"}),
      database_(cluster_),
      conninfo_(database_.conninfo()) {}

void Place::clear() {
    testing::Client client(conninfo_);  // waits for sessions that are just ending
    for (const auto& row : client.query("SELECT gid FROM pg_catalog.pg_prepared_xacts")) {
        client.exec("ROLLBACK PREPARED " + literal(row.front()));
    }
    client.exec(
        "SET client_min_messages = error; DROP SCHEMA IF EXISTS freshet CASCADE; DROP SCHEMA IF EXISTS \"Übrige\" "
        "CASCADE; "
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public;" +
        type_definitions());
}

testing::Client Place::session() const {
    return testing::Client(conninfo_ + " options='-c lock_timeout=5ms -c TimeZone=UTC'");
}

}  // namespace freshet::breaking
