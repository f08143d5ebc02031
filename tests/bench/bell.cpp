#include "bell.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>

#include "daemon.hpp"

namespace freshet::bench {

namespace {

constexpr const char* tables_of_the_bare_client = R"(
    CREATE TABLE bare_entries (LIKE projects_time_entries INCLUDING ALL);
    CREATE TABLE bare_report (project_id bigint, month date, hours numeric NOT NULL, last_entry bigint NOT NULL,
                              PRIMARY KEY (project_id, month));
    CREATE FUNCTION ring() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_notify('bare', NEW.id::text); RETURN NULL; END $$;
    CREATE TRIGGER ring AFTER INSERT ON bare_entries FOR EACH ROW EXECUTE FUNCTION ring();
)";

constexpr const char* upsert = R"(
    INSERT INTO bare_report AS r SELECT project_id, date_trunc('month', date)::date, hours, id
    FROM bare_entries WHERE id = $1::bigint
    ON CONFLICT (project_id, month) DO UPDATE SET hours = r.hours + excluded.hours, last_entry = excluded.last_entry
)";

// Waits for NOTIFY on its own thread and adds each named entry to one report. Neither exact after a lost connection nor
// able to follow updates and deletes: a lower bound, not an alternative.
class BareClient {
  public:
    explicit BareClient(const std::string& conninfo) : connection_(PQconnectdb(conninfo.c_str())) {
        if (PQstatus(connection_.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection_.get()));
        PQclear(PQexec(connection_.get(), "LISTEN bare"));
        PQclear(PQprepare(connection_.get(), "upsert", upsert, 0, nullptr));
        thread_ = std::thread([this] { serve(); });
    }
    ~BareClient() {
        stopping_ = true;
        thread_.join();
    }
    BareClient(const BareClient&) = delete;
    BareClient& operator=(const BareClient&) = delete;

  private:
    struct Close {
        void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
    };

    void serve() {
        while (!stopping_) {
            pollfd readable{PQsocket(connection_.get()), POLLIN, 0};
            ::poll(&readable, 1, 50);
            PQconsumeInput(connection_.get());
            while (PGnotify* bell = PQnotifies(connection_.get())) {
                const char* id = bell->extra;
                PQclear(PQexecPrepared(connection_.get(), "upsert", 1, &id, nullptr, nullptr, 0));
                PQfreemem(bell);
            }
        }
    }

    std::unique_ptr<PGconn, Close> connection_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

std::string insert_into(const std::string& table, int number) {
    const auto n = std::to_string(number);
    return "INSERT INTO " + table +
           " (project_id, user_id, date, hours, hourly_rate, approved) "
           "SELECT id, 1 + " +
           n + ", CURRENT_DATE - " + n + ", 1.25, 80, true FROM projects_projects WHERE id = 1 + " + n + " RETURNING ";
}

double fold_one(testing::Client& client, int number) {
    client.exec("BEGIN");
    const auto xid = client.scalar(insert_into("projects_time_entries", number) + "pg_current_xact_id()");
    const Stopwatch watch;
    client.exec("COMMIT");
    wait_until_visible(client, xid);
    return watch.seconds();
}

double upsert_one(testing::Client& client, int number) {
    client.exec("BEGIN");
    const auto id = client.scalar(insert_into("bare_entries", number) + "id");
    const Stopwatch watch;
    client.exec("COMMIT");
    while (client.scalar("SELECT EXISTS (SELECT FROM bare_report WHERE last_entry = $1::bigint)", {id}) != "t") {
        std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
    return watch.seconds();
}

Comparison quantile_row(const std::string& name, double share, const std::vector<Figure>& figures) {
    Comparison comparison{name, Unit::seconds, {}};
    for (const auto& figure : figures) {
        Figure one{figure.who, {}};
        one.samples.add(figure.samples.quantile(share));
        comparison.figures.push_back(std::move(one));
    }
    return comparison;
}

}  // namespace

Section single_changes(testing::Client& client, const std::string& conninfo, const Options& options) {
    client.exec(tables_of_the_bare_client);
    const BareClient bare(conninfo);
    Figure asleep{"freshet, three reports", {}};
    Figure awake{"freshet, while it is awake", {}};
    Figure least{"a client that LISTENs and upserts", {}};
    for (int i = 0; i < options.single_changes; ++i) {
        if (i % 2 == 0) least.samples.add(upsert_one(client, i));
        wait_until_asleep(client);
        asleep.samples.add(fold_one(client, i));
        awake.samples.add(fold_one(client, i));
        if (i % 2 != 0) least.samples.add(upsert_one(client, i));
    }
    const std::vector<Figure> figures{asleep, awake, least};
    return {"From COMMIT until one inserted entry is visible",
            {{"one entry", Unit::seconds, figures}, quantile_row("one entry, p99", 0.99, figures)}};
}

}  // namespace freshet::bench
