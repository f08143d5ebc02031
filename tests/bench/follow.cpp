#include "follow.hpp"

#include "statistics.hpp"

namespace freshet::bench {

double follow(testing::Client& client, Moves& moves, const std::vector<std::string>& statements) {
    wait_until_asleep(client);
    client.exec("BEGIN");
    for (const auto& statement : statements) client.exec(statement);
    const auto xid = client.scalar("SELECT pg_current_xact_id()");
    client.exec("COMMIT");
    return moves.until_visible(xid);
}

double refresh_seconds(testing::Client& client, const std::vector<std::string>& views, const std::string& how) {
    const Stopwatch watch;
    for (const auto& view : views) client.exec("REFRESH MATERIALIZED VIEW " + how + view);
    return watch.seconds();
}

}  // namespace freshet::bench
