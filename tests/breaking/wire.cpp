#include "wire.hpp"

#include <libpq-fe.h>

#include <memory>
#include <stdexcept>

namespace {

// Functions that C calls have nowhere else to look.
thread_local freshet::breaking::WireListener* listening = nullptr;

std::string outgoing(PGconn* session, const char* sql) {
    auto* const listener = listening;
    if (listener == nullptr) {
        return sql;
    }
    listening = nullptr;  // what the listener itself sends is not the engine's
    listener->before(session, sql);
    listening = listener;
    return listener->rewrite(sql);
}

}  // namespace

// The names are ld's, for --wrap.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {
int __real_PQsendQuery(PGconn* conn, const char* query);
int __real_PQsendQueryParams(PGconn* conn, const char* command, int nParams, const Oid* paramTypes,
                             const char* const* paramValues, const int* paramLengths, const int* paramFormats,
                             int resultFormat);
int __real_PQsendPrepare(PGconn* conn, const char* stmtName, const char* query, int nParams, const Oid* paramTypes);
int __real_PQsendQueryPrepared(PGconn* conn, const char* stmtName, int nParams, const char* const* paramValues,
                               const int* paramLengths, const int* paramFormats, int resultFormat);

int __wrap_PQsendQuery(PGconn* conn, const char* query) {
    return __real_PQsendQuery(conn, outgoing(conn, query).c_str());
}

int __wrap_PQsendQueryParams(PGconn* conn, const char* command, int nParams, const Oid* paramTypes,
                             const char* const* paramValues, const int* paramLengths, const int* paramFormats,
                             int resultFormat) {
    return __real_PQsendQueryParams(conn, outgoing(conn, command).c_str(), nParams, paramTypes, paramValues,
                                    paramLengths, paramFormats, resultFormat);
}

int __wrap_PQsendPrepare(PGconn* conn, const char* stmtName, const char* query, int nParams, const Oid* paramTypes) {
    return __real_PQsendPrepare(conn, stmtName, outgoing(conn, query).c_str(), nParams, paramTypes);
}

int __wrap_PQsendQueryPrepared(PGconn* conn, const char* stmtName, int nParams, const char* const* paramValues,
                               const int* paramLengths, const int* paramFormats, int resultFormat) {
    outgoing(conn, "");
    return __real_PQsendQueryPrepared(conn, stmtName, nParams, paramValues, paramLengths, paramFormats, resultFormat);
}
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace freshet::breaking {

WireTap::WireTap(WireListener& listener) {
    if (listening != nullptr) {
        throw std::logic_error("the wire has a listener already");
    }
    listening = &listener;
}

WireTap::~WireTap() {
    listening = nullptr;
}

bool is_in_transaction(pg_conn* session) {
    return PQtransactionStatus(session) == PQTRANS_INTRANS;
}

std::string export_snapshot(pg_conn* session) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> answer(
        PQexec(session, "SELECT pg_catalog.pg_export_snapshot()"), &PQclear);
    if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK) {
        throw std::runtime_error(std::string("cannot export the engine's snapshot: ") + PQerrorMessage(session));
    }
    return PQgetvalue(answer.get(), 0, 0);
}

}  // namespace freshet::breaking
