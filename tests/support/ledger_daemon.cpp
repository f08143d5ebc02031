#include "support/ledger_daemon.hpp"

#include <stdexcept>

namespace freshet::testing {

namespace {

constexpr const char* schema =
    "CREATE TABLE entry(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text, day date, amount numeric(10,2), "
    "posted boolean NOT NULL DEFAULT false);"
    "INSERT INTO entry (kind, day, amount) SELECT 'k' || g % 5, date '2026-01-01' + g % 50, g * 1.25 "
    "FROM generate_series(1, 500) g";

}  // namespace

std::string LedgerConfiguration::text(const std::string& conninfo) const {
    return R"({ "database": { "conninfo": ")" + conninfo + R"(" }, "daemon": { )" + daemon +
           R"( }, "http": { "listen": "127.0.0.1:0" }, "log": { "format": "json", "level": "debug" }, "events": { )" +
           events + R"( }, "views": { "report": { "sql": ")" + LedgerDaemon::query + R"(", )" + view + " }" +
           more_views + " } }";
}

LedgerDaemon::LedgerDaemon(const std::filesystem::path& program, LedgerConfiguration with, PrivateCluster& cluster,
                           const std::string& through)
    : configuration(std::move(with)),
      database(cluster),
      conninfo(through.empty() ? database.conninfo() : through + " dbname=" + database.name()),
      freshetd(program, configuration.text(conninfo)) {
    client.exec(schema);
}

void LedgerDaemon::start() {
    freshetd.start();
    if (!eventually([this] { return freshetd.logged("\"leading\""); })) {
        throw std::runtime_error("freshetd does not lead:\n" + freshetd.log());
    }
}

void LedgerDaemon::insert(int rows) {
    client.exec(
        "INSERT INTO entry (kind, day, amount) SELECT 'k' || g % 7, date '2026-02-01' + g % 9, 1.5 * g "
        "FROM generate_series(1, " +
        std::to_string(rows) + ") g");
}

std::vector<std::string> LedgerDaemon::differences() {
    const std::string expected = "(" + std::string(query) + ")";
    const Rows rows = client.query("SELECT 'missing ' || x::text FROM (" + expected +
                                   " EXCEPT ALL SELECT kind, n, total, days FROM report) AS x UNION ALL "
                                   "SELECT 'unexpected ' || x::text FROM (SELECT kind, n, total, days FROM report "
                                   "EXCEPT ALL " +
                                   expected + ") AS x");
    std::vector<std::string> result;
    for (const Row& row : rows) result.push_back(row.front().value_or("NULL"));
    return result;
}

bool LedgerDaemon::becomes_exact(std::chrono::milliseconds limit) {
    return eventually([this] { return differences().empty(); }, limit);
}

void LedgerDaemon::wait_until_armed() {
    if (!eventually([this] { return armed(); })) throw std::runtime_error("the bell is not armed:\n" + freshetd.log());
}

}  // namespace freshet::testing
