// What the listener and the sessions of one server share.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <cstddef>
#include <list>
#include <memory>

#include "freshet/async/event.hpp"
#include "freshet/http/server.hpp"

namespace freshet::http {

struct ServerState {
    ServerState(boost::asio::ip::tcp::acceptor listener, Router routes, observe::Logger& logger,
                observe::Metrics& numbers, ServerLimits bounds)
        : acceptor(std::move(listener)),
          router(std::move(routes)),
          log(logger),
          metrics(numbers),
          limits(bounds),
          slot_free(acceptor.get_executor()) {}

    boost::asio::ip::tcp::acceptor acceptor;
    Router router;
    observe::Logger& log;
    observe::Metrics& metrics;
    ServerLimits limits;
    // Longest silent first. A list: sessions hold references.
    std::list<boost::beast::tcp_stream> streams;
    async::Event slot_free;
    bool closed = false;
};

// Serves one connection to its end. Keeps the state alive.
boost::asio::awaitable<void> serve(std::shared_ptr<ServerState> state, boost::asio::ip::tcp::socket socket);

}  // namespace freshet::http
