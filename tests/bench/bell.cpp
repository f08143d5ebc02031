#include "bell.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "support/eventually.hpp"

namespace freshet::bench {

namespace {

constexpr const char* tables = R"(
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

std::string create_tables(const std::string& conninfo) {
    testing::Client(conninfo).exec(tables);
    return conninfo;
}

}  // namespace

class BareClient::Listener {
  public:
    explicit Listener(const std::string& conninfo) : connection_(PQconnectdb(conninfo.c_str())) {
        if (PQstatus(connection_.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection_.get()));
        PQclear(PQexec(connection_.get(), "LISTEN bare"));
        PQclear(PQprepare(connection_.get(), "upsert", upsert, 0, nullptr));
        thread_ = std::thread([this] { serve(); });
    }
    ~Listener() {
        stopping_ = true;
        thread_.join();
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

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

BareClient::BareClient(const std::string& conninfo) : listener_(std::make_unique<Listener>(create_tables(conninfo))) {}

BareClient::~BareClient() = default;

double BareClient::upsert_one(testing::Client& client, int number) {
    const auto n = std::to_string(number);
    const auto row =
        client
            .query(
                "INSERT INTO bare_entries (project_id, user_id, date, hours, hourly_rate, approved) VALUES "
                "(1 + " +
                n + " % 5, 1, CURRENT_DATE - " + n + " % 90, 1.25, 80, true) RETURNING id, pg_current_xact_id()::xid")
            .front();
    const auto shown = [&] {
        return client.scalar("SELECT count(*) FROM bare_report WHERE last_entry = $1::bigint", {row[0]}) != "0";
    };
    if (!testing::eventually(shown, std::chrono::minutes(1)))
        throw std::runtime_error("the bare client does not answer");
    return std::stod(client.scalar(
        "SELECT extract(epoch FROM pg_xact_commit_timestamp(r.xmin) - pg_xact_commit_timestamp($2::text::xid)) "
        "FROM bare_report r WHERE last_entry = $1::bigint",
        row));
}

}  // namespace freshet::bench
