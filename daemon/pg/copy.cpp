// COPY ... FROM STDIN.
#include <exception>
#include <stdexcept>
#include <utility>

#include "freshet/pg/connection_impl.hpp"

namespace freshet::pg {

asio::awaitable<std::int64_t> Connection::Impl::copy_in(std::string sql, std::function<bool(std::string&)> next,
                                                        Timeout timeout) {
    const Turn turn(*this, sql, timeout);
    require_sent(PQsendQuery(connection_.get(), sql.c_str()));
    bool in_time = co_await start_copy();
    std::exception_ptr source_failure;
    if (in_time) {
        try {
            in_time = co_await send_chunks(std::move(next));
        } catch (...) {
            source_failure = std::current_exception();
        }
        const char* const reason = source_failure ? "the source of the rows failed" : in_time ? nullptr : "out of time";
        PQputCopyEnd(connection_.get(), reason);
    }
    if (in_time) in_time = co_await drain(exchange_->deadline);
    if (!in_time) co_await stop();
    if (source_failure) std::rethrow_exception(source_failure);
    co_return outcome().affected();
}

// Waits until the server wants rows. False when the deadline came first; throws if the statement fails or is no COPY.
asio::awaitable<bool> Connection::Impl::start_copy() {
    const bool flushed = co_await flush(exchange_->deadline);
    if (!flushed) co_return false;
    const bool arrived = co_await next_result(exchange_->deadline);
    if (!arrived) co_return false;
    Result result(PQgetResult(connection_.get()));
    if (PQresultStatus(result.handle()) == PGRES_COPY_IN) co_return true;
    keep(std::move(result));
    co_await finish();
    throw std::logic_error("not a COPY FROM STDIN: " + exchange_->statement);
}

asio::awaitable<bool> Connection::Impl::send_chunks(std::function<bool(std::string&)> next) {
    std::string chunk;
    bool in_time = true;
    while (in_time && alive() && next(chunk)) {
        // Flushed chunk by chunk, so that a slow server slows us down instead of filling our memory.
        PQputCopyData(connection_.get(), chunk.data(), static_cast<int>(chunk.size()));
        in_time = co_await flush(exchange_->deadline);
        chunk.clear();
    }
    co_return in_time;
}

}  // namespace freshet::pg
