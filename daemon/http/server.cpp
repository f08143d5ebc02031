#include "freshet/http/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "freshet/async/sleep.hpp"
#include "freshet/core/error.hpp"
#include "freshet/observe/log.hpp"
#include "server_state.hpp"

namespace freshet::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

namespace {

std::string hint_for(const ErrorCode& error) {
    if (error == asio::error::address_in_use) {
        return "another freshetd or another program has this port; set \"http\": {\"listen\": \"host:port\"} to a free "
               "one, or to port 0 for any";
    }
    if (error == asio::error::access_denied) {
        return "ports below 1024 need a privilege; set \"http\": {\"listen\": \"host:port\"} to a higher one";
    }
    return "set \"http\": {\"listen\": \"host:port\"} to an address of this machine";
}

[[noreturn]] void fail(const std::string& host, std::uint16_t port, const ErrorCode& error) {
    const bool bare_v6 = host.find(':') != std::string::npos;
    const std::string where = (bare_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
    throw core::Error("cannot listen on " + where + ": " + error.message(), hint_for(error));
}

// Names are looked up with a blocking call: this happens once, before the daemon serves anybody.
tcp::endpoint endpoint_of(const asio::any_io_executor& executor, const std::string& host, std::uint16_t port) {
    ErrorCode error;
    const auto address = asio::ip::make_address(host, error);
    if (!error) {
        return {address, port};
    }
    const auto found = tcp::resolver(executor).resolve(host, std::to_string(port), tcp::resolver::passive, error);
    if (error) {
        fail(host, port, error);
    }
    return found.begin()->endpoint();
}

tcp::acceptor listen_on(const asio::any_io_executor& executor, const std::string& host, std::uint16_t port) {
    const auto endpoint = endpoint_of(executor, host, port);
    tcp::acceptor acceptor(executor);
    ErrorCode error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) {
        acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    }
    if (!error) {
        acceptor.bind(endpoint, error);
    }
    if (!error) {
        acceptor.listen(asio::socket_base::max_listen_connections, error);
    }
    if (error) {
        fail(host, port, error);
    }
    return acceptor;
}

std::string text_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& known) {
        return known.what();
    } catch (...) {
        return "unknown error";
    }
}

async::TaskGroup::FailureHandler log_failure(observe::Logger& log) {
    return [&log](std::string_view name, const std::exception_ptr& error) {
        log.error("the HTTP server failed", {{"task", name}, {"error", text_of(error)}});
    };
}

// `tasks` belongs to the server; it is not touched once the state is closed.
asio::awaitable<void> accept_all(std::shared_ptr<ServerState> state, async::TaskGroup* tasks) {
    while (!state->closed) {
        if (state->streams.size() > state->limits.connections) {
            co_await state->slot_free.wait();
            continue;
        }
        auto [error, socket] = co_await state->acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
        if (state->closed) {
            co_return;
        }
        if (error) {
            // Out of file descriptors, most likely; accepting again at once would only spin.
            state->log.warning("cannot accept an HTTP connection", {{"error", error.message()}});
            co_await async::sleep_for(std::chrono::milliseconds(100));
            continue;
        }
        tasks->spawn(serve(state, std::move(socket)), "http session");
    }
}

}  // namespace

Server::Server(asio::any_io_executor executor, const std::string& host, std::uint16_t port, Router router,
               observe::Logger& log, observe::Metrics& metrics, ServerLimits limits)
    : state_(std::make_shared<ServerState>(listen_on(executor, host, port), std::move(router), log, metrics, limits)),
      tasks_(executor, log_failure(log)) {
    tasks_.spawn(accept_all(state_, &tasks_), "http listener");
}

Server::~Server() {
    close();
}

std::uint16_t Server::port() const {
    return state_->acceptor.local_endpoint().port();
}

std::size_t Server::connections() const {
    return state_->streams.size();
}

asio::awaitable<void> Server::stop() {
    close();
    co_await tasks_.join();
}

void Server::close() {
    state_->closed = true;
    ErrorCode ignored;
    state_->acceptor.close(ignored);
    for (auto& stream : state_->streams) {
        stream.close();
    }
    tasks_.cancel_all();
}

}  // namespace freshet::http
