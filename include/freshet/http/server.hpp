// A small HTTP/1.1 server for the daemon's own pages: GET and HEAD, keep-alive, bounded in size, time and number.
//
// Not a web server for the Internet: no TLS, no authentication. Lives on its executor, not thread-safe. Before it is
// destroyed, co_await stop(); what the handlers refer to must live until then.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "freshet/async/task_group.hpp"
#include "freshet/http/router.hpp"

namespace freshet::observe {
class Logger;
class Metrics;
}  // namespace freshet::observe

namespace freshet::http {

struct ServerLimits {
    std::chrono::milliseconds read_timeout{10'000};  // for a whole request, also the first byte of the next one
    std::chrono::milliseconds write_timeout{10'000};
    // One more takes the place of the one that was silent longest, so that a scrape gets through to a crowded server.
    std::size_t connections = 64;
    std::size_t header_bytes = 16 * 1024;
    std::size_t body_bytes = 64 * 1024;
};

struct ServerState;

class Server {
  public:
    // Listens and begins to serve. Port 0 picks a free one. core::Error if the address cannot be had.
    Server(boost::asio::any_io_executor executor, const std::string& host, std::uint16_t port, Router router,
           observe::Logger& log, observe::Metrics& metrics, ServerLimits limits = {});
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::uint16_t port() const;
    std::size_t connections() const;

    // Closes the listener and every connection, and returns when their coroutines have ended.
    boost::asio::awaitable<void> stop();

  private:
    void close();

    // Shared with the coroutines, whose frames the io_context may destroy later than the server.
    std::shared_ptr<ServerState> state_;
    async::TaskGroup tasks_;
};

}  // namespace freshet::http
