#include "freshet/pg/advisory_lock.hpp"

#include <string>

namespace freshet::pg {

namespace {

asio::awaitable<bool> ask(Connection* connection, std::string sql, std::int64_t key) {
    Params params;
    params.emplace_back(std::to_string(key));
    const Result result = co_await connection->query(std::move(sql), std::move(params));
    co_return result.boolean(0, 0);
}

}  // namespace

asio::awaitable<bool> try_advisory_lock(Connection& connection, std::int64_t key) {
    return ask(&connection, "SELECT pg_catalog.pg_try_advisory_lock($1::pg_catalog.int8)", key);
}

asio::awaitable<bool> advisory_unlock(Connection& connection, std::int64_t key) {
    return ask(&connection, "SELECT pg_catalog.pg_advisory_unlock($1::pg_catalog.int8)", key);
}

}  // namespace freshet::pg
