// Making the session: PQconnectStart, PQconnectPoll, settings.
#include <array>
#include <new>
#include <utility>

#include "freshet/pg/connect_failure.hpp"
#include "freshet/pg/connection_impl.hpp"

namespace freshet::pg {

void Connection::Impl::check_conninfo() const {
    char* message = nullptr;
    const ConninfoHandle parsed(PQconninfoParse(options_.conninfo.c_str(), &message));
    const std::unique_ptr<char, FreeMemory> owned(message);
    if (!parsed) throw Error(conninfo_failure(options_.conninfo, message == nullptr ? "out of memory" : message));
}

void Connection::Impl::start_connecting() {
    // A later keyword wins: the conninfo over our keepalives, our application_name over the conninfo's. Without them a
    // host that vanishes is noticed after hours.
    std::array<const char*, 7> keywords = {"keepalives_idle", "keepalives_interval", "keepalives_count",
                                           "tcp_user_timeout", "dbname", nullptr, nullptr};
    std::array<const char*, 7> values = {"30", "10", "3", "60000", options_.conninfo.c_str(), nullptr, nullptr};
    if (!options_.application_name.empty()) {
        keywords[5] = "application_name";
        values[5] = options_.application_name.c_str();
    }
    constexpr int expand_dbname = 1;
    connection_.reset(PQconnectStartParams(keywords.data(), values.data(), expand_dbname));
    if (!connection_) throw std::bad_alloc();
    if (PQstatus(connection_.get()) == CONNECTION_BAD) fail_connecting();
    PQsetErrorVerbosity(connection_.get(), PQERRORS_VERBOSE);  // for connect_failure()
    PQsetNoticeReceiver(
        connection_.get(), [](void*, const PGresult*) {}, nullptr);
}

void Connection::Impl::fail_connecting() {
    Error failure(connect_failure(PQerrorMessage(connection_.get())));
    close();
    throw failure;
}

asio::awaitable<void> Connection::Impl::poll_connection(Deadline deadline) {
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    while (next == PGRES_POLLING_WRITING || next == PGRES_POLLING_READING) {
        socket_.borrow(PQsocket(connection_.get()));
        const Readiness wanted = next == PGRES_POLLING_READING ? Readiness::read : Readiness::write;
        const bool in_time = co_await socket_.ready(wanted, deadline);
        socket_.release();  // the poll may close it and open the next address under the same number
        if (!in_time) {
            Error::Fields fields =
                connect_failure("no answer within " + std::to_string(options_.connect_timeout.count()) + " ms");
            fields.timed_out = true;
            close();
            throw Error(std::move(fields));
        }
        next = PQconnectPoll(connection_.get());
    }
    if (next != PGRES_POLLING_OK) fail_connecting();
}

asio::awaitable<void> Connection::Impl::connect() {
    check_conninfo();
    const Deadline deadline = deadline_after(options_.connect_timeout);
    start_connecting();
    co_await poll_connection(deadline);
    PQsetErrorVerbosity(connection_.get(), PQERRORS_DEFAULT);
    PQsetnonblocking(connection_.get(), 1);
    socket_.borrow(PQsocket(connection_.get()));
    co_await apply_settings();
}

asio::awaitable<void> Connection::Impl::apply_settings() {
    // Not by the startup packet's "options": that would replace the user's own, and poolers refuse it.
    std::string sql;
    Params params;
    for (const auto& [name, value] : options_.settings) {
        params.emplace_back(name);
        params.emplace_back(value);
        sql += (sql.empty() ? "SELECT" : ",");
        sql += " pg_catalog.set_config($" + std::to_string(params.size() - 1) + ", $" + std::to_string(params.size()) +
               ", false)";
    }
    if (!sql.empty()) co_await query(std::move(sql), std::move(params), options_.connect_timeout);
}

}  // namespace freshet::pg
