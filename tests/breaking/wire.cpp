#include "wire.hpp"

#include <libpq-fe.h>

#include <deque>
#include <map>
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

// What was prepared while somebody listened, by session and name.
thread_local std::map<std::pair<PGconn*, std::string>, std::string> prepared;

// A pipeline is played statement by statement, each with its answer, so that the listener can do something in between.
// The answers are kept until the engine asks for them. One at a time, as the engine's sessions take turns.
struct Pipeline {
    PGconn* session = nullptr;
    bool failed = false;
    std::deque<PGresult*> answers;  // null: the end of a statement's
};
thread_local Pipeline pipeline;

bool is_played(PGconn* session) {
    return pipeline.session == session;
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
int __real_PQenterPipelineMode(PGconn* conn);
int __real_PQexitPipelineMode(PGconn* conn);
int __real_PQpipelineSync(PGconn* conn);
int __real_PQisBusy(PGconn* conn);
PGresult* __real_PQgetResult(PGconn* conn);
}

namespace {

// `send` sends one statement of a pipeline; after a failure the server would skip it.
template <typename Send>
int play(PGconn* session, Send send) {
    if (!is_played(session)) {
        return send();
    }
    if (pipeline.failed) {
        pipeline.answers.push_back(PQmakeEmptyPGresult(session, PGRES_PIPELINE_ABORTED));
    } else {
        const int sent = send();
        if (sent != 1) {
            return sent;
        }
        while (PGresult* answer = __real_PQgetResult(session)) {
            const auto status = PQresultStatus(answer);
            pipeline.failed = pipeline.failed || (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK);
            pipeline.answers.push_back(answer);
        }
    }
    pipeline.answers.push_back(nullptr);
    return 1;
}

}  // namespace

extern "C" {
int __wrap_PQenterPipelineMode(PGconn* conn) {
    if (listening == nullptr) {
        return __real_PQenterPipelineMode(conn);
    }
    pipeline = {conn, false, {}};
    return 1;
}

int __wrap_PQpipelineSync(PGconn* conn) {
    if (!is_played(conn)) {
        return __real_PQpipelineSync(conn);
    }
    pipeline.answers.push_back(PQmakeEmptyPGresult(conn, PGRES_PIPELINE_SYNC));
    return 1;
}

int __wrap_PQexitPipelineMode(PGconn* conn) {
    if (!is_played(conn)) {
        return __real_PQexitPipelineMode(conn);
    }
    pipeline = {};
    return 1;
}

int __wrap_PQisBusy(PGconn* conn) {
    return is_played(conn) && !pipeline.answers.empty() ? 0 : __real_PQisBusy(conn);
}

PGresult* __wrap_PQgetResult(PGconn* conn) {
    if (!is_played(conn) || pipeline.answers.empty()) {
        return __real_PQgetResult(conn);
    }
    auto* const answer = pipeline.answers.front();
    pipeline.answers.pop_front();
    return answer;
}

int __wrap_PQsendQuery(PGconn* conn, const char* query) {
    return __real_PQsendQuery(conn, outgoing(conn, query).c_str());
}

int __wrap_PQsendQueryParams(PGconn* conn, const char* command, int nParams, const Oid* paramTypes,
                             const char* const* paramValues, const int* paramLengths, const int* paramFormats,
                             int resultFormat) {
    const auto sql = pipeline.failed && is_played(conn) ? std::string(command) : outgoing(conn, command);
    return play(conn, [&] {
        return __real_PQsendQueryParams(conn, sql.c_str(), nParams, paramTypes, paramValues, paramLengths, paramFormats,
                                        resultFormat);
    });
}

int __wrap_PQsendPrepare(PGconn* conn, const char* stmtName, const char* query, int nParams, const Oid* paramTypes) {
    std::string sql = query;
    if (listening != nullptr) {
        prepared[{conn, stmtName}] = sql;
        sql = listening->rewrite(sql);
    }
    return play(conn, [&] { return __real_PQsendPrepare(conn, stmtName, sql.c_str(), nParams, paramTypes); });
}

int __wrap_PQsendQueryPrepared(PGconn* conn, const char* stmtName, int nParams, const char* const* paramValues,
                               const int* paramLengths, const int* paramFormats, int resultFormat) {
    if (!(pipeline.failed && is_played(conn))) {
        const auto known = prepared.find({conn, stmtName});
        outgoing(conn, known == prepared.end() ? "" : known->second.c_str());
    }
    return play(conn, [&] {
        return __real_PQsendQueryPrepared(conn, stmtName, nParams, paramValues, paramLengths, paramFormats,
                                          resultFormat);
    });
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
