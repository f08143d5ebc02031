#include "freshet/pg/connection.hpp"

#include <utility>

#include "freshet/pg/cancel.hpp"
#include "freshet/pg/connection_impl.hpp"

namespace freshet::pg {

namespace {

std::vector<const char*> pointers(const Params& params) {
    std::vector<const char*> values;
    values.reserve(params.size());
    for (const Param& param : params) values.push_back(param ? param->c_str() : nullptr);
    return values;
}

constexpr std::chrono::milliseconds cancel_limit{5000};

}  // namespace

Connection::Impl::Impl(asio::any_io_executor executor, ConnectOptions options)
    : executor_(executor), options_(std::move(options)), socket_(std::move(executor)) {}

Connection::Impl::~Impl() {
    close();
}

asio::awaitable<Result> Connection::Impl::query(std::string sql, Params params, Timeout timeout) {
    const Turn turn(*this, sql, timeout);
    const std::vector<const char*> values = pointers(params);
    require_sent(PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                                   values.data(), nullptr, nullptr, text_format));
    co_return co_await finish();
}

asio::awaitable<Result> Connection::Impl::script(std::string sql, Timeout timeout) {
    const Turn turn(*this, sql, timeout);
    require_sent(PQsendQuery(connection_.get(), sql.c_str()));
    co_return co_await finish();
}

asio::awaitable<Result> Connection::Impl::prepared(std::string sql, Params params, Timeout timeout) {
    const Turn turn(*this, sql, timeout);
    const std::string name = co_await prepare(&sql);
    send_prepared(name, params);
    const bool in_time = co_await drain(exchange_->deadline);
    if (!in_time) co_await stop();
    forget_if_stale(sql);
    co_return outcome();
}

void Connection::Impl::send_prepared(const std::string& name, const Params& params) {
    const std::vector<const char*> values = pointers(params);
    require_sent(PQsendQueryPrepared(connection_.get(), name.c_str(), static_cast<int>(values.size()), values.data(),
                                     nullptr, nullptr, text_format));
}

asio::awaitable<std::string> Connection::Impl::prepare(const std::string* sql) {
    const auto known = statements_.find(*sql);
    if (known != statements_.end()) co_return known->second;
    std::string name = "freshet_" + std::to_string(++statements_made_);
    require_sent(PQsendPrepare(connection_.get(), name.c_str(), sql->c_str(), 0, nullptr));
    co_await finish();
    statements_.emplace(*sql, name);
    statement_order_.push_back(*sql);
    if (statement_order_.size() > statements_kept) co_await drop_oldest_statement();
    co_return name;
}

asio::awaitable<void> Connection::Impl::drop_oldest_statement() {
    const std::string oldest = statement_order_.front();
    const std::string name = statements_.at(oldest);
    statement_order_.pop_front();
    statements_.erase(oldest);
    require_sent(PQsendQuery(connection_.get(), ("DEALLOCATE " + name).c_str()));
    co_await finish();
}

// A plan whose result type changed (0A000), or that the server no longer has (26000), is prepared anew next time.
void Connection::Impl::forget_if_stale(const std::string& sql) {
    const std::optional<Error::Fields>& failure = exchange_->failure;
    if (!failure || (failure->sqlstate != "0A000" && failure->sqlstate != "26000")) return;
    statements_.erase(sql);
    std::erase(statement_order_, sql);
}

asio::awaitable<void> Connection::Impl::commit() {
    const Turn turn(*this, "COMMIT", options_.default_timeout);
    exchange_->during_commit = true;
    require_sent(PQsendQuery(connection_.get(), "COMMIT"));
    require_committed(co_await finish());
}

asio::awaitable<void> Connection::Impl::commit_with(std::vector<Statement> statements) {
    statements.push_back({"COMMIT", {}});
    const std::vector<Result> results =
        co_await pipeline(std::move(statements), options_.default_timeout, Ends::commit);
    require_committed(results.back());
}

// A transaction in which a statement had failed answers COMMIT with ROLLBACK.
void Connection::Impl::require_committed(const Result& result) {
    if (result.command() == "COMMIT") return;
    Error::Fields fields;
    fields.sqlstate = "25P02";  // in_failed_sql_transaction
    fields.message = "the transaction was rolled back at COMMIT, because one of its statements had failed";
    fields.statement = "COMMIT";
    throw Error(std::move(fields));
}

asio::awaitable<bool> Connection::Impl::wait_notification(Timeout timeout) {
    const Turn turn(*this, "(waiting for notifications)", timeout);
    for (;;) {
        if (PQconsumeInput(connection_.get()) == 0) {
            note_loss();
            outcome();
        }
        collect_notifications();
        if (!notifications_.empty()) co_return true;
        const bool in_time = co_await socket_.ready(Readiness::read, exchange_->deadline);
        if (!in_time) co_return false;
    }
}

void Connection::Impl::collect_notifications() {
    if (!connection_) return;
    while (const NotifyHandle notify{PQnotifies(connection_.get())}) {
        notifications_.push_back({notify->relname, notify->extra, notify->be_pid});
    }
}

std::deque<Notification> Connection::Impl::take_notifications() {
    return std::exchange(notifications_, {});
}

asio::awaitable<bool> Connection::Impl::cancel() {
    CancelHandle request(connection_ ? PQgetCancel(connection_.get()) : nullptr);
    return deliver_cancel(executor_, std::move(request), cancel_limit);
}

bool Connection::Impl::alive() const noexcept {
    return connection_ && PQstatus(connection_.get()) == CONNECTION_OK;
}

bool Connection::Impl::in_transaction() const noexcept {
    const PGTransactionStatusType status = PQtransactionStatus(connection_.get());
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

int Connection::Impl::backend_pid() const noexcept {
    return PQbackendPID(connection_.get());
}

int Connection::Impl::server_version() const noexcept {
    return PQserverVersion(connection_.get());
}

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Connection::~Connection() = default;

asio::awaitable<std::unique_ptr<Connection>> Connection::open(asio::any_io_executor executor, ConnectOptions options) {
    auto impl = std::make_unique<Impl>(std::move(executor), std::move(options));
    co_await impl->connect();
    co_return std::unique_ptr<Connection>(new Connection(std::move(impl)));
}

asio::awaitable<Result> Connection::query(std::string sql, Params params) {
    return impl_->query(std::move(sql), std::move(params), impl_->default_timeout());
}

asio::awaitable<Result> Connection::query(std::string sql, Params params, Timeout timeout) {
    return impl_->query(std::move(sql), std::move(params), timeout);
}

asio::awaitable<Result> Connection::prepared(std::string sql, Params params) {
    return impl_->prepared(std::move(sql), std::move(params), impl_->default_timeout());
}

asio::awaitable<Result> Connection::prepared(std::string sql, Params params, Timeout timeout) {
    return impl_->prepared(std::move(sql), std::move(params), timeout);
}

asio::awaitable<Result> Connection::script(std::string sql) {
    return impl_->script(std::move(sql), impl_->default_timeout());
}

asio::awaitable<Result> Connection::script(std::string sql, Timeout timeout) {
    return impl_->script(std::move(sql), timeout);
}

asio::awaitable<std::vector<Result>> Connection::pipeline(std::vector<Statement> statements) {
    return impl_->pipeline(std::move(statements), impl_->default_timeout(), Impl::Ends::open);
}

asio::awaitable<std::vector<Result>> Connection::pipeline(std::vector<Statement> statements, Timeout timeout) {
    return impl_->pipeline(std::move(statements), timeout, Impl::Ends::open);
}

asio::awaitable<std::int64_t> Connection::copy_in(std::string sql, std::function<bool(std::string&)> next,
                                                  Timeout timeout) {
    return impl_->copy_in(std::move(sql), std::move(next), timeout);
}

asio::awaitable<bool> Connection::wait_notification(Timeout timeout) {
    return impl_->wait_notification(timeout);
}

std::deque<Notification> Connection::take_notifications() {
    return impl_->take_notifications();
}

bool Connection::alive() const noexcept {
    return impl_->alive();
}

bool Connection::in_transaction() const noexcept {
    return impl_->in_transaction();
}

int Connection::backend_pid() const noexcept {
    return impl_->backend_pid();
}

int Connection::server_version() const noexcept {
    return impl_->server_version();
}

asio::awaitable<bool> Connection::cancel() {
    try {
        co_return co_await impl_->cancel();
    } catch (...) {
        co_return false;
    }
}

}  // namespace freshet::pg
