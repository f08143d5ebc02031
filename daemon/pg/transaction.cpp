#include <exception>
#include <stdexcept>
#include <utility>

#include "freshet/pg/connection_impl.hpp"

namespace freshet::pg {

namespace {

const char* begin_statement(Isolation isolation) {
    switch (isolation) {
        case Isolation::read_committed:
            return "BEGIN ISOLATION LEVEL READ COMMITTED";
        case Isolation::repeatable_read:
            return "BEGIN ISOLATION LEVEL REPEATABLE READ";
    }
    throw std::logic_error("unknown isolation level");
}

// A rollback that fails has lost the session, which rolls back as well.
asio::awaitable<void> roll_back_quietly(Transaction* transaction) {
    try {
        co_await transaction->rollback();
    } catch (const Error&) {
    }
}

}  // namespace

asio::awaitable<Transaction> Transaction::begin(Connection& connection, Isolation isolation) {
    if (connection.in_transaction()) throw std::logic_error("a transaction inside a transaction");
    Transaction transaction(connection);
    co_await connection.script(begin_statement(isolation));
    co_return transaction;
}

asio::awaitable<std::pair<Transaction, std::vector<Result>>> Transaction::begin_with(
    Connection& connection, Isolation isolation, std::vector<Statement> statements) {
    if (connection.in_transaction()) throw std::logic_error("a transaction inside a transaction");
    statements.insert(statements.begin(), Statement{begin_statement(isolation), {}});
    Transaction transaction(connection);
    std::vector<Result> results;
    std::optional<Error::Fields> failure;
    try {
        results = co_await connection.pipeline(std::move(statements));
    } catch (const Error& error) {
        failure = error.fields();
    }
    if (failure) {
        if (connection.alive()) co_await roll_back_quietly(&transaction);
        failure->index = failure->index == 0 ? 0 : failure->index - 1;
        throw Error(*failure);
    }
    results.erase(results.begin());
    std::pair<Transaction, std::vector<Result>> begun(std::move(transaction), std::move(results));
    co_return begun;
}

Transaction::Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() {
    if (connection_ != nullptr) connection_->impl_->close();
}

asio::awaitable<void> Transaction::commit() {
    if (connection_ == nullptr) throw std::logic_error("the transaction has ended already");
    // However the COMMIT ends, the transaction is over: committed, rolled back, or lost with its session.
    Connection& connection = *std::exchange(connection_, nullptr);
    co_await connection.impl_->commit();
}

asio::awaitable<void> Transaction::commit_with(std::vector<Statement> statements) {
    if (connection_ == nullptr) throw std::logic_error("the transaction has ended already");
    Connection& connection = *connection_;
    std::exception_ptr failure;
    try {
        co_await connection.impl_->commit_with(std::move(statements));
    } catch (...) {
        failure = std::current_exception();
    }
    // After a failure before the COMMIT it is still there, and void.
    if (!connection.in_transaction()) connection_ = nullptr;
    if (failure) std::rethrow_exception(failure);
}

asio::awaitable<void> Transaction::rollback() {
    if (connection_ == nullptr) throw std::logic_error("the transaction has ended already");
    co_await connection_->script("ROLLBACK");
    connection_ = nullptr;  // only now: a ROLLBACK that failed leaves it to the destructor to close the session
}

asio::awaitable<void> in_transaction(Connection& connection, Isolation isolation,
                                     std::function<asio::awaitable<void>()> work) {
    Transaction transaction = co_await Transaction::begin(connection, isolation);
    std::exception_ptr failure;
    try {
        co_await work();
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        co_await roll_back_quietly(&transaction);
        std::rethrow_exception(failure);
    }
    co_await transaction.commit();
}

}  // namespace freshet::pg
