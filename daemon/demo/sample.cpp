#include "freshet/demo/sample.hpp"

#include <sstream>

#include "freshet/sql/texts.hpp"

namespace freshet::demo {

namespace {

constexpr std::chrono::minutes generation_limit{60};

std::string decimal(double value) {
    std::ostringstream text;
    text << value;
    return text.str();
}

asio::awaitable<void> create_database(asio::any_io_executor executor, const PrivateCluster* cluster) {
    pg::ConnectOptions options;
    options.conninfo = cluster->conninfo("postgres", "postgres");
    options.application_name = "freshetd/demo/sample";
    const auto connection = co_await pg::Connection::open(executor, options);
    co_await connection->script(std::string(sql::text("triggers/queries/demo/roles.sql")));
    co_await connection->script(std::string("CREATE DATABASE ") + sample_database + " OWNER " + owner_role);
}

}  // namespace

pg::ConnectOptions session_options(const PrivateCluster& cluster, const std::string& role, const std::string& purpose) {
    pg::ConnectOptions options;
    options.conninfo = cluster.conninfo(sample_database, role);
    options.application_name = "freshetd/demo/" + purpose;
    options.settings.front() = {"search_path", "public, pg_catalog"};
    return options;
}

asio::awaitable<void> create_sample(asio::any_io_executor executor, const PrivateCluster* cluster, double scale) {
    co_await create_database(executor, cluster);
    const auto connection = co_await pg::Connection::open(executor, session_options(*cluster, owner_role, "sample"));
    co_await connection->script(std::string(sql::text("config/sample/schema.sql")));
    co_await connection->script(std::string(sql::text("config/sample/generate.sql")));
    co_await connection->query("SELECT sample.generate($1)", pg::params(decimal(scale)), generation_limit);
    co_await connection->script(std::string(sql::text("triggers/queries/demo/grants.sql")));
}

}  // namespace freshet::demo
