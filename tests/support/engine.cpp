#include "support/engine.hpp"

#include <stdexcept>

#include "freshet/catalog/chain.hpp"
#include "support/run.hpp"

namespace freshet::testing {

namespace {

namespace asio = boost::asio;

template <typename Work>
auto with_connection(const std::string& conninfo, Work work) {
    return run([&]() -> decltype(work(std::declval<pg::Connection&>())) {
        pg::ConnectOptions options;
        options.conninfo = conninfo;
        options.application_name = "freshetd/test";
        auto executor = co_await asio::this_coro::executor;
        auto connection = co_await pg::Connection::open(executor, options);
        co_return co_await work(*connection);
    });
}

}  // namespace

settings::ViewSettings& Engine::add_view(std::string name, std::string query) {
    settings::ViewSettings view;
    view.name = std::move(name);
    view.query = std::move(query);
    view.query_file = view.name + ".sql";
    settings.views.push_back(std::move(view));
    return settings.views.back();
}

install::Plan Engine::plan(install::PlanOptions options) {
    return with_connection(
        conninfo_, [&](pg::Connection& connection) { return install::make_plan(connection, settings, options); });
}

install::Plan Engine::install(install::PlanOptions options) {
    auto all = install_options;
    all.plan = options;
    return with_connection(conninfo_,
                           [&](pg::Connection& connection) { return install::install(connection, settings, all); });
}

std::vector<std::string> Engine::uninstall(install::UninstallOptions options) {
    return with_connection(conninfo_,
                           [&](pg::Connection& connection) { return install::uninstall(connection, options); })
        .removed;
}

std::vector<std::string> Engine::rehome() {
    return with_connection(conninfo_, [](pg::Connection& connection) { return install::rehome(connection); }).views;
}

void Engine::mark_ready(const std::string& name) {
    const auto id = view(name).id;
    with_connection(conninfo_, [&](pg::Connection& connection) { return install::mark_ready(connection, id); });
}

int Engine::record_failure(const std::string& name, refresh::Request request, const std::string& error) {
    const auto stored = view(name);
    return with_connection(conninfo_, [&](pg::Connection& connection) {
        return refresh::record_failure(connection, stored, request, error);
    });
}

catalog::StoredView Engine::view(const std::string& name) {
    for (auto& view : with_connection(conninfo_, [](pg::Connection& c) { return catalog::load_views(c); })) {
        if (view.display_name() == name && view.state != catalog::ViewState::building) {
            return view;
        }
    }
    throw std::logic_error("no view " + name);
}

refresh::Request as_if_many(bool many) {
    refresh::Request request;
    if (many) {
        request.few_changes = 0;
    }
    return request;
}

refresh::Outcome Engine::refresh(const std::string& name, refresh::Request request) {
    const auto stored = view(name);
    return with_connection(conninfo_, [&](pg::Connection& c) { return refresh::refresh(c, stored, request); });
}

refresh::Proof Engine::verify(const std::string& name, refresh::VerifyRequest request) {
    const auto stored = view(name);
    return with_connection(conninfo_, [&](pg::Connection& c) { return refresh::verify(c, stored, request); });
}

std::vector<refresh::ChainMember> Engine::chain(const std::string& name, refresh::Request request) {
    const auto stored = with_connection(conninfo_, [](pg::Connection& c) { return catalog::load_views(c); });
    const auto target = view(name).id;
    const auto keep_of = [&](const sql::QualifiedName& one) -> std::optional<std::string> {
        for (const auto& configured : settings.views) {
            if (sql::parse_qualified_name(configured.name, "public") == one && configured.retention) {
                return configured.retention->keep;
            }
        }
        return std::nullopt;
    };
    return refresh::chain_members(catalog::chain_of(stored, target), target, std::move(request), keep_of);
}

refresh::ChainOutcome Engine::refresh_chain(const std::string& name, refresh::Request request) {
    auto members = chain(name, std::move(request));
    return with_connection(conninfo_, [&](pg::Connection& c) { return refresh::refresh_chain(c, std::move(members)); });
}

refresh::Proof Engine::verify_chain(const std::string& name, refresh::VerifyRequest request) {
    refresh::Request own;
    own.trigger = refresh::Trigger::manual;
    own.keep = request.keep;
    auto members = chain(name, std::move(own));
    const auto target = refresh::member_of(members, view(name).id);
    return with_connection(conninfo_, [&](pg::Connection& c) {
        return refresh::verify(c, std::move(members), target, std::move(request));
    });
}

refresh::Beside Engine::prove_beside(const std::string& name, refresh::VerifyRequest request) {
    refresh::Request own;
    own.keep = request.keep;
    auto members = chain(name, std::move(own));
    const auto target = refresh::member_of(members, view(name).id);
    return with_connection(conninfo_, [&](pg::Connection& turn) -> asio::awaitable<refresh::Beside> {
        pg::ConnectOptions options;
        options.conninfo = conninfo_;
        options.application_name = "freshetd/test-sources";
        const auto executor = co_await asio::this_coro::executor;
        const auto sources = co_await pg::Connection::open(executor, options);
        co_return co_await refresh::prove_beside(turn, *sources, std::move(members), target, std::move(request));
    });
}

std::vector<std::string> differences(Client& client, const std::string& relation, const std::string& query,
                                     const std::string& columns) {
    const auto published = "(SELECT " + columns + " FROM " + relation + ")";
    const auto expected = "(SELECT " + columns + " FROM (" + query + "\n) AS q)";
    const auto rows = client.query("SELECT 'missing ' || x::text FROM (" + expected + " EXCEPT ALL " + published +
                                   ") AS x UNION ALL SELECT 'unexpected ' || x::text FROM (" + published +
                                   " EXCEPT ALL " + expected + ") AS x");
    std::vector<std::string> result;
    for (const auto& row : rows) {
        result.push_back(row.front().value_or("NULL"));
    }
    return result;
}

}  // namespace freshet::testing
