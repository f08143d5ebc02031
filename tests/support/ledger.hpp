// A small ledger with one report over it, installed in a database of its own: what most tests of the engine start from.
#pragma once

#include <string>
#include <vector>

#include "support/engine.hpp"

namespace freshet::testing {

struct Ledger {
    static constexpr const char* schema = R"(
        CREATE TABLE account(id int PRIMARY KEY, name text NOT NULL, active boolean NOT NULL DEFAULT true, remark text);
        CREATE TABLE entry(id int PRIMARY KEY, account_id int REFERENCES account ON UPDATE CASCADE ON DELETE CASCADE,
                           kind text, day date, amount numeric(10,2), remark text);
        INSERT INTO account SELECT g, 'name ' || g % 4, g % 5 <> 0 FROM generate_series(1, 12) g;
        INSERT INTO entry SELECT g, 1 + g % 12, nullif('k' || g % 3, 'k2'), date '2026-01-01' + g % 90, g * 1.25
        FROM generate_series(1, 200) g;
    )";
    static constexpr const char* query =
        "SELECT a.name, e.kind, count(*) AS n, sum(e.amount) AS total, count(DISTINCT e.day) AS days, max(e.day) AS "
        "latest "
        "FROM entry e JOIN account a ON a.id = e.account_id WHERE a.active GROUP BY a.name, e.kind";

    // Nothing is installed yet: the view "report" is in engine.settings.
    explicit Ledger(PrivateCluster& cluster = shared_cluster())
        : database(cluster), client(database.conninfo()), engine(database.conninfo()) {
        client.exec("SET TimeZone = 'UTC'");
        client.exec(schema);
        engine.add_view("report", query).strategy = settings::StrategyChoice::delta;
    }

    refresh::Outcome fold() { return engine.refresh("report"); }
    refresh::Outcome recompute() {
        refresh::Request request;
        request.work = refresh::Work::recompute;
        request.trigger = refresh::Trigger::manual;
        return engine.refresh("report", request);
    }
    // Empty if the report equals its query now.
    std::vector<std::string> wrong() { return differences(client, "report", query); }
    std::string logged(const std::string& table) {
        const auto id = client.scalar("SELECT id FROM freshet.source WHERE table_name = $1", {table});
        return client.scalar("SELECT count(*) FROM freshet.log_" + id);
    }

    Database database;
    Client client;
    Engine engine;
};

inline const std::vector<std::string> exact{};

}  // namespace freshet::testing
