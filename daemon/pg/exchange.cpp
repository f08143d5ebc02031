// One statement: send, flush to 0, consume while busy, drain PQgetResult to null; at the deadline cancel and drain.
#include <stdexcept>
#include <utility>

#include "freshet/pg/cancel.hpp"
#include "freshet/pg/connection_impl.hpp"

namespace freshet::pg {

namespace {

// How long a server may take to answer a cancel request before the session is given up.
constexpr std::chrono::milliseconds cancel_grace{2000};

std::string first_line(const char* text) {
    const std::string_view whole(text == nullptr ? "" : text);
    return std::string(whole.substr(0, whole.find('\n')));
}

std::string field(const PGresult* result, int code) {
    const char* value = PQresultErrorField(result, code);
    return value == nullptr ? std::string() : std::string(value);
}

Error::Fields fields_of(const PGresult* result) {
    Error::Fields fields;
    fields.sqlstate = field(result, PG_DIAG_SQLSTATE);
    fields.message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    if (fields.message.empty()) fields.message = first_line(PQresultErrorMessage(result));
    fields.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
    fields.hint = field(result, PG_DIAG_MESSAGE_HINT);
    const std::string position = field(result, PG_DIAG_STATEMENT_POSITION);
    if (!position.empty()) fields.position = std::stoi(position);
    return fields;
}

}  // namespace

Connection::Impl::Turn::Turn(Impl& impl, std::string statement, Timeout timeout) : impl_(impl) {
    if (impl_.exchange_) throw std::logic_error("a second statement on a session that is busy: " + statement);
    impl_.exchange_.emplace();
    impl_.exchange_->statement = std::move(statement);
    impl_.exchange_->timeout = timeout;
    impl_.exchange_->deadline = deadline_after(timeout);
    if (impl_.alive()) return;
    const Error error = impl_.lost_error();
    impl_.exchange_.reset();
    throw error;
}

Connection::Impl::Turn::~Turn() {
    PGconn* connection = impl_.connection_.get();
    if (connection != nullptr && PQtransactionStatus(connection) == PQTRANS_ACTIVE) impl_.abandon();
    impl_.exchange_.reset();
}

// Throws unless libpq took the statement. Its only reasons are a lost connection and a mistake of ours.
void Connection::Impl::require_sent(int sent) {
    if (sent == 1) return;
    const std::string reason = first_line(PQerrorMessage(connection_.get()));
    if (alive()) throw std::logic_error("libpq refused a statement: " + reason);
    note_loss();
    outcome();
}

asio::awaitable<Result> Connection::Impl::finish() {
    const bool in_time = co_await drain(exchange_->deadline);
    if (!in_time) co_await stop();
    co_return outcome();
}

// Sends what is queued and reads until the server is idle again. False when the deadline came first.
asio::awaitable<bool> Connection::Impl::drain(Deadline deadline) {
    const bool flushed = co_await flush(deadline);
    if (!flushed) co_return false;
    if (exchange_->pipeline) co_return co_await drain_pipeline(deadline);
    for (;;) {
        const bool arrived = co_await next_result(deadline);
        if (!arrived) co_return false;
        Result result(PQgetResult(connection_.get()));
        if (!result) break;
        keep(std::move(result));
    }
    if (!alive()) note_loss();
    collect_notifications();
    co_return true;
}

asio::awaitable<bool> Connection::Impl::flush(Deadline deadline) {
    // A failed flush is no failure yet: the server's last words may be waiting, and PQgetResult tells.
    while (PQflush(connection_.get()) > 0) {
        const bool in_time = co_await socket_.ready(Readiness::either, deadline);
        if (!in_time) co_return false;
        if (PQconsumeInput(connection_.get()) == 0) co_return true;
    }
    co_return true;
}

// Waits until PQgetResult will not block.
asio::awaitable<bool> Connection::Impl::next_result(Deadline deadline) {
    while (alive() && PQisBusy(connection_.get()) != 0) {
        const bool in_time = co_await socket_.ready(Readiness::read, deadline);
        if (!in_time) co_return false;
        // After a failure PQgetResult returns what was received, then the loss; it does not block.
        if (PQconsumeInput(connection_.get()) == 0) co_return true;
    }
    co_return true;
}

void Connection::Impl::keep(Result result) {
    switch (PQresultStatus(result.handle())) {
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
        case PGRES_EMPTY_QUERY:
            exchange_->last = std::move(result);
            return;
        case PGRES_COPY_IN:
        case PGRES_COPY_OUT:
        case PGRES_COPY_BOTH: {
            // PQgetResult would return this for ever. Nothing of ours does it, so the session may go.
            const std::string statement = exchange_->statement;
            close();
            throw std::logic_error("a COPY outside copy_in: " + statement);
        }
        default:
            if (!exchange_->failure) exchange_->failure = fields_of(result.handle());
    }
}

// The deadline has passed: asks the server to stop, and gives it a short while to say so.
asio::awaitable<void> Connection::Impl::stop() {
    const Deadline deadline = deadline_after(cancel_grace);
    CancelHandle request(PQgetCancel(connection_.get()));
    const bool delivered = co_await deliver_cancel(executor_, std::move(request), cancel_grace);
    bool drained = false;
    // A request that is still on its way could hit the next statement: then there must be none.
    if (delivered) drained = co_await drain(deadline);
    if (!drained) close();
    note_timeout();
}

// A statement that succeeded while its cancellation was under way has succeeded.
void Connection::Impl::note_timeout() {
    const std::string limit = std::to_string(exchange_->timeout.count()) + " ms";
    std::optional<Error::Fields>& failure = exchange_->failure;
    if (!alive()) {
        failure.emplace();
        failure->message = "the statement did not end within " + limit + " nor answer its cancellation";
        failure->hint = "the session was closed; check the network and the server's load";
        failure->connection_lost = true;
        failure->timed_out = true;
    } else if (failure && failure->sqlstate == "57014") {  // query_canceled
        failure->message = "the statement did not end within " + limit + " and was cancelled";
        failure->timed_out = true;
    }
}

// The session broke: what the server said last stands, if it said anything.
void Connection::Impl::note_loss() {
    std::optional<Error::Fields>& failure = exchange_->failure;
    const bool silent = !failure || failure->sqlstate.empty();
    if (!failure) failure.emplace();
    if (silent) {
        const std::string reason = first_line(PQerrorMessage(connection_.get()));
        failure->message = "lost the connection to PostgreSQL: " + (reason.empty() ? failure->message : reason);
    }
    failure->connection_lost = true;
}

Result Connection::Impl::outcome() {
    if (!exchange_->failure) return std::move(exchange_->last);
    Error::Fields fields = std::move(*exchange_->failure);
    fields.statement = exchange_->statement;
    fields.during_commit = exchange_->during_commit;
    if (fields.connection_lost) close();
    throw Error(std::move(fields));
}

Error Connection::Impl::lost_error() const {
    Error::Fields fields;
    fields.message = "cannot run a statement: the session with PostgreSQL is closed";
    fields.connection_lost = true;
    if (exchange_) fields.statement = exchange_->statement;
    return Error(std::move(fields));
}

// Left in the middle of a statement: nobody will read its result, so the server need not finish it.
void Connection::Impl::abandon() noexcept {
    try {
        post_cancel(executor_, CancelHandle(PQgetCancel(connection_.get())));
    } catch (...) {
        // Out of memory or shutting down: the server notices the closed session by itself, only later.
    }
    close();
}

void Connection::Impl::close() noexcept {
    socket_.release();
    connection_.reset();
}

}  // namespace freshet::pg
