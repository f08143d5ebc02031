#include "freshet/pg/link.hpp"

#include <optional>
#include <utility>

#include "freshet/async/sleep.hpp"

namespace freshet::pg {

namespace {

// A session that did not live this long counts as another failed try, so that a server which accepts sessions and ends
// them at once is not stormed.
constexpr std::chrono::seconds proven_after{5};

}  // namespace

Link::Link(asio::any_io_executor executor, ConnectOptions options, core::Backoff backoff, OnChange on_change)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      backoff_(std::move(backoff)),
      on_change_(std::move(on_change)) {}

Connection* Link::current() noexcept {
    return connection_ && connection_->alive() ? connection_.get() : nullptr;
}

asio::awaitable<Connection*> Link::get() {
    if (current() != nullptr) co_return connection_.get();
    drop();
    if (had_session_) {
        had_session_ = false;
        if (std::chrono::steady_clock::now() - connected_at_ >= proven_after) {
            backoff_.reset();
        } else {
            co_await pause(nullptr);
        }
    }
    bool connected = false;
    while (!connected) connected = co_await try_once();
    co_return connection_.get();
}

asio::awaitable<bool> Link::try_once() {
    on_change_({LinkState::connecting});
    std::optional<Error> failure;
    try {
        connection_ = co_await Connection::open(executor_, options_);
    } catch (const Error& error) {
        if (!error.connection_lost()) throw;
        failure = error;
    }
    if (failure) {
        co_await pause(&*failure);
        co_return false;
    }
    had_session_ = true;
    connected_at_ = std::chrono::steady_clock::now();
    on_change_({LinkState::connected});
    co_return true;
}

asio::awaitable<void> Link::pause(const Error* error) {
    const core::Backoff::Duration duration = backoff_.next();
    on_change_({LinkState::waiting, error, duration});
    co_await async::sleep_for(duration);
}

}  // namespace freshet::pg
