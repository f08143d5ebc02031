// A ledger with one report, freshet installed over it, and the real daemon: what most tests of the daemon start from.
#pragma once

#include <string>
#include <vector>

#include "support/client.hpp"
#include "support/cluster.hpp"
#include "support/eventually.hpp"
#include "support/freshetd.hpp"

namespace freshet::testing {

struct LedgerConfiguration {
    std::string daemon = R"("poll_interval": "200ms")";                // content of "daemon"
    std::string view = R"("debounce": "20ms", "max_delay": "200ms")";  // more keys of the view "report"
    std::string more_views = {};                                       // begins with a comma
    std::string events = R"("posted": { "table": "entry", "when": "posted" })";

    std::string text(const std::string& conninfo) const;
};

// Uses the macro FRESHETD_BINARY of the including test.
class LedgerDaemon {
  public:
    static constexpr const char* query =
        "SELECT kind, count(*) AS n, sum(amount) AS total, count(DISTINCT day) AS days "
        "FROM entry GROUP BY kind";

    LedgerDaemon(const std::filesystem::path& program, LedgerConfiguration configuration,
                 PrivateCluster& cluster = shared_cluster(), const std::string& conninfo = {});

    void install() { freshetd.must({"install"}); }
    // Starts it and waits until it leads and looks at the log.
    void start();
    void insert(int rows = 1);
    // Rows by which the report differs from its query; empty if it is equal.
    std::vector<std::string> differences();
    // Whether the report shows everything, soon.
    bool becomes_exact(std::chrono::milliseconds limit = std::chrono::seconds(30));
    std::string state() { return client.scalar("SELECT state FROM freshet.status WHERE view_name = 'report'"); }
    bool armed() { return client.scalar("SELECT last_value & 2 FROM freshet.doorbell") == "2"; }
    void wait_until_armed();

    LedgerConfiguration configuration;
    Database database;
    std::string conninfo;  // of the daemon
    Client client{database.conninfo()};
    Freshetd freshetd;
};

}  // namespace freshet::testing
