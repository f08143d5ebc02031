// The server on a real loopback socket; the client is blocking and in the test's thread.
#include "freshet/http/server.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <list>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "freshet/core/error.hpp"
#include "freshet/observe/log.hpp"
#include "freshet/observe/metrics.hpp"

namespace freshet::http {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Client {
  public:
    explicit Client(std::uint16_t port) {
        socket_.connect({boost::asio::ip::address_v4::loopback(), port});
        // A server that never answers fails the test instead of hanging it.
        const timeval limit{10, 0};
        setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }

    void send(const std::string& text) { boost::asio::write(socket_, boost::asio::buffer(text)); }
    void finish_sending() { socket_.shutdown(tcp::socket::shutdown_send); }

    // One response's header and the body that its Content-Length announces.
    std::string receive() {
        std::string text;
        while (text.find("\r\n\r\n") == std::string::npos) {
            text += receive_bytes(1);
        }
        const auto length = text.find("Content-Length: ");
        return text + receive_bytes(std::stoul(text.substr(length + 16)));
    }

    std::string receive_bytes(std::size_t count) {
        std::string text(count, '\0');
        // Asio's blocking read ignores SO_RCVTIMEO's EAGAIN by polling on; recv does not.
        for (std::size_t have = 0; have < count;) {
            const auto got = recv(socket_.native_handle(), text.data() + have, count - have, 0);
            if (got <= 0) {
                throw std::runtime_error("connection closed");
            }
            have += static_cast<std::size_t>(got);
        }
        return text;
    }

    // Everything up to the end of the connection; fails if it stays open.
    std::string receive_rest() {
        std::string text;
        char byte = 0;
        ssize_t got = 0;
        while ((got = recv(socket_.native_handle(), &byte, 1, 0)) == 1) {
            text += byte;
        }
        EXPECT_TRUE(got == 0 || errno == ECONNRESET) << "the connection is still open";
        return text;
    }

    bool has_answer() {
        char byte = 0;
        return recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
    }

    std::string get(const std::string& path) {
        send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        return receive();
    }

  private:
    boost::asio::io_context io_;
    tcp::socket socket_{io_};
};

class ServerTest : public testing::Test {
  protected:
    void start(ServerLimits limits = {}) {
        Router router;
        router.get("/page", "", [](const Request&) { return Response{200, "text/plain", "hello", {{"X-A", "b"}}}; });
        router.get("/bad", "", [](const Request&) -> Response { throw std::runtime_error("no luck"); });
        server_.emplace(io_.get_executor(), "127.0.0.1", std::uint16_t{0}, std::move(router), log_, metrics_, limits);
        thread_ = std::thread([this] { io_.run(); });
    }

    void stop() {
        if (thread_.joinable()) {
            auto stopped = boost::asio::co_spawn(io_, server_->stop(), boost::asio::use_future);
            ASSERT_EQ(stopped.wait_for(10s), std::future_status::ready) << "stop() did not end";
            thread_.join();
        }
    }

    void TearDown() override { stop(); }

    Client client() const { return Client(server_->port()); }

    std::ostringstream log_text_;
    observe::Logger log_{observe::LogFormat::journal, observe::Level::debug, log_text_, std::chrono::system_clock::now};
    observe::Metrics metrics_{"test"};
    boost::asio::io_context io_;
    std::optional<Server> server_;
    std::thread thread_;
};

TEST_F(ServerTest, AnswersAGet) {
    start();
    const auto text = client().get("/page?x=1");
    EXPECT_THAT(text, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(text, HasSubstr("\r\nContent-Type: text/plain\r\n"));
    EXPECT_THAT(text, HasSubstr("\r\nX-A: b\r\n"));
    EXPECT_THAT(text, EndsWith("\r\n\r\nhello"));
}

TEST_F(ServerTest, AnswersAHeadWithoutABody) {
    start();
    auto connection = client();
    connection.send("HEAD /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const auto text = connection.receive_rest();
    EXPECT_THAT(text, HasSubstr("\r\nContent-Length: 5\r\n"));
    EXPECT_THAT(text, EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, KeepsTheConnectionForTheNextRequest) {
    start();
    auto connection = client();
    for (int i = 0; i < 3; ++i) {
        EXPECT_THAT(connection.get("/page"), EndsWith("hello"));
    }
    connection.send("GET /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(connection.receive_rest(), EndsWith("hello"));
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
    start();
    auto connection = client();
    connection.send("GET /page HTTP/1.1\r\nHost: x\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(connection.receive(), StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(connection.receive(), StartsWith("HTTP/1.1 404"));
}

TEST_F(ServerTest, ClosesAfterAnHttp10Request) {
    start();
    auto connection = client();
    connection.send("GET /page HTTP/1.0\r\n\r\n");
    EXPECT_THAT(connection.receive_rest(), EndsWith("hello"));
}

TEST_F(ServerTest, ProblemsComeAsJson) {
    start();
    auto connection = client();
    const auto missing = connection.get("/nowhere");
    EXPECT_THAT(missing, StartsWith("HTTP/1.1 404 Not Found\r\n"));
    EXPECT_THAT(missing, HasSubstr("\r\nContent-Type: application/problem+json\r\n"));
    EXPECT_THAT(missing, HasSubstr("\"title\":\"Not Found\",\"status\":404"));
    connection.send("DELETE /page HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto refused = connection.receive();
    EXPECT_THAT(refused, StartsWith("HTTP/1.1 405"));
    EXPECT_THAT(refused, HasSubstr("\r\nAllow: GET, HEAD\r\n"));
}

TEST_F(ServerTest, AHandlerThatThrowsIsLoggedAndToldNoSecrets) {
    start();
    auto connection = client();
    const auto text = connection.get("/bad");
    EXPECT_THAT(text, StartsWith("HTTP/1.1 500"));
    EXPECT_THAT(text, Not(HasSubstr("no luck")));
    EXPECT_THAT(connection.get("/page"), EndsWith("hello")) << "the connection lives on";
    stop();
    EXPECT_EQ(log_text_.str(), "<3>error cannot answer a request path=/bad error=\"no luck\"\n");
}

TEST_F(ServerTest, RefusesNonsense) {
    start();
    auto connection = client();
    connection.send("hello?\r\n\r\n");
    EXPECT_THAT(connection.receive_rest(), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
}

TEST_F(ServerTest, RefusesLargeHeadersAndBodies) {
    ServerLimits limits;
    limits.header_bytes = 1024;
    limits.body_bytes = 100;
    start(limits);
    auto large_header = client();
    large_header.send("GET /page HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n");
    EXPECT_THAT(large_header.receive_rest(), StartsWith("HTTP/1.1 431"));
    auto large_body = client();
    large_body.send("POST /page HTTP/1.1\r\nContent-Length: 101\r\n\r\n");
    EXPECT_THAT(large_body.receive_rest(), StartsWith("HTTP/1.1 413"));
}

TEST_F(ServerTest, ClosesAConnectionThatTakesTooLong) {
    ServerLimits limits;
    limits.read_timeout = 50ms;
    start(limits);
    auto silent = client();
    auto slow = client();
    slow.send("GET /page HT");
    EXPECT_EQ(silent.receive_rest(), "");
    EXPECT_EQ(slow.receive_rest(), "");
}

TEST_F(ServerTest, ClosesAConnectionThatDoesNotTakeItsAnswers) {
    ServerLimits limits;
    limits.write_timeout = 50ms;
    limits.connections = 1;
    start(limits);
    auto greedy = client();
    // More answers than the sockets' buffers hold; the kernel refuses further requests once the server is stuck.
    try {
        for (int i = 0; i < 200'000; ++i) {
            greedy.send("GET /page HTTP/1.1\r\nHost: x\r\n\r\n");
        }
    } catch (const boost::system::system_error&) {
        // The server has closed it already.
    }
    EXPECT_THAT(client().get("/page"), EndsWith("hello")) << "the only slot is free again";
}

TEST_F(ServerTest, AConnectionTooManyTakesThePlaceOfTheLongestSilent) {
    ServerLimits limits;
    limits.connections = 2;
    start(limits);
    auto first = client();
    auto second = client();
    EXPECT_THAT(first.get("/page"), EndsWith("hello"));
    EXPECT_THAT(second.get("/page"), EndsWith("hello"));
    EXPECT_THAT(first.get("/page"), EndsWith("hello"));
    auto third = client();
    EXPECT_THAT(third.get("/page"), EndsWith("hello"));
    EXPECT_EQ(second.receive_rest(), "");
    EXPECT_THAT(first.get("/page"), EndsWith("hello"));
    EXPECT_EQ(server_->connections(), 2U);
}

TEST_F(ServerTest, ACrowdThatSaysNothingKeepsNobodyOut) {
    ServerLimits limits;
    limits.connections = 4;
    start(limits);
    std::list<Client> crowd;
    for (int i = 0; i < 20; ++i) {
        crowd.emplace_back(server_->port());
        crowd.back().send("GET /page HT");
    }
    EXPECT_THAT(client().get("/page"), EndsWith("hello"));
}

TEST_F(ServerTest, StoppingClosesEveryConnection) {
    start();
    auto idle = client();
    idle.get("/page");
    auto halfway = client();
    halfway.send("GET /pa");
    const auto port = server_->port();
    stop();
    EXPECT_EQ(idle.receive_rest(), "");
    EXPECT_EQ(halfway.receive_rest(), "");
    EXPECT_EQ(server_->connections(), 0U);
    EXPECT_THROW(Client{port}, boost::system::system_error);
}

TEST_F(ServerTest, CountsRequestsByRoute) {
    start();
    auto connection = client();
    connection.get("/page");
    connection.get("/secret/path");
    connection.send("BREW /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    connection.receive_rest();  // the server closes after it has counted
    stop();
    const auto text = metrics_.scrape();
    EXPECT_THAT(text, HasSubstr(R"(freshet_http_requests_total{code="200",method="GET",route="/page"} 1)"));
    EXPECT_THAT(text, HasSubstr(R"(freshet_http_requests_total{code="404",method="GET",route="other"} 1)"));
    EXPECT_THAT(text, HasSubstr(R"(freshet_http_requests_total{code="405",method="other",route="/page"} 1)"));
    EXPECT_THAT(text, HasSubstr("freshet_http_request_duration_seconds_count 3\n"));
}

TEST_F(ServerTest, AnAddressInUseIsExplained) {
    start();
    const auto taken = server_->port();
    try {
        Server second(io_.get_executor(), "127.0.0.1", taken, {}, log_, metrics_);
        FAIL() << "two servers on one port";
    } catch (const core::Error& error) {
        EXPECT_EQ(error.what(), "cannot listen on 127.0.0.1:" + std::to_string(taken) + ": Address already in use");
        EXPECT_THAT(error.hint(), HasSubstr("another freshetd or another program has this port"));
    }
}

TEST_F(ServerTest, AnAddressOfAnotherMachineIsExplained) {
    try {
        Server elsewhere(io_.get_executor(), "192.0.2.1", 0, {}, log_, metrics_);
        FAIL() << "192.0.2.1 is nobody's";
    } catch (const core::Error& error) {
        EXPECT_THAT(error.what(), StartsWith("cannot listen on 192.0.2.1:0: "));
        EXPECT_THAT(error.hint(), HasSubstr("an address of this machine"));
    }
}

// What happens when the program ends by an exception before it could stop the server.
TEST_F(ServerTest, MayBeDestroyedBeforeItsLoop) {
    auto io = std::make_unique<boost::asio::io_context>();
    auto server = std::make_unique<Server>(io->get_executor(), "127.0.0.1", std::uint16_t{0}, Router{}, log_, metrics_);
    Client waiting(server->port());
    while (server->connections() == 0) {
        io->run_one();
    }
    server.reset();
    io.reset();
    EXPECT_EQ(waiting.receive_rest(), "");
}

}  // namespace
}  // namespace freshet::http
