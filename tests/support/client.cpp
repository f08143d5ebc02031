#include "support/client.hpp"

#include <libpq-fe.h>

namespace freshet::testing {

namespace {

struct Clear {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Clear>;

void require_success(const PGresult* answer, PGconn* connection) {
    const ExecStatusType status = PQresultStatus(answer);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return;
    const char* state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    throw ClientError(PQerrorMessage(connection), state == nullptr ? "" : state);
}

Row row_of(const PGresult* answer, int row) {
    Row values;
    for (int column = 0; column < PQnfields(answer); ++column) {
        const bool null = PQgetisnull(answer, row, column) != 0;
        values.push_back(null ? Value() : Value(PQgetvalue(answer, row, column)));
    }
    return values;
}

}  // namespace

void Client::Close::operator()(pg_conn* connection) const noexcept {
    PQfinish(connection);
}

Client::Client(const std::string& conninfo) : connection_(PQconnectdb(conninfo.c_str())) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) throw ClientError(PQerrorMessage(connection_.get()), "");
    PQsetNoticeReceiver(
        connection_.get(), [](void*, const PGresult*) {}, nullptr);
}

Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

void Client::exec(const std::string& sql) {
    const Answer answer(PQexec(connection_.get(), sql.c_str()));
    require_success(answer.get(), connection_.get());
}

Rows Client::query(const std::string& sql, const std::vector<Value>& params) {
    std::vector<const char*> values;
    for (const Value& param : params) values.push_back(param ? param->c_str() : nullptr);
    const Answer answer(PQexecParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                                     values.data(), nullptr, nullptr, 0));
    require_success(answer.get(), connection_.get());
    Rows rows;
    for (int row = 0; row < PQntuples(answer.get()); ++row) rows.push_back(row_of(answer.get(), row));
    return rows;
}

std::string Client::scalar(const std::string& sql, const std::vector<Value>& params) {
    const Rows rows = query(sql, params);
    if (rows.empty() || rows[0].empty() || !rows[0][0]) throw std::logic_error("no value from: " + sql);
    return *rows[0][0];
}

void Client::copy_in(const std::string& sql, const std::string& data) {
    const Answer started(PQexec(connection_.get(), sql.c_str()));
    if (PQresultStatus(started.get()) != PGRES_COPY_IN) {
        require_success(started.get(), connection_.get());
        throw std::logic_error("no COPY FROM STDIN: " + sql);
    }
    if (PQputCopyData(connection_.get(), data.data(), static_cast<int>(data.size())) != 1 ||
        PQputCopyEnd(connection_.get(), nullptr) != 1) {
        throw ClientError(PQerrorMessage(connection_.get()), "");
    }
    finish();
}

void Client::send(const std::string& sql) {
    if (PQsendQuery(connection_.get(), sql.c_str()) != 1) throw ClientError(PQerrorMessage(connection_.get()), "");
}

void Client::finish() {
    Answer failed;
    while (Answer answer{PQgetResult(connection_.get())}) {
        if (PQresultStatus(answer.get()) == PGRES_FATAL_ERROR) failed = std::move(answer);
    }
    if (failed) require_success(failed.get(), connection_.get());
}

std::vector<std::string> Client::notifications() {
    exec("SELECT");
    std::vector<std::string> payloads;
    while (PGnotify* notify = PQnotifies(connection_.get())) {
        payloads.emplace_back(notify->extra);
        PQfreemem(notify);
    }
    return payloads;
}

int Client::backend_pid() const {
    return PQbackendPID(connection_.get());
}

}  // namespace freshet::testing
