#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>

#include "freshet/observe/log.hpp"
#include "freshet/observe/metrics.hpp"
#include "server_state.hpp"

namespace freshet::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using Parser = wire::request_parser<wire::string_body>;
using SteadyTime = std::chrono::steady_clock::time_point;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

// A connection's place among the server's streams, given back when the session ends, however it ends.
class Slot {
  public:
    Slot(std::shared_ptr<ServerState> state, asio::ip::tcp::socket socket)
        : state_(std::move(state)), place_(state_->streams.emplace(state_->streams.end(), std::move(socket))) {
        if (state_->streams.size() > state_->limits.connections) {
            state_->streams.front().close();  // whose session then ends
        }
    }
    ~Slot() {
        state_->streams.erase(place_);
        state_->slot_free.notify();
    }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    beast::tcp_stream& stream() { return *place_; }
    // It asked something: the ones behind have been silent for longer.
    void used() { state_->streams.splice(state_->streams.end(), state_->streams, place_); }

  private:
    std::shared_ptr<ServerState> state_;
    std::list<beast::tcp_stream>::iterator place_;
};

enum class After { keep_alive, close };

struct Answer {
    Response response;
    After after = After::close;
    std::string method = "other";  // for the metrics: only names from a fixed set
    std::string route = "other";
};

Request to_request(const wire::request<wire::string_body>& message) {
    const std::string target(message.target());
    const auto mark = target.find('?');
    return {std::string(message.method_string()), target.substr(0, mark),
            mark == std::string::npos ? "" : target.substr(mark + 1)};
}

Response handle(ServerState& state, const Request& request) {
    try {
        return state.router.handle(request);
    } catch (const std::exception& error) {
        state.log.error("cannot answer a request", {{"path", request.path}, {"error", error.what()}});
        return problem(500, "the daemon could not answer; its log says why");
    }
}

Answer answer(ServerState& state, const wire::request<wire::string_body>& message) {
    const auto request = to_request(message);
    Answer result{handle(state, request), message.keep_alive() ? After::keep_alive : After::close};
    if (message.method() == wire::verb::get || message.method() == wire::verb::head) {
        result.method = request.method;
    }
    if (state.router.routes().contains(request.path)) {
        result.route = request.path;
    }
    return result;
}

// What a client that sent nonsense is told; nothing if it went away or took too long.
std::optional<Answer> refusal(const beast::error_code& error) {
    if (error == wire::error::header_limit) {
        return Answer{problem(431, "the request's header is too large")};
    }
    if (error == wire::error::body_limit) {
        return Answer{problem(413, "the request's body is too large")};
    }
    const bool went_away = error == wire::error::end_of_stream || error == wire::error::partial_message;
    if (error.category() == make_error_code(wire::error::bad_method).category() && !went_away) {
        return Answer{problem(400, "this is not an HTTP request: " + error.message())};
    }
    return std::nullopt;
}

template <typename Body>
wire::response<Body> header(const Answer& answer) {
    wire::response<Body> message(static_cast<wire::status>(answer.response.status), 11);
    message.set(wire::field::content_type, answer.response.content_type);
    message.set(wire::field::cache_control, "no-store");
    message.set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : answer.response.headers) {
        message.set(name, value);
    }
    message.content_length(answer.response.body.size());
    message.keep_alive(answer.after == After::keep_alive);
    return message;
}

asio::awaitable<beast::error_code> write(ServerState& state, beast::tcp_stream& stream, const Answer& answer) {
    stream.expires_after(state.limits.write_timeout);
    if (answer.method == "HEAD") {
        auto message = header<wire::empty_body>(answer);
        wire::response_serializer<wire::empty_body> serializer(message);
        const auto [error, bytes] = co_await wire::async_write_header(stream, serializer, as_result);
        co_return error;
    }
    auto message = header<wire::string_body>(answer);
    message.body() = answer.response.body;
    const auto [error, bytes] = co_await wire::async_write(stream, message, as_result);
    co_return error;
}

// One request and its response; whether another may follow.
asio::awaitable<After> exchange(ServerState& state, beast::tcp_stream& stream, beast::flat_buffer& buffer) {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(state.limits.header_bytes));
    parser.body_limit(state.limits.body_bytes);
    stream.expires_after(state.limits.read_timeout);
    const auto [error, bytes] = co_await wire::async_read(stream, buffer, parser, as_result);
    const auto begun = std::chrono::steady_clock::now();
    if (state.closed) {
        co_return After::close;
    }
    const auto reply = error ? refusal(error) : std::optional(answer(state, parser.get()));
    if (!reply) {
        co_return After::close;
    }
    const auto failed = co_await write(state, stream, *reply);
    if (state.closed || failed) {
        co_return After::close;
    }
    state.metrics.http_request(reply->method, reply->route, reply->response.status,
                               std::chrono::steady_clock::now() - begun);
    co_return reply->after;
}

}  // namespace

asio::awaitable<void> serve(std::shared_ptr<ServerState> state, asio::ip::tcp::socket socket) {
    Slot slot(state, std::move(socket));
    beast::flat_buffer buffer(state->limits.header_bytes + state->limits.body_bytes);
    auto after = After::keep_alive;
    while (after == After::keep_alive && !state->closed) {
        after = co_await exchange(*state, slot.stream(), buffer);
        slot.used();
    }
    beast::error_code ignored;
    slot.stream().socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace freshet::http
